"""People as other programs read them (interface.md section 3, `people list`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.people.models import Group, Person
from lupweb.people.queries import groups_of
from lupweb.profiles.cards import visible_values
from lupweb.profiles.layout import Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.reporting import MANAGER

BLOCK = 500


def documents(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> list[dict[str, Any]]:
    """Return each person with the values that `viewer` may see; five queries for each 500."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(people), BLOCK):
        found.extend(_block(viewer, layout, people[start : start + BLOCK]))
    return found


def _block(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> list[dict[str, Any]]:
    ids = [person.id for person in people]
    groups = groups_of(ids)
    group_keys = dict(db.session.execute(select(Group.id, Group.key)).all())
    directories = _directories(ids)
    logins = _logins_named(ids)
    return [
        {
            "id": person.id,
            "login": person.login,
            "name": person.name,
            "email": person.email,
            "directory": directories.get(person.id),
            "state": str(person.state),
            "groups": sorted(group_keys[group] for group in groups[person.id]),
            **_values(viewer, layout, person, groups[person.id], logins),
            "picture": person.picture_hash or None,
        }
        for person in people
    ]


def _values(
    viewer: Viewer,
    layout: Layout,
    person: Person,
    groups: frozenset[int],
    logins: Mapping[tuple[int, int], str],
) -> dict[str, Any]:
    seen = visible_values(viewer, layout, person, groups)
    values = {
        field.key: logins.get((person.id, field.id)) if field.type.refers_to_person else value
        for field, value in seen.items()
    }
    return {"manager": values.get(MANAGER), "values": values}


def _directories(ids: Sequence[int]) -> dict[int, str]:
    """Return the key of the directory that supplies each person: the first in the order."""
    rows = (
        select(Identity.person_id, Directory.key)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.person_id.in_(ids))
        .order_by(Directory.position.desc())
    )
    return dict(db.session.execute(rows).all())


def _logins_named(ids: Sequence[int]) -> dict[tuple[int, int], str]:
    """Return the login of whom a value names: (person id, field id) -> login."""
    rows = (
        select(IndexedValue.person_id, IndexedValue.field_id, Person.login)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(IndexedValue.person_id.in_(ids))
    )
    return {(person, field): login for person, field, login in db.session.execute(rows)}
