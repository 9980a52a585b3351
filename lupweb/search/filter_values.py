"""Who has which value of a field: as filters ask it, of everybody at once.

People are marked in one large number, a byte for each id: to join two conditions takes as long for
a hundred thousand as for ten.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Protocol

from sqlalchemy import select

from lupweb.database import db, take_time
from lupweb.field_types.referring import plain_name
from lupweb.people.models import Membership, Person
from lupweb.people.states import SHOWN
from lupweb.profiles.layout import FieldLayout
from lupweb.profiles.models import IndexedValue
from lupweb.search.column_models import PeopleValue
from lupweb.search.columns import Column
from lupweb.search.comparing import Test
from lupweb.search.filter_fields import ADDED, Filterable, OwnColumn
from lupweb.search.filter_forms import Forms
from lupweb.search.filter_work import Work
from lupweb.search.newcomers import first_days
from lupweb.search.selection import Codes, marked

IN_SQLITE = "SELECT id, json_extract(document, '$.values.\"' || ? || '\"') FROM person"
IN_POSTGRESQL = "SELECT id, document #>> ARRAY['values', %s] FROM person"
UNUSED = 0
"""The code of those who have no value."""
BYTES_OF_ITEM = 400
"""About what a value takes beside its signs, in all of its forms."""


class _Holders(Protocol):
    """Who has each of the single values of a field; those have numbers."""

    def having(self, numbers: Iterable[int]) -> int:
        """Return the marks of those who have one of these values."""

    def having_any(self) -> int:
        """Return the marks of those who have a value."""


@dataclass(frozen=True)
class FieldValues:
    """The values of one field.

    :param size: about how many bytes they take
    """

    forms: Forms
    holders: _Holders
    size: int

    def having(self, asked: Test, work: Work) -> int:
        """Return the marks of those who have a single value that is asked for.

        :raises Busy: if it takes too long
        """
        return self.holders.having(asked.fitting(self.forms, work))

    def having_any(self) -> int:
        """Return the marks of those who have a value."""
        return self.holders.having_any()


def marks_of(people: Iterable[int], size: int) -> int:
    """Return these people as marks.

    :param size: no id is as large
    """
    marks = bytearray(size)
    for person in people:
        marks[person] = 1
    return int.from_bytes(marks, "little")


@dataclass(frozen=True)
class _Coded:
    """Who has values that have a column.

    :param codes: of everybody, by id
    :param of_item: for each single value the codes of the stored ones that it is in
    :param used: the codes of all values
    """

    codes: Codes
    of_item: Sequence[Sequence[int]]
    used: frozenset[int]

    def having(self, numbers: Iterable[int]) -> int:
        """Return the marks of those who have one of these values."""
        return self._with_code({code for number in numbers for code in self.of_item[number]})

    def having_any(self) -> int:
        """Return the marks of those who have a value."""
        return self._with_code(self.used)

    def _with_code(self, allowed: set[int] | frozenset[int]) -> int:
        if not allowed:
            return 0
        if isinstance(self.codes, bytes):
            return int.from_bytes(marked(self.codes, allowed), "little")
        return int.from_bytes(bytes(code in allowed for code in self.codes), "little")


@dataclass(frozen=True)
class _Listed:
    """Who has values that were read person by person.

    :param of_item: for each single value the people who have it
    :param whole: the marks of those who have any
    :param limit: the marks of those whose profile has the field at all
    """

    of_item: Sequence[Sequence[int]]
    whole: int
    size: int
    limit: int

    def having(self, numbers: Iterable[int]) -> int:
        """Return the marks of those who have one of these values."""
        people = [person for number in numbers for person in self.of_item[number]]
        return marks_of(people, self.size) & self.limit if people else 0

    def having_any(self) -> int:
        """Return the marks of those who have a value."""
        return self.whole & self.limit


@dataclass(frozen=True)
class NamedPeople:
    """Whom the values of a field name, as it was read.

    :param rows: whose value it is, whom it names if that is known, and the value
    :param called: person -> name, login and mail address, as far as the viewer may know
    """

    rows: Sequence[tuple[int, int | None, str]]
    called: Mapping[int, Sequence[str]]

    @cached_property
    def version(self) -> bytes:
        """Return what stays the same as long as all of this does.

        The columns do not tell when values name somebody else (`only_references`).
        """
        said = repr((self.rows, self.called)).encode(errors="surrogatepass")
        return blake2b(said, digest_size=20).digest()


def column_values(field: FieldLayout, column: Column, codes: Codes) -> FieldValues:
    """Return the values of a field that has a column; one query."""
    table = PeopleValue.__table__.c
    rows = select(table.code, table.value).where(table.column_id == column.id)
    of_item: dict[str, list[int]] = defaultdict(list)
    used: set[int] = set()
    for code, value in db.session.execute(rows):
        used.add(code)
        for item in field.type.split(value):
            of_item[item].append(code)
    holders = _Coded(codes, list(of_item.values()), frozenset(used - {UNUSED}))
    return FieldValues(Forms.of(field.type, list(of_item)), holders, _size(of_item, len(codes)))


def read_values(field: Filterable, size: int) -> FieldValues:
    """Return the values of a field that has no column; two queries at most, however long."""
    take_time()
    of_item: dict[str, list[int]] = defaultdict(list)
    having: list[int] = []
    for person, value in _rows(field):
        if value and person < size:
            having.append(person)
            for item in field.type.split(value):
                of_item[item].append(person)
    holders = _Listed(list(of_item.values()), marks_of(having, size), size, _limit(field, size))
    return FieldValues(Forms.of(field.type, list(of_item)), holders, _size(of_item, size))


def named_people(field: FieldLayout, *, shows_all: bool) -> NamedPeople:
    """Return whom a field names; two queries.

    :param shows_all: whether the viewer may know of people as well who are not shown
    """
    table = IndexedValue.__table__.c
    take_time()
    rows = select(table.person_id, table.referred_id, table.value).where(table.field_id == field.id)
    found = [(person, named, value) for person, named, value in db.session.execute(rows)]
    return NamedPeople(found, _called(field, shows_all=shows_all))


def values_naming(field: FieldLayout, named: NamedPeople, size: int) -> FieldValues:
    """Return the values of a field that name these people; one query at most.

    Somebody is called by name, login, mail address or number, and by nothing that people read in
    place of these.
    """
    people: dict[int | str, list[int]] = defaultdict(list)
    for person, referred, value in named.rows:
        if value and person < size:
            people[_named(referred, value)].append(person)
    texts = [
        (text, number)
        for number, who in enumerate(people)
        for text in ([who] if isinstance(who, str) else named.called.get(who, ()))
    ]
    of_item = list(people.values())
    whole = marks_of((person for ids in of_item for person in ids), size)
    holders = _Listed(of_item, whole, size, _limit(field, size))
    taken = _size((text for text, _number in texts), size)
    return FieldValues(Forms((), lambda: texts), holders, taken)


def _size(items: Iterable[str], people: int) -> int:
    return sum(len(item) + BYTES_OF_ITEM for item in items) + people


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
