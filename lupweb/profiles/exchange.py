"""People as other programs read them (interface.md section 3, `people list`)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.field_types.base import People, PersonLink
from lupweb.field_types.referring import NOT_SHOWN
from lupweb.people.models import Group, Person
from lupweb.people.queries import BY_NUMBER, LARGEST_ID, groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.cards import visible_values
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.models import IndexedValue

BLOCK = 500


@dataclass(frozen=True)
class _Seen:
    """What the documents of one block have in common.

    :param by_place: person and field -> single value -> whom it names, with nothing but the login
    :param by_number: `id:7` -> whom it names
    :param in_words: whether people read it: then the links have names in place of logins, and it
        is said that somebody is named who is not shown
    """

    viewer: Viewer
    layout: Layout
    by_place: Mapping[tuple[int, int], Mapping[str, PersonLink]]
    by_number: People
    in_words: bool

    def values(self, person: Person, groups: frozenset[int]) -> dict[str, Any]:
        """Return what the viewer may see of a person: the manager, and field key -> value."""
        seen = visible_values(self.viewer, self.layout, person, groups)
        values = {field.key: self._value(field, value, person.id) for field, value in seen.items()}
        manager = next((field for field in seen if field.key == self.layout.manager), None)
        named = self._exported(manager, seen[manager], person.id) if manager else None
        return {"manager": named, "values": values}

    def _value(self, field: FieldLayout, value: str, person_id: int) -> Any:
        exported = self._exported(field, value, person_id)
        if not (self.in_words and field.type.names_people):
            return exported
        people = exported if isinstance(exported, list) else [exported] if exported else []
        is_whole = len(people) == len(field.type.split(value))
        return people if is_whole else [*people, str(NOT_SHOWN)]

    def _exported(self, field: FieldLayout, value: str, person_id: int) -> Any:
        named = {**self.by_number, **self.by_place.get((person_id, field.id), {})}
        return field.type.export(value, None, named)


def documents(
    viewer: Viewer, layout: Layout, people: Sequence[Person], *, in_words: bool = False
) -> list[dict[str, Any]]:
    """Return each person with the values that `viewer` may see; six queries for each 500.

    People are named by their logins. Whoever is not shown is named to nobody but the operator.

    :param in_words: for people who read it, not programs: people are named by their names, and it
        is said where somebody is left out
    """
    found: list[dict[str, Any]] = []
    for start in range(0, len(people), BLOCK):
        found.extend(_block(viewer, layout, people[start : start + BLOCK], in_words))
    return found


def _block(
    viewer: Viewer, layout: Layout, people: Sequence[Person], in_words: bool
) -> list[dict[str, Any]]:
    ids = [person.id for person in people]
    groups = groups_of(ids)
    group_keys = dict(db.session.execute(select(Group.id, Group.key)).all())
    directories = _directories(ids, Directory.name if in_words else Directory.key)
    said = Person.name if in_words else Person.login
    by_place, by_number = _named(viewer, ids, said), _numbered(viewer, layout, people, said)
    seen = _Seen(viewer, layout, by_place, by_number, in_words)
    return [
        {
            "id": person.id,
            "login": person.login,
            "name": person.name,
            "email": person.email,
            "directory": directories.get(person.id),
            "state": str(person.state),
            "groups": sorted(group_keys[group] for group in groups[person.id]),
            **seen.values(person, groups[person.id]),
            "picture": person.picture_hash or None,
        }
        for person in people
    ]


def _directories(ids: Sequence[int], said: InstrumentedAttribute[str]) -> dict[int, str]:
    """Return the directory that supplies each person: the first in the order.

    :param said: what directories are named by
    """
    rows = (
        select(Identity.person_id, said)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.person_id.in_(ids))
        .order_by(Directory.position.desc())
    )
    return dict(db.session.execute(rows).all())


def _numbered(
    viewer: Viewer, layout: Layout, people: Sequence[Person], said: InstrumentedAttribute[str]
) -> dict[str, PersonLink]:
    """Return whom values of several people name by number: `id:7` -> who; one query or none.

    :param said: what people are named by
    """
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
        select(named.id, said)
        .join(Person, Person.id == func.coalesce(named.merged_into_id, named.id))
        .where(named.id.in_(ids), _is_named_to(viewer))
    )
    return {f"id:{id_}": PersonLink("", name, "") for id_, name in db.session.execute(rows)}


def _named(
    viewer: Viewer, ids: Sequence[int], said: InstrumentedAttribute[str]
) -> dict[tuple[int, int], dict[str, PersonLink]]:
    """Return whom values name, as far as known: (person id, field id) -> single value -> who.

    :param said: what people are named by
    """
    rows = (
        select(IndexedValue.person_id, IndexedValue.field_id, IndexedValue.value, said)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(IndexedValue.person_id.in_(ids), _is_named_to(viewer))
    )
    found: dict[tuple[int, int], dict[str, PersonLink]] = defaultdict(dict)
    for person_id, field_id, value, name in db.session.execute(rows):
        found[person_id, field_id][value] = PersonLink("", name, "")
    return found


def _is_named_to(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.is_operator else Person.state.in_(SHOWN)
