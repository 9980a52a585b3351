"""Find people and groups."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, Integer, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from lupweb.database import db
from lupweb.errors import NotFound
from lupweb.people.lookalikes import told_apart
from lupweb.people.models import Group, Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN
from lupweb.texts import _

LARGEST_ID = 2**31 - 1
BY_NUMBER = re.compile(r"id:(\d{1,15})")
HUMAN = func.coalesce(Person.merged_into_id, Person.id)
"""Who a record stands for: the one that it was merged into, or itself."""


def find_person(handle: str) -> Person | None:
    """Return the person that `handle` names in an address, or None.

    Somebody who is shown goes before those who are not: an account that was deleted and made
    again under its login has two people. A record that was merged names the one that it leads to.

    :param handle: a login that is unique on the site, or `id:<number>` (interface.md section 7)
    """
    numbered = BY_NUMBER.fullmatch(handle)
    if numbered:
        number = int(numbered[1])
        found = db.session.get(Person, number) if number <= LARGEST_ID else None
        return found if found is None else _kept(found)
    folded = fold_login(handle)
    if "\0" in folded:
        return None  # PostgreSQL would not take it
    called = db.session.scalars(select(Person).where(Person.login_folded == folded)).all()
    people = list({each.id: each for each in map(_kept, called)}.values())
    shown = [person for person in people if person.state in SHOWN]
    named = shown or people
    return named[0] if len(named) == 1 else None


def number_in(name: str) -> int | None:
    """Return the number in what names a person by it, as in `id:7`; None for every other name."""
    found = BY_NUMBER.fullmatch(name)
    return int(found[1]) if found and int(found[1]) <= LARGEST_ID else None


def _kept(person: Person) -> Person:
    """Return the person, or the one that this record was merged into."""
    if person.merged_into_id is None:
        return person
    return db.session.get_one(Person, person.merged_into_id)


def get_person(handle: str) -> Person:
    """Return the person that `handle` names.

    :raises NotFound: if it names nobody, or more than one person
    """
    person = find_person(handle)
    if person is None:
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=handle))
    return person


def one_of(
    column: ColumnElement[int] | InstrumentedAttribute[int], ids: Iterable[int]
) -> ColumnElement[bool]:
    """Return the condition that `column` is one of `ids`; one parameter, however many they are."""
    if db.engine.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(ids), ARRAY(Integer)))
    given = func.json_each(bindparam(None, f"[{','.join(map(str, ids))}]")).table_valued("value")
    return column.in_(select(given.c.value))


class HasLogin(Protocol):
    """Somebody with a login."""

    @property
    def login_folded(self) -> str:
        """Return the login as it is compared."""


def shared_logins(people: Sequence[HasLogin]) -> frozenset[str]:
    """Return those folded logins of `people` that more than one person has; one query."""
    logins = {person.login_folded for person in people}
    rows = (
        select(Person.login_folded)
        .where(Person.login_folded.in_(logins))
        .group_by(Person.login_folded)
        .having(func.min(HUMAN) < func.max(HUMAN))
    )
    return frozenset(db.session.scalars(rows))


def own_logins(ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return what names each of these people alone: number and folded logins; one query.

    Those of records that were merged into them are theirs as well. A login that a second directory
    has, or that was deleted and made again, is somebody else, missing people included: rights are
    not inherited (hostile-input.md B76). A login that looks like a number names nobody.
    """
    theirs = select(Person.login_folded).where(
        or_(Person.id.in_(ids), Person.merged_into_id.in_(ids))
    )
    alone = (
        select(func.min(HUMAN), Person.login_folded)
        .where(Person.login_folded.in_(theirs))
        .group_by(Person.login_folded)
        .having(func.min(HUMAN) == func.max(HUMAN))
    )
    found = {id_: {f"id:{id_}"} for id_ in ids}
    for id_, login in db.session.execute(alone):
        if not BY_NUMBER.fullmatch(login):
            found[id_].add(login)
    return {id_: frozenset(logins) for id_, logins in found.items()}


def groups_by_key() -> dict[str, int]:
    """Return the id of every group by its key."""
    return dict(db.session.execute(select(Group.key, Group.id)).all())


def group_names() -> dict[int, str]:
    """Return the name of every group by its id."""
    return dict(db.session.execute(select(Group.id, Group.name)).all())


def groups_listed() -> list[tuple[str, str]]:
    """Return key and name of every group, in the order of names; one query.

    Where another name looks the same, the key stands behind it (hostile-input.md B27).
    """
    names = told_apart(dict(db.session.execute(select(Group.key, Group.name)).all()))
    return sorted(names.items(), key=lambda group: group[1].casefold())


def groups_of(people: list[int]) -> dict[int, frozenset[int]]:
    """Return the ids of the groups of each of these people; one query."""
    found: dict[int, set[int]] = {person_id: set() for person_id in people}
    rows = select(Membership.person_id, Membership.group_id).where(Membership.person_id.in_(people))
    for person_id, group_id in db.session.execute(rows):
        found[person_id].add(group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}
