"""The people directory as one viewer may search it: what there is, and who is found."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date
from functools import cached_property
from string import ascii_uppercase
from typing import Any

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.database import is_writing
from lupweb.errors import FilterRefused
from lupweb.people.policies import hides_unlicensed
from lupweb.profiles.layout import Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.census import LETTERS, Census, cache, everybody_listed, take_census
from lupweb.search.column_fields import has_column
from lupweb.search.columns import (
    LISTED,
    UNLICENSED,
    Column,
    StoredColumns,
    known_columns,
)
from lupweb.search.facets import (
    ChoosableField,
    allowed_choices,
    choosable_fields,
    sortable_columns,
)
from lupweb.search.filter_binding import bind
from lupweb.search.filters import Asking, fulfilling
from lupweb.search.known_codes import known_codes
from lupweb.search.matching import match
from lupweb.search.ordering import codes_of_letter
from lupweb.search.request import BY_NAME, FILTER, NEWEST, OTHER_LETTERS, SearchRequest
from lupweb.search.selection import Codes, Condition, People, Selection, choose

BACKWARDS = "-"
LETTER = "letter"
FULFILLED = frozenset({1})
QUOTED, BEHIND_BACKSLASH = re.compile(r'[\\"*?]'), r"\\\g<0>"
"""What means something between the quotes of a filter, and how it is made plain."""
KNOWN_LETTERS = frozenset(ascii_uppercase) | {OTHER_LETTERS}
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Directory:
    """What one request needs to know of the whole.

    :param listed_codes: those of the column `standing` whose people are listed
    :param today: where the site is
    """

    viewer: Viewer
    layout: Layout
    stored: StoredColumns
    census: Census
    listed_codes: frozenset[int]
    choosable: Mapping[str, ChoosableField]
    sortable: Mapping[str, Column]
    today: date

    @property
    def version(self) -> Hashable:
        """Return what stays the same while all of this does, whoever looks; None: nobody knows.

        Two viewers share one if they may choose and order people by the same fields.
        """
        if self.layout.version is None or is_writing():
            return None
        census = self.census
        fields = (tuple(self.choosable), tuple(self.sortable), self._without_list)
        return self.layout.version, census.token, census.listed, fields

    def understood(self, request: SearchRequest) -> SearchRequest:
        """Return what of a request counts: the rest is dropped, and nobody told what it named.

        A filter is never dropped, since more people would be found than it says.

        :raises FilterRefused: if its filter cannot be understood
        """
        if request.filter:
            bind(self.viewer, self.layout, request.filter, self.today)
        sort = request.sort.removeprefix(BACKWARDS)
        known = sort in {BY_NAME, NEWEST} or sort in self.sortable
        return replace(
            request,
            letter=request.letter if request.letter in KNOWN_LETTERS else "",
            chosen=allowed_choices(request.chosen, self.choosable, request.is_saved),
            sort=request.sort if known else BY_NAME,
            filter=request.filter.strip(),
        )

    def columns_for(self, asked: SearchRequest) -> list[Column]:
        """Return the columns that an understood request is answered from."""
        fields = [each.column for each in self.choosable.values()]
        sort = self.sortable.get(asked.sort.removeprefix(BACKWARDS))
        found = [self.stored.standing, self.stored.place, *fields, *([sort] if sort else ())]
        return list({column.id: column for column in found}.values())

    def listed(self, people: People, codes: Mapping[int, Codes]) -> People:
        """Return those of `people` who are listed."""
        return people.with_code(codes[self.stored.standing.id], self.listed_codes)

    def everybody(self, codes: Mapping[int, Codes]) -> People:
        """Return everybody who is listed, by id."""
        return everybody_listed(codes[self.stored.standing.id], self.listed_codes)

    def who_is_listed(self) -> Callable[[int], bool]:
        """Return what says of an id whether this person is listed; one query."""
        wanted = [self.stored.standing, self.stored.place]
        standing = known_codes(self.stored, wanted)[self.stored.standing.id]
        return lambda person: standing[person] in self.listed_codes

    def conditions(self, asked: SearchRequest, codes: Mapping[int, Codes]) -> dict[str, Condition]:
        """Return what people must fulfil beside the words of an understood request."""
        found = {key: self._condition(key, asked.chosen[key], codes) for key in asked.chosen}
        if asked.letter:
            found[LETTER] = Condition(codes[LETTERS], codes_of_letter(asked.letter))
        if asked.filter:
            bound = bind(self.viewer, self.layout, asked.filter, self.today)
            found[FILTER] = Condition(fulfilling(self._asking, bound), FULFILLED)
        return found

    def label_of(self, key: str, value: str) -> str:
        """Return how people read a chosen value."""
        field = self.choosable.get(key)
        return field.label_of(value) if field else value

    def _condition(self, key: str, chosen: Sequence[str], codes: Mapping[int, Codes]) -> Condition:
        """Return what people must fulfil to have one of these values.

        Where there is no list to choose from, since nobody has a value or there are too many, the
        filter tells who has one of them; who may not choose by the field at all finds nobody.
        """
        choosable = self.choosable.get(key)
        if choosable is not None:
            return choosable.condition(chosen, codes[choosable.column.id])
        if key in self._without_list:
            written = " OR ".join(
                f'{key}:"{QUOTED.sub(BEHIND_BACKSLASH, each)}"' for each in chosen
            )
            with suppress(FilterRefused):
                bound = bind(self.viewer, self.layout, written, self.today)
                return Condition(fulfilling(self._asking, bound), FULFILLED)
        return Condition(codes[self.stored.standing.id], frozenset())

    @cached_property
    def _without_list(self) -> tuple[str, ...]:
        """Return the fields that people may be chosen by, and that have no list of values now."""
        facets = [field for field in self.layout.fields() if field.facet]
        return tuple(
            field.key
            for field in facets
            if field.key not in self.choosable and may_read(self.viewer, field)
        )

    @property
    def _asking(self) -> Asking:
        version = None
        if self.layout.version is not None and not is_writing():
            version = (self.layout.version, self.stored.token, self.listed_codes)
        return Asking(self.viewer, self.layout, self.stored, self.listed_codes, self.today, version)


@dataclass(frozen=True)
class Found:
    """Who is found.

    :param codes: of the columns that the request is answered from, and of `LETTERS`
    :param whole: everybody, or the most of them, if no words or such common ones were asked for
    :param missing: who is missing in `whole`
    """

    asked: SearchRequest
    selection: Selection
    codes: Mapping[int, Codes]
    census: Census
    whole: People | None
    missing: People
    similar: Sequence[str]

    def count(self, key: str, column_id: int) -> Counter[int]:
        """Return how many people have which code, by all conditions but the one of `key`."""
        people = self.selection.but(key)
        codes = self.codes[column_id]
        if people is not self.whole:
            return people.count(codes)
        counted = Counter(self.census.counted[column_id])
        counted.subtract(self.missing.count(codes))
        return +counted


def open_directory(viewer: Viewer, layout: Layout, options: Options) -> Directory:
    """Return the directory for one request; one query, and a few more after each write."""
    stored = known_columns(layout.version)
    listed = frozenset({LISTED} if hides_unlicensed(options) else {LISTED, UNLICENSED})
    census = _census(layout, stored, listed)
    return Directory(
        viewer=viewer,
        layout=layout,
        stored=stored,
        census=census,
        listed_codes=listed,
        choosable=choosable_fields(viewer, layout, stored, census),
        sortable=sortable_columns(viewer, layout, stored),
        today=clock.now().astimezone(clock.zone_of(options.get("time_zone", "")) or UTC).date(),
    )


def find(directory: Directory, asked: SearchRequest) -> Found:
    """Return who fulfils an understood request."""
    matched = match(directory.viewer, directory.layout, asked.query)
    codes = known_codes(directory.stored, directory.columns_for(asked), matched.ids)
    whole, missing = None, People(())
    if matched.ids is None:
        whole = people = directory.everybody(codes)
    elif 2 * len(matched.ids) > directory.census.total:
        people, missing = directory.everybody(codes).split_by(matched.ids)
        whole = people
    else:
        people = directory.listed(People(matched.ids), codes)
    selection = choose(people, directory.conditions(asked, codes))
    return Found(asked, selection, codes, directory.census, whole, missing, matched.similar)


def _census(layout: Layout, stored: StoredColumns, listed: frozenset[int]) -> Census:
    known = cache.find(stored.token, listed)
    if known:
        return known
    types = {
        field.id: field.type
        for field in layout.fields()
        if field.facet and has_column(field) and field.id in stored.by_field
    }
    wanted = [stored.standing, stored.place, *(stored.by_field[id_] for id_ in types)]
    census = take_census(stored, listed, known_codes(stored, wanted), types)
    cache.keep(census)
    return census
