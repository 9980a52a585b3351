"""What each entry of a person says of the fields that fall through to the next directory.

Kept with the entries, so that no directory is asked when another one has lost its value, or got it
back (sync.md section 2).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, bindparam, cast, or_, select, update

from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole, Identity

AT_ONCE = 1_000


@dataclass(frozen=True)
class Offer:
    """What one entry says.

    :param directory: its key
    :param values: field key -> value, without empty ones
    """

    identity_id: int
    unique_id: str
    directory_id: int
    directory: str
    position: int
    values: Mapping[str, str]


def offers_of(person_ids: Collection[int]) -> dict[int, list[Offer]]:
    """Return what the entries of these people say, in the order of the directories; one query.

    Of those that are there, in directories that are in use. Of two entries of one directory the
    newer one goes first, as where records were merged.
    """
    rows = (
        select(Identity.person_id, Identity.id, Identity.unique_id, Identity.offers)
        .add_columns(Directory.id, Directory.key, Directory.position)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(
            Identity.person_id.in_(person_ids),
            Identity.is_gone.is_(False),
            Directory.is_enabled,
            Directory.role != DirectoryRole.ALTERNATIVE,
        )
        .order_by(Directory.position, Directory.id, Identity.id.desc())
    )
    found: dict[int, list[Offer]] = defaultdict(list)
    for person_id, id_, unique_id, values, place, key, position in db.session.execute(rows):
        found[person_id].append(Offer(id_, unique_id, place, key, position, values))
    return found


def newest_each(offers: Iterable[Offer]) -> list[Offer]:
    """Return one of each directory, in the order in which they are given."""
    first: dict[int, Offer] = {}
    for each in offers:
        first.setdefault(each.directory_id, each)
    return list(first.values())


def in_order(offers: Iterable[Offer], first: str) -> list[Offer]:
    """Return offers as they count for a field.

    :param offers: in the order of the directories
    :param first: key of the one that is asked first; "": the order as it is
    """
    return sorted(offers, key=lambda each: bool(first) and each.directory != first)


def supplied(offers: Iterable[Offer], key: str, first: str) -> tuple[str, str]:
    """Return the value that a person has of a field, and the directory it comes from.

    :param first: key of the directory that is asked first; "": they are in order
    :returns: "", "" if none has one
    """
    for each in in_order(newest_each(offers), first):
        if value := each.values.get(key):
            return value, each.directory
    return "", ""


def keep(entries: Iterable[tuple[str, Mapping[str, str]]], directory_id: int) -> None:
    """Keep what entries of a directory say; in a transaction.

    :param entries: unique id, and field key -> value
    """
    rows = [{"_unique_id": unique_id, "_values": dict(said)} for unique_id, said in entries]
    if rows:
        statement = (
            update(Identity)
            .where(
                Identity.directory_id == directory_id,
                Identity.unique_id == bindparam("_unique_id"),
            )
            .values(offers=bindparam("_values", type_=Identity.offers.type))
        )
        db.session.connection().execute(statement, rows)


def keep_value(directory_id: int, unique_id: str, key: str, value: str) -> None:
    """Keep what an entry holds of one field from now on; in a transaction."""
    of_entry = Identity.directory_id == directory_id, Identity.unique_id == unique_id
    before = db.session.scalar(select(Identity.offers).where(*of_entry))
    if before is not None:
        keep([(unique_id, with_value(before, key, value))], directory_id)


def with_value(values: Mapping[str, str], key: str, value: str) -> dict[str, str]:
    """Return what an entry says, with another value of one field; "" is none."""
    rest = {name: text for name, text in values.items() if name != key}
    return {**rest, key: value} if value else rest


def forget_offers(keys: Sequence[str]) -> None:
    """Forget what entries say of fields that do not fall through any more; in a transaction."""
    if not keys:
        return
    named = or_(*(cast(Identity.offers, String).contains(f'"{key}"') for key in keys))
    rows = select(Identity.id, Identity.offers).where(named)
    statement = update(Identity).where(Identity.id == bindparam("_id"))
    statement = statement.values(offers=bindparam("_values", type_=Identity.offers.type))
    found = db.session.execute(rows).all()
    for start in range(0, len(found), AT_ONCE):
        some = [
            {"_id": id_, "_values": {key: old[key] for key in old if key not in keys}}
            for id_, old in found[start : start + AT_ONCE]
        ]
        db.session.connection().execute(statement, some)
