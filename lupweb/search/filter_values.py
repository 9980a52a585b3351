"""Who has which value of a field: as filters ask it, of everybody at once.

People are marked in one large number, a byte for each id: to join two conditions takes as long for
a hundred thousand as for ten.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select

from lupweb.database import db, take_time
from lupweb.field_types.base import FieldType
from lupweb.field_types.referring import plain_name
from lupweb.people.models import Membership, Person
from lupweb.people.states import SHOWN
from lupweb.profiles.layout import FieldLayout
from lupweb.profiles.models import IndexedValue
from lupweb.search.column_models import PeopleValue
from lupweb.search.columns import Column
from lupweb.search.comparing import Fits
from lupweb.search.filter_fields import ADDED, Filterable, OwnColumn
from lupweb.search.newcomers import first_days
from lupweb.search.selection import Codes, marked

IN_SQLITE = "SELECT id, json_extract(document, '$.values.\"' || ? || '\"') FROM person"
IN_POSTGRESQL = "SELECT id, document #>> ARRAY['values', %s] FROM person"
UNUSED = 0
"""The code of those who have no value."""


class FieldValues(Protocol):
    """The values of one field."""

    def having(self, fits: Fits) -> int:
        """Return the marks of those who have a single value that fits."""

    def having_any(self) -> int:
        """Return the marks of those who have a value."""


def marks_of(people: Iterable[int], size: int) -> int:
    """Return these people as marks.

    :param size: no id is as large
    """
    marks = bytearray(size)
    for person in people:
        marks[person] = 1
    return int.from_bytes(marks, "little")


@dataclass(frozen=True)
class ColumnValues:
    """Values that have a column: each different one is looked at once.

    :param items: code -> the single values in the stored one
    """

    items: Mapping[int, Sequence[str]]
    codes: Codes

    def having(self, fits: Fits) -> int:
        """Return the marks of those who have a single value that fits."""
        return self._with_code({c for c, items in self.items.items() if any(map(fits, items))})

    def having_any(self) -> int:
        """Return the marks of those who have a value."""
        return self._with_code(self.items.keys() - {UNUSED})

    def _with_code(self, allowed: Collection[int]) -> int:
        if isinstance(self.codes, bytes):
            return int.from_bytes(marked(self.codes, allowed), "little")
        return int.from_bytes(bytes(code in allowed for code in self.codes), "little")


@dataclass(frozen=True)
class ReadValues:
    """Values that were read person by person.

    :param people: stored value -> who has it
    :param limit: the marks of those whose profile has the field at all
    """

    people: Mapping[str, Sequence[int]]
    kind: FieldType
    size: int
    limit: int

    def having(self, fits: Fits) -> int:
        """Return the marks of those who have a single value that fits."""
        found = (
            ids for value, ids in self.people.items() if any(map(fits, self.kind.split(value)))
        )
        return self._marks(found)

    def having_any(self) -> int:
        """Return the marks of those who have a value."""
        return self._marks(self.people.values())

    def _marks(self, groups: Iterable[Sequence[int]]) -> int:
        return marks_of((person for ids in groups for person in ids), self.size) & self.limit


@dataclass(frozen=True)
class NamedPeople:
    """Whom the values of a field name.

    :param people: person, or name that nobody known has -> whose value that is
    :param called: person -> name, login and mail address, as far as the viewer may know
    """

    people: Mapping[int | str, Sequence[int]]
    called: Mapping[int, Sequence[str]]
    size: int
    limit: int

    def having(self, fits: Fits) -> int:
        """Return the marks of those whose value names somebody who is called so."""
        return self._marks(
            ids
            for named, ids in self.people.items()
            if any(map(fits, [named] if isinstance(named, str) else self.called.get(named, ())))
        )

    def having_any(self) -> int:
        """Return the marks of those who have a value, whomever it names."""
        return self._marks(self.people.values())

    def _marks(self, groups: Iterable[Sequence[int]]) -> int:
        return marks_of((person for ids in groups for person in ids), self.size) & self.limit


def column_values(field: FieldLayout, column: Column, codes: Codes) -> ColumnValues:
    """Return the values of a field that has a column; one query."""
    table = PeopleValue.__table__.c
    rows = select(table.code, table.value).where(table.column_id == column.id)
    items = {code: field.type.split(value) for code, value in db.session.execute(rows)}
    return ColumnValues(items, codes)


def read_values(field: Filterable, size: int) -> ReadValues:
    """Return the values of a field that has no column; two queries at most, however long."""
    take_time()
    people: dict[str, list[int]] = defaultdict(list)
    for person, value in _rows(field):
        if value and person < size:
            people[value].append(person)
    return ReadValues(people, field.type, size, _limit(field, size))


def named_people(field: FieldLayout, size: int, *, shows_all: bool) -> NamedPeople:
    """Return whom a field names; three queries at most.

    :param shows_all: whether the viewer may know of people as well who are not shown
    """
    table = IndexedValue.__table__.c
    take_time()
    people: dict[int | str, list[int]] = defaultdict(list)
    rows = select(table.person_id, table.referred_id, table.value).where(table.field_id == field.id)
    for person, referred, value in db.session.execute(rows):
        if value and person < size:
            people[_named(referred, value)].append(person)
    return NamedPeople(people, _called(field, shows_all=shows_all), size, _limit(field, size))


def _rows(field: Filterable) -> Iterable[Any]:
    if isinstance(field, OwnColumn) and field.key == ADDED:
        return first_days()
    if isinstance(field, OwnColumn):
        table = Person.__table__.c
        return db.session.execute(select(table.id, table[field.key]))
    connection = db.session.connection()
    statement = IN_SQLITE if connection.dialect.name == "sqlite" else IN_POSTGRESQL
    return connection.exec_driver_sql(statement, (field.key,))


def _limit(field: Filterable, size: int) -> int:
    """Return who has the field in the profile at all."""
    groups = () if isinstance(field, OwnColumn) else field.applies_to
    if not groups:
        return int.from_bytes(b"\1" * size, "little")
    members = select(Membership.person_id).where(Membership.group_id.in_(groups))
    return marks_of((each for each in db.session.scalars(members) if each < size), size)


def _named(referred: int | None, value: str) -> int | str:
    """Return who is named; a name that somebody typed as it is, and anybody else as -1."""
    if referred is not None:
        return referred
    name = plain_name(value)
    return name if isinstance(name, str) else -1


def _called(field: FieldLayout, *, shows_all: bool) -> dict[int, tuple[str, ...]]:
    named = select(IndexedValue.referred_id).where(IndexedValue.field_id == field.id)
    table = Person.__table__.c
    rows = select(table.id, table.name, table.login, table.email).where(table.id.in_(named))
    if not shows_all:
        rows = rows.where(table.state.in_(SHOWN))
    return {
        id_: (name, login, email, f"id:{id_}")
        for id_, name, login, email in db.session.execute(rows)
    }
