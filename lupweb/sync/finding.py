"""Find the people whom values of a directory name, many at once, by queries on what is stored.

A DN counts in its own directory only, and never as a login or a mail address: otherwise whoever
can choose a mail address, or writes another directory, could take somebody's place. Where a value
fits two people it names nobody.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Select, func, select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.queries import BY_NUMBER, LARGEST_ID

AT_ONCE = 1_000
"""Values of one query, and rows that are held of a whole table."""


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
        id_
        for some in _pieces(ids)
        for id_ in db.session.scalars(select(Person.id).where(Person.id.in_(some)))
    }
    return {value: number for value, number in numbers.items() if number in there}


def by_login(logins: Iterable[str]) -> dict[str, int]:
    """Return folded login -> person."""
    rows = select(Person.login_folded, func.min(Person.id))
    return _only(rows, Person.login_folded, Person.id, logins)


def by_email(addresses: Collection[str]) -> dict[str, int]:
    """Return folded mail address -> person; reads the addresses of everybody."""
    if not addresses:
        return {}
    rows = db.session.execute(
        select(Person.id, Person.email).where(Person.email != ""),
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


def everybody(directory_id: int) -> dict[str, int]:
    """Return folded DN -> person of a whole directory; about 25 MB for 100,000 people."""
    rows = db.session.execute(
        select(Identity.dn_folded, Identity.person_id).where(
            Identity.directory_id == directory_id, Identity.is_gone.is_(False)
        ),
        execution_options={"yield_per": AT_ONCE},
    )
    found: dict[str, int] = {}
    twice = set()
    for dn, id_ in rows:
        if found.setdefault(dn, id_) != id_:
            twice.add(dn)
    return {dn: id_ for dn, id_ in found.items() if dn not in twice} if twice else found


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
