"""Who fulfils a filter. `grammar.py` says how filters are written, `filter_binding.py` what by.

What somebody asks is answered from columns where a field has one, else from a reading of everybody;
it is kept as long as nothing is written, since lists ask the same again and again.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from operator import and_, or_

from lupweb.accounts.viewers import Viewer
from lupweb.database import page_seconds
from lupweb.profiles.layout import Layout
from lupweb.search.columns import StoredColumns, read_codes
from lupweb.search.filter_binding import BoundFilter, Reading
from lupweb.search.filter_fields import Filterable, OwnColumn
from lupweb.search.filter_values import (
    FieldValues,
    NamedPeople,
    column_values,
    marks_of,
    named_people,
    read_values,
    values_naming,
)
from lupweb.search.filter_work import Work
from lupweb.search.matching import is_whole_query, match, match_as_typed
from lupweb.search.recent import Recent
from lupweb.search.selection import Codes, marked
from lupweb.search.terms import All, AnyOf, Comparison, Condition, Not, Words, leaves_of

MOST_BYTES = 48_000_000
"""Of the values of fields that are kept, in their forms. Those of 10,000 people take some 4 MB for
a field in which each is another one; what would take half of it is read each time."""
_answers: Recent["_Answer"] = Recent(120)
"""Who fulfils a comparison; never stale, since every write makes another version."""
_values: Recent[FieldValues] = Recent(MOST_BYTES, lambda values: values.size)
"""The values of fields; never stale for the same reason."""


@dataclass(frozen=True)
class Asking:
    """What filters are answered from.

    :param listed_codes: of the column `standing`: whose people are listed
    :param today: where the site is
    :param version: stays the same as long as no answer changes; None: nobody knows
    """

    viewer: Viewer
    layout: Layout
    stored: StoredColumns
    listed_codes: frozenset[int]
    today: date
    version: Hashable = None


@dataclass(frozen=True)
class _Answer:
    """Who fulfils a comparison, and the words that are none of its value."""

    marks: int
    behind: tuple[str, ...]


def fulfilling(asking: Asking, bound: BoundFilter) -> bytes:
    """Return 1 in place of each id whose person fulfils a filter, else 0; for every id there is.

    The number of queries depends on the filter alone: one, two or three for each field, and three
    at most for all of its words.

    :raises Busy: if that takes a page too long; what was worked out until then is kept
    """
    return _Evaluation(asking, bound, Work(page_seconds())).all_marks()


def forget_answers() -> None:
    """Work everything out anew next time, although nothing was written."""
    _answers.clear()
    _values.clear()


@dataclass(frozen=True)
class _Evaluation:
    asking: Asking
    bound: BoundFilter
    work: Work
    _read: dict[int | str, FieldValues] = field(default_factory=dict)
    _named: dict[int, NamedPeople] = field(default_factory=dict)

    def all_marks(self) -> bytes:
        marks = self._marks(self.bound.condition)
        return marks.to_bytes(self._size, "little")

    def _marks(self, condition: Condition) -> int:
        match condition:
            case Words():
                return self._found[condition.words]
            case Comparison():
                return self._compared(condition, turned=0)
            case Not(Comparison() as compared):
                return self._compared(compared, turned=self._everybody)
            case Not(part):
                return self._everybody ^ self._marks(part)
            case All(parts):
                return reduce(and_, map(self._marks, parts), self._everybody)
            case AnyOf(parts):
                return reduce(or_, map(self._marks, parts))

    def _compared(self, leaf: Comparison, turned: int) -> int:
        """Return who fulfils a comparison, or who does not; the words behind it are found anyway.

        :param turned: the marks that are to be the other way round
        """
        answer = self._answers[leaf]
        marks = answer.marks ^ turned
        return marks & self._found[answer.behind] if answer.behind else marks

    @cached_property
    def _answers(self) -> dict[Comparison, _Answer]:
        return {leaf: self._kept_answer(leaf) for leaf in self.bound.readings}

    def _kept_answer(self, leaf: Comparison) -> _Answer:
        key = self._key_of(self.bound.readings[leaf][0].field)
        if key is not None:
            key = (*key, self.asking.today, leaf.operator, leaf.value, leaf.more)
        return _answers.get(key, lambda: self._answer(leaf))

    def _key_of(self, filterable: Filterable) -> tuple[Hashable, ...] | None:
        """Return what stays the same as long as the values of a field do; None: nobody knows."""
        if self.asking.version is None:
            return None
        named = self._named_by(filterable)
        return self.asking.version, _id_of(filterable), self._size, named and named.version

    def _answer(self, leaf: Comparison) -> _Answer:
        *longer, shortest = self.bound.readings[leaf]
        for reading in longer:
            marks = self._having(reading)
            if reading.is_certain or marks & self._listed:
                return _Answer(marks, reading.behind)
        return _Answer(self._having(shortest), shortest.behind)

    def _having(self, reading: Reading) -> int:
        values = self._values_of(reading.field)
        if reading.asked is None:
            return self._everybody ^ (values.having_any() & self._everybody)
        return values.having(reading.asked, self.work) & self._everybody

    def _values_of(self, filterable: Filterable) -> FieldValues:
        id_ = _id_of(filterable)
        if id_ not in self._read:
            key = self._key_of(filterable)
            values = _values.find(key) or self._values_read(filterable)
            self._read[id_] = values
            if values.size < MOST_BYTES // 2:
                _values.get(key, lambda: values)
        return self._read[id_]

    def _values_read(self, filterable: Filterable) -> FieldValues:
        self.work.go_on()
        named = self._named_by(filterable)
        if isinstance(filterable, OwnColumn):
            return read_values(filterable, self._size)
        if named is not None:
            return values_naming(filterable, named, self._size)
        column = self.asking.stored.by_field.get(filterable.id)
        if column is None:
            return read_values(filterable, self._size)
        return column_values(filterable, column, read_codes([column])[column.id])

    def _named_by(self, filterable: Filterable) -> NamedPeople | None:
        """Return whom a field names that names people."""
        if isinstance(filterable, OwnColumn) or not filterable.type.names_people:
            return None
        if filterable.id not in self._named:
            shows_all = self.asking.viewer.is_operator
            self._named[filterable.id] = named_people(filterable, shows_all=shows_all)
        return self._named[filterable.id]

    @cached_property
    def _found(self) -> dict[tuple[str, ...], int]:
        """Return who is found by each group of plain words."""
        written = [
            leaf.words for leaf in leaves_of(self.bound.condition) if isinstance(leaf, Words)
        ]
        behind = [answer.behind for answer in self._answers.values() if answer.behind]
        groups = list(dict.fromkeys([*written, *behind]))
        queries = [" ".join(words) for words in groups]
        people = self._people_found(queries)
        return {
            words: self._everybody
            if ids is None
            else marks_of((each for each in ids if each < self._size), self._size)
            for words, ids in zip(groups, people, strict=True)
        }

    def _people_found(self, queries: Sequence[str]) -> Sequence[Sequence[int] | None]:
        """Return who is found by each query; a filter of words alone is a search for them."""
        viewer, layout = self.asking.viewer, self.asking.layout
        if isinstance(self.bound.condition, Words) and is_whole_query(queries[0]):
            return [match(viewer, layout, queries[0]).ids]
        return match_as_typed(viewer, layout, queries)

    @cached_property
    def _standing(self) -> Codes:
        column = self.asking.stored.standing
        return read_codes([column])[column.id]

    @property
    def _size(self) -> int:
        return len(self._standing)

    @cached_property
    def _everybody(self) -> int:
        return int.from_bytes(b"\1" * self._size, "little")

    @cached_property
    def _listed(self) -> int:
        marks = marked(bytes(self._standing), self.asking.listed_codes)
        return int.from_bytes(marks, "little")


def _id_of(filterable: Filterable) -> int | str:
    return filterable.key if isinstance(filterable, OwnColumn) else filterable.id
