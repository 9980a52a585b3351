"""The people of one page, in the order that was asked for, without putting all in order."""

import json
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select

from lupweb.database import compact_json, db
from lupweb.search.column_models import PeopleValue
from lupweb.search.columns import Column
from lupweb.search.ordering import end_of, first_at
from lupweb.search.selection import Codes, People

FEW = 300
"""People whose names are read one by one; more are picked while walking along the index."""
SORTED = {
    "sqlite": "SELECT json_group_array(id) FROM (SELECT id FROM person WHERE id IN"
    " (SELECT value FROM json_each(?)) ORDER BY +sort_name, +id LIMIT ? OFFSET ?)",
    "postgresql": "SELECT ARRAY(SELECT id FROM person WHERE id = ANY(%s::int[])"
    ' ORDER BY sort_name COLLATE "C", id LIMIT %s OFFSET %s)',
}
"""Ids in one value: several times as fast as a row for each. With a plain name, SQLite would rather
walk through all of them than sort a few."""
WALKED = {
    "sqlite": "SELECT json_group_array(id) FROM (SELECT id FROM person"
    " WHERE sort_name >= ? AND sort_name < ? ORDER BY sort_name, id LIMIT -1)",
    "postgresql": "SELECT ARRAY(SELECT id FROM person WHERE sort_name >= %s AND sort_name < %s"
    " ORDER BY sort_name, id)",
}
TO_THE_END = {
    "sqlite": WALKED["sqlite"].replace(" AND sort_name < ?", ""),
    "postgresql": WALKED["postgresql"].replace(" AND sort_name < %s", ""),
}


@dataclass(frozen=True)
class Window:
    """A part of a whole: from `start` up to `stop`, counted from 0."""

    start: int
    stop: int

    def seen_from_behind(self, total: int) -> "Window":
        """Return the same part of a whole that stands the other way round."""
        return Window(max(total - self.stop, 0), max(total - self.start, 0))

    def behind(self, before: int) -> "Window":
        """Return the same part, counted without the `before` who stand first."""
        return Window(self.start - before, self.stop - before)

    def inside(self, before: int, count: int) -> "Window":
        """Return the part that lies in a group of `count` which `before` others stand before."""
        start = min(max(self.start - before, 0), count)
        return Window(start, min(max(self.stop - before, start), count))


@dataclass(frozen=True)
class Names:
    """Where everybody stands in the order of last names, roughly.

    :param letters: the codes of letters
    :param places: the codes of `PLACE`
    :param counted: how many of the people that are asked for have which letter, if it is known
    """

    letters: Codes
    places: Codes
    counted: Mapping[int, int] | None = None


def by_name(people: People, window: Window, names: Names) -> list[int]:
    """Return the ids in a part of `people` in the order of last names; one query."""
    for codes in (names.letters, names.places):
        if len(people) <= 2 * (window.stop - window.start):
            return _read_in_order(people.ids, window)
        counted = names.counted if codes is names.letters else None
        stretch = _stretch(people.count(codes) if counted is None else counted, window)
        people = people.with_code(codes, stretch.codes)
        window = window.behind(stretch.before)
    if len(people) <= FEW:
        return _read_in_order(people.ids, window)
    return _walk(set(people.ids).__contains__, window, stretch.codes)


def everybody_by_name(
    is_listed: Callable[[int], bool], window: Window, counts: Mapping[int, int]
) -> list[int]:
    """Return the ids in a part of all who are listed, in the order of last names; one query.

    :param counts: place -> how many of them stand there
    """
    stretch = _stretch(counts, window)
    return _walk(is_listed, window.behind(stretch.before), stretch.codes)


