"""Which directory supplies a person, and whether what is entered can be saved there."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.people.queries import BY_NUMBER


@dataclass(frozen=True)
class Supplier:
    """The entry of a person in the directory that supplies the person.

    :param takes_writes: what people enter may be saved there (writeback.md section 1)
    """

    directory_id: int
    unique_id: str
    takes_writes: bool


@dataclass(frozen=True)
class Supply:
    """How one person stands to the directories.

    :param is_held: one of them has the person, be it one that is switched off
    :param supplier: the first that is in use; None: none is
    """

    is_held: bool
    supplier: Supplier | None

    @property
    def takes_writes(self) -> bool:
        """Return whether what people enter may be saved to the supplier."""
        return self.supplier is not None and self.supplier.takes_writes


def supply_of(person_id: int) -> Supply:
    """Return which directory supplies a person; one query.

    A directory that is switched off keeps its people as they were (sync.md section 2). Of two
    entries of one directory the newer one supplies, as where records were merged.
    """
    rows = (
        select(Directory.id, Identity.unique_id, Directory.is_enabled, Directory.writes)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(
            Identity.person_id == person_id,
            Identity.is_gone.is_(False),
            Directory.role != DirectoryRole.ALTERNATIVE,
        )
        .order_by(Directory.position, Directory.id, Identity.id.desc())
    )
    found = db.session.execute(rows).all()
    used = next((each for each in found if each.is_enabled), None)
    supplier = Supplier(used.id, used.unique_id, used.writes) if used else None
    return Supply(bool(found), supplier)


def dns_of(directory_id: int, values: Collection[str]) -> dict[str, str]:
    """Return the DN in a directory of each person that is named by number; a query if any is.

    :param values: single values as documents store them; others than `id:<number>` are left out
    """
    numbers = {int(found[1]): value for value in values if (found := BY_NUMBER.fullmatch(value))}
    if not numbers:
        return {}
    rows = (
        select(Identity.person_id, Identity.dn)
        .where(
            Identity.directory_id == directory_id,
            Identity.person_id.in_(numbers),
            Identity.is_gone.is_(False),
        )
        .order_by(Identity.id)
    )
    return {numbers[person_id]: dn for person_id, dn in db.session.execute(rows)}
