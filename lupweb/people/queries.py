"""Find people and groups."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Integer, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from lupweb.database import db
from lupweb.errors import NotFound
from lupweb.people.models import Group, Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN
from lupweb.texts import _

LARGEST_ID = 2**31 - 1
BY_NUMBER = re.compile(r"id:(\d{1,15})")


def find_person(handle: str) -> Person | None:
    """Return the person that `handle` names in an address, or None.

    Somebody who is shown goes before those who are not: an account that was deleted and made
    again under its login has two people.

    :param handle: a login that is unique on the site, or `id:<number>` (interface.md section 7)
    """
    numbered = BY_NUMBER.fullmatch(handle)
    if numbered:
        number = int(numbered[1])
        return db.session.get(Person, number) if number <= LARGEST_ID else None
    folded = fold_login(handle)
    if "\0" in folded:
        return None  # PostgreSQL would not take it
    found = db.session.scalars(select(Person).where(Person.login_folded == folded)).all()
    shown = [person for person in found if person.state in SHOWN]
    named = shown or found
    return named[0] if len(named) == 1 else None


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


class PersonSummary(NamedTuple):
    """What a list needs of a person; a row, without the life of a model object."""

    id: int
    login: str
    login_folded: str
    name: str
    email: str
    document: Mapping[str, Any]
    picture_hash: str


def summaries(ids: Sequence[int]) -> list[PersonSummary]:
    """Return these people, in the order of `ids`; one query."""
    columns = [Person.__table__.c[name] for name in PersonSummary._fields]
    rows = db.session.execute(select(*columns).where(one_of(Person.id, ids))).all()
    found = {row.id: PersonSummary(*row) for row in rows}
    return [found[person_id] for person_id in ids if person_id in found]


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
        .having(func.count() > 1)
    )
    return frozenset(db.session.scalars(rows))


def groups_by_key() -> dict[str, int]:
    """Return the id of every group by its key."""
    return dict(db.session.execute(select(Group.key, Group.id)).all())


def group_names() -> dict[int, str]:
    """Return the name of every group by its id."""
    return dict(db.session.execute(select(Group.id, Group.name)).all())


def groups_listed() -> list[tuple[str, str]]:
    """Return key and name of every group, in the order of names; one query."""
    rows = db.session.execute(select(Group.key, Group.name)).all()
    return sorted(((key, name) for key, name in rows), key=lambda group: group[1].casefold())


def groups_of(people: list[int]) -> dict[int, frozenset[int]]:
    """Return the ids of the groups of each of these people; one query."""
    found: dict[int, set[int]] = {person_id: set() for person_id in people}
    rows = select(Membership.person_id, Membership.group_id).where(Membership.person_id.in_(people))
    for person_id, group_id in db.session.execute(rows):
        found[person_id].add(group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}