def by_value(people: People, window: Window, order: "ValueOrder", names: Names) -> list[int]:
    """Return the ids in a part of `people` in the order of a field's values; four queries at most.

    Those without a value come last in both directions, equal ones in the order of last names.
    """
    pieces = _pieces(order.groups(people), window)
    members = _members(people, pieces, order.codes)
    few = [each for each in members if len(each) <= FEW]
    read = _read_in_order([person for each in few for person in each], Window(0, FEW * len(few)))
    standing = {person: number for number, person in enumerate(read)}
    found: list[int] = []
    for piece, group in zip(pieces, members, strict=True):
        if len(group) <= FEW:
            in_order = sorted(group, key=lambda person: standing.get(person, 0))
            found += in_order[piece.window.start : piece.window.stop]
        else:
            found += by_name(People(group), piece.window, replace(names, counted=None))
    return found


@dataclass(frozen=True)
class ValueOrder:
    """The order of a field's values.

    :param codes: of everybody, in the field's column
    """

    column: Column
    codes: Codes
    backwards: bool

    def groups(self, people: People) -> Iterator["_Group"]:
        """Yield those of `people` who stand at the same place together, first ones first."""
        counts = people.count(self.codes)
        without = counts.pop(0, 0)
        for _place, codes in groupby(self._codes_in_order(), itemgetter(1)):
            there = frozenset(code for code, _place in codes if code in counts)
            if there:
                yield _Group(there, sum(counts[code] for code in there))
        if without:
            yield _Group(frozenset({0}), without)

    def _codes_in_order(self) -> Iterable[tuple[int, str]]:
        table = PeopleValue.__table__.c
        sort = table.sort.desc() if self.backwards else table.sort
        rows = select(table.code, table.sort).where(table.column_id == self.column.id)
        return ((code, place) for code, place in db.session.execute(rows.order_by(sort)))


@dataclass(frozen=True)
class _Stretch:
    """Neighbouring places, or letters, that hold a part of a whole.

    :param before: how many stand before the first of them
    """

    codes: frozenset[int]
    before: int


@dataclass(frozen=True)
class _Group:
    """People with the same place in an order."""

    codes: frozenset[int]
    count: int


@dataclass(frozen=True)
class _Piece:
    """A group, and the part of it that is wanted."""

    codes: frozenset[int]
    window: Window


def _pieces(groups: Iterable[_Group], window: Window) -> list[_Piece]:
    found: list[_Piece] = []
    before = 0
    for group in groups:
        if before >= window.stop:
            break
        if before + group.count > window.start:
            found.append(_Piece(group.codes, window.inside(before, group.count)))
        before += group.count
    return found


def _members(people: People, pieces: Sequence[_Piece], codes: Codes) -> list[list[int]]:
    number_of = {code: number for number, piece in enumerate(pieces) for code in piece.codes}
    near = people.with_code(codes, number_of)
    members: list[list[int]] = [[] for _piece in pieces]
    for person, code in zip(near.ids, near.codes(codes), strict=True):
        members[number_of[code]].append(person)
    return members


def _stretch(counts: Mapping[int, int], window: Window) -> _Stretch:
    places = sorted(counts)
    ends = list(accumulate(counts[place] for place in places))
    first = bisect_right(ends, window.start)
    last = bisect_right(ends, max(window.stop - 1, window.start))
    return _Stretch(frozenset(places[first : last + 1]), ends[first - 1] if first else 0)


def _read_in_order(ids: Collection[int], window: Window) -> list[int]:
    if not ids or window.stop <= window.start:
        return []
    is_sqlite = db.session.connection().dialect.name == "sqlite"
    given = compact_json(list(ids)) if is_sqlite else list(ids)
    return _ids(SORTED, given, window.stop - window.start, window.start)


def _walk(is_wanted: Callable[[int], bool], window: Window, places: Collection[int]) -> list[int]:
    """Return a part of those who are wanted by reading all names of some places."""
    if not places:
        return []
    end = end_of(max(places))
    in_order = _ids(WALKED if end else TO_THE_END, first_at(min(places)), *filter(None, [end]))
    return list(filter(is_wanted, in_order))[window.start : window.stop]


def _ids(statements: Mapping[str, str], *values: Any) -> list[int]:
    connection = db.session.connection()
    found = connection.exec_driver_sql(statements[connection.dialect.name], values).scalar_one()
    return list(json.loads(found) if isinstance(found, str) else found)
