"""Which directory supplies a person, and whether what is entered can be saved there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import TAKES_WRITES, Directory, DirectoryRole, Identity
from lupweb.people.queries import BY_NUMBER


@dataclass(frozen=True)
class Supplier:
    """The entry of a person in the directory that supplies the person.

    :param directory: its key
    :param takes_writes: what people enter may be saved there (writeback.md section 1)
    """

    directory_id: int
    directory: str
    unique_id: str
    takes_writes: bool


@dataclass(frozen=True)
class Supply:
    """How one person stands to the directories.

    :param is_held: one of them has the person, be it one that is switched off
    :param supplier: the first that is in use; None: none is
    :param suppliers: key -> each directory that has the person; None: it is switched off
    """

    is_held: bool
    supplier: Supplier | None
    suppliers: Mapping[str, Supplier | None] = field(default_factory=dict)

    @property
    def takes_writes(self) -> bool:
        """Return whether what people enter may be saved to the supplier."""
        return self.supplier is not None and self.supplier.takes_writes

    @property
    def written_by(self) -> set[str]:
        """Return the keys of the directories to which what people enter may be saved."""
        return {key for key, each in self.suppliers.items() if each and each.takes_writes}

    def of(self, directory: str, *, falls_through: bool = False) -> Supplier | None:
        """Return who supplies a field, and gets what is entered; None if nobody in use does.

        :param directory: key of the one that supplies it alone; "": as the person
        :param falls_through: the others supply it as well: where that one has not got the person,
            it goes to the one that supplies the person
        """
        own = self.suppliers.get(directory) if directory else self.supplier
        return own or self.supplier if falls_through else own


NOWHERE = Supply(is_held=False, supplier=None)


def supply_of(person_id: int) -> Supply:
    """Return which directory supplies a person; one query.

    A directory that is switched off keeps its people as they were (sync.md section 2). Of two
    entries of one directory the newer one supplies, as where records were merged.
    """
    return supplies_of([person_id])[person_id]


def supplies_of(person_ids: Sequence[int]) -> dict[int, Supply]:
    """Return `supply_of` for each of these people; one query."""
    rows = (
        select(Directory.id, Identity.unique_id, Directory.is_enabled, TAKES_WRITES.label("writes"))
        .add_columns(Directory.key, Identity.person_id)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(
            Identity.person_id.in_(person_ids),
            Identity.is_gone.is_(False),
            Directory.role != DirectoryRole.ALTERNATIVE,
        )
        .order_by(Directory.position, Directory.id, Identity.id.desc())
    )
    found: dict[int, dict[str, Supplier | None]] = {each: {} for each in person_ids}
    for each in db.session.execute(rows):
        used = Supplier(each.id, each.key, each.unique_id, each.writes) if each.is_enabled else None
        found[each.person_id].setdefault(each.key, used)
    return {
        person_id: Supply(bool(those), next(filter(None, those.values()), None), those)
        for person_id, those in found.items()
    }


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
