"""Find the people whom values of a directory name, many at once, by queries on what is stored.

A DN counts in its own directory only, and never as a login or a mail address: otherwise whoever
can choose a mail address, or writes another directory, could take somebody's place. Where a value
fits two people it names nobody.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.queries import BY_NUMBER, HUMAN, LARGEST_ID

AT_ONCE = 1_000
"""Values of one query, and rows that are held of a whole table."""
SHELVES = 256
SHELF = 2**64 // SHELVES
"""Marks of DNs that are put into order together."""


def by_dn(folded: Iterable[str], directory_id: int) -> dict[str, int]:
    """Return folded DN -> person, for entries of this directory."""
    rows = select(Identity.dn_folded, func.min(Identity.person_id)).where(
        Identity.directory_id == directory_id, Identity.is_gone.is_(False)
    )
    return _only(rows, Identity.dn_folded, Identity.person_id, folded)


def by_number(values: Iterable[str]) -> dict[str, int]:
    """Return `id:<number>` -> person: how a person is stored who was chosen by hand."""
    numbers = {value: int(found[1]) for value in values if (found := BY_NUMBER.fullmatch(value))}
    ids = {number for number in numbers.values() if number <= LARGEST_ID}
    there = {
        id_: human
        for some in _pieces(ids)
        for id_, human in db.session.execute(select(Person.id, HUMAN).where(Person.id.in_(some)))
    }
    return {value: there[number] for value, number in numbers.items() if number in there}


def by_login(logins: Iterable[str]) -> dict[str, int]:
    """Return folded login -> person.

    What reads like a number names nobody: `id:7` is person 7 where an administrator names somebody,
    and whoever chooses logins in a directory could be taken for that one (`people.own_logins`). Nor
    does what holds a zero byte, which PostgreSQL does not take in a question.
    """
    rows = select(Person.login_folded, func.min(HUMAN))
    names = (each for each in logins if "\0" not in each and not BY_NUMBER.fullmatch(each))
    return _only(rows, Person.login_folded, HUMAN, names)


def by_email(addresses: Collection[str]) -> dict[str, int]:
    """Return folded mail address -> person; reads the addresses of everybody."""
    if not addresses:
        return {}
    rows = db.session.execute(
        select(HUMAN, Person.email).where(Person.email != ""),
        execution_options={"yield_per": AT_ONCE},
    )
    found: dict[str, set[int]] = {}
    for id_, email in rows:
        if (folded := fold_login(email)) in addresses:
            found.setdefault(folded, set()).add(id_)
    return {address: ids.pop() for address, ids in found.items() if len(ids) == 1}


def find_login(login: str) -> int | None:
    """Return who has this login; None if nobody has it, or two people."""
    folded = fold_login(login)
    return by_login([folded]).get(folded)


class Everybody:
    """Folded DN -> person of a whole directory, in 16 bytes a person: a dict would take 200.

    A DN is known by 64 bits that nobody can foresee, so that nobody can make one that is taken for
    another; two that fell together by chance would be nobody's.

    :param rows: folded DNs, and the person of each; who shares a DN with another is nobody
    """

    def __init__(self, rows: Iterable[tuple[str, int]]) -> None:
        self._key = token_bytes(16)
        self._marks, self._ids = array("Q"), array("q")
        shelves = [array("Q") for _number in range(SHELVES)]
        for dn, id_ in rows:
            mark = self._mark(dn)
            shelves[mark // SHELF].extend((mark, id_))
        for shelf in shelves:  # by parts, since each pair of numbers takes ten times as much
            for mark, id_ in sorted(zip(shelf[::2], shelf[1::2], strict=True)):
                self._marks.append(mark)
                self._ids.append(id_)

    def get(self, dn: str) -> int | None:
        """Return whose DN this is, folded; None if it is nobody's."""
        mark = self._mark(dn)
        first = bisect_left(self._marks, mark)
        last = bisect_right(self._marks, mark, lo=first) - 1
        is_one = first <= last and self._ids[first] == self._ids[last]
        return self._ids[first] if is_one else None

    def _mark(self, dn: str) -> int:
        return int.from_bytes(blake2b(dn.encode(), digest_size=8, key=self._key).digest())


def everybody(directory_id: int, absent: Collection[int] = ()) -> Everybody:
    """Return the people of a whole directory by their DNs.

    :param absent: entries that were not found just now: if others have their DNs, it is those
    """
    followed = _followed(absent)
    rows = db.session.execute(
        select(Identity.dn_folded, Identity.person_id, Identity.id).where(
            Identity.directory_id == directory_id, Identity.is_gone.is_(False)
        ),
        execution_options={"yield_per": AT_ONCE},
    )
    return Everybody((dn, id_) for dn, id_, entry_id in rows if entry_id not in followed)


def _followed(absent: Iterable[int]) -> set[int]:
    """Return those of the entries whose DN another one has now."""
    other = aliased(Identity)
    has_it = and_(
        other.dn_folded == Identity.dn_folded,
        other.directory_id == Identity.directory_id,
        other.id != Identity.id,
        other.is_gone.is_(False),
    )
    rows = select(Identity.id).join(other, has_it)
    return {
        id_
        for some in _pieces(absent)
        for id_ in db.session.scalars(rows.where(Identity.id.in_(some)))
    }


def held(logins: Iterable[str], directory_id: int) -> dict[str, int]:
    """Return folded login -> person, of those whom this directory holds."""
    called = by_login(logins)
    here = _held_by(directory_id, called.values()) if called else set()
    return {login: id_ for login, id_ in called.items() if id_ in here}


def _held_by(directory_id: int, person_ids: Iterable[int]) -> set[int]:
    held = select(Identity.person_id).where(
        Identity.directory_id == directory_id, Identity.is_gone.is_(False)
    )
    return {
        id_
        for some in _pieces(person_ids)
        for id_ in db.session.scalars(held.where(Identity.person_id.in_(some)))
    }


def _only(
    rows: Select[*tuple[Any, ...]], key: Any, person: Any, wanted: Iterable[str]
) -> dict[str, int]:
    """Return what the rows say of the wanted keys, where it is one person."""
    once = rows.group_by(key).having(func.min(person) == func.max(person))
    return {
        found: id_
        for some in _pieces(wanted)
        for found, id_ in db.session.execute(once.where(key.in_(some)))
    }


def _pieces(values: Iterable[Any]) -> Iterator[list[Any]]:
    left = list(dict.fromkeys(values))
    for start in range(0, len(left), AT_ONCE):
        yield left[start : start + AT_ONCE]
