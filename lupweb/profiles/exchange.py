"""People as other programs read them (interface.md section 3, `people list`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.field_types.base import People, PersonLink
from lupweb.people.models import Group, Person
from lupweb.people.queries import BY_NUMBER, LARGEST_ID, groups_of
from lupweb.profiles.cards import visible_values
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.reporting import MANAGER

BLOCK = 500


@dataclass(frozen=True)
class _Named:
    """Whom values name: by person and field where it is one, by the single value where several."""

    by_place: Mapping[tuple[int, int], PersonLink]
    by_item: People


def documents(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> list[dict[str, Any]]:
    """Return each person with the values that `viewer` may see; six queries for each 500."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(people), BLOCK):
        found.extend(_block(viewer, layout, people[start : start + BLOCK]))
    return found


def _block(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> list[dict[str, Any]]:
    ids = [person.id for person in people]
    groups = groups_of(ids)
    group_keys = dict(db.session.execute(select(Group.id, Group.key)).all())
    directories = _directories(ids)
    named = _Named(_logins_named(ids), _numbered(layout, people))
    return [
        {
            "id": person.id,
            "login": person.login,
            "name": person.name,
            "email": person.email,
            "directory": directories.get(person.id),
            "state": str(person.state),
            "groups": sorted(group_keys[group] for group in groups[person.id]),
            **_values(viewer, layout, person, groups[person.id], named),
            "picture": person.picture_hash or None,
        }
        for person in people
    ]


def _values(
    viewer: Viewer,
    layout: Layout,
    person: Person,
    groups: frozenset[int],
    named: "_Named",
) -> dict[str, Any]:
    seen = visible_values(viewer, layout, person, groups)
    values = {
        field.key: field.type.export(
            value, named.by_place.get((person.id, field.id)), named.by_item
        )
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


def _numbered(layout: Layout, people: Sequence[Person]) -> dict[str, PersonLink]:
    """Return whom values of several people name by number: `id:7` -> who; one query or none."""
    keys = [field.key for field in layout.fields() if field.type.refers_to_people]
    lines = {
        line
        for person in people if keys
        for key, value in values_of(person.document).items() if key in keys
        for line in value.split("\n")
    }  # fmt: skip
    numbers = [int(found[1]) for found in map(BY_NUMBER.fullmatch, lines) if found]
    ids = [number for number in numbers if number <= LARGEST_ID]
    if not ids:
        return {}
    named = aliased(Person)
    rows = (
        select(named.id, Person.login)
        .join(Person, Person.id == func.coalesce(named.merged_into_id, named.id))
        .where(named.id.in_(ids))
    )
    return {f"id:{id_}": PersonLink("", login, "") for id_, login in db.session.execute(rows)}


def _logins_named(ids: Sequence[int]) -> dict[tuple[int, int], PersonLink]:
    """Return whom a value names: (person id, field id) -> who, with nothing but the login."""
    rows = (
        select(IndexedValue.person_id, IndexedValue.field_id, Person.login)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(IndexedValue.person_id.in_(ids))
    )
    found = db.session.execute(rows)
    return {(person, field): PersonLink("", login, "") for person, field, login in found}
