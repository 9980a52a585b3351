"""The people directory as one viewer may search it: what there is, and who is found."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.people.models import Person
from lupweb.people.policies import hides_unlicensed, listed
from lupweb.profiles.layout import Layout
from lupweb.search.census import LETTERS, Census, cache, everybody_listed, take_census
from lupweb.search.column_fields import has_column
from lupweb.search.columns import LISTED, Column, StoredColumns, read_codes, stored_columns
from lupweb.search.facets import (
    ChoosableField,
    allowed_choices,
    choosable_fields,
    sortable_columns,
)
from lupweb.search.matching import match
from lupweb.search.ordering import codes_of_letter, letter_codes
from lupweb.search.request import BY_NAME, NEWEST, OTHER_LETTERS, SearchRequest
from lupweb.search.selection import Codes, Condition, People, Selection, choose

BACKWARDS = "-"
LETTER = "letter"
KNOWN_LETTERS = frozenset(ascii_uppercase) | {OTHER_LETTERS}
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Directory:
    """What one request needs to know of the whole.

    :param listed_ids: who is listed, where no column says it
    """

    viewer: Viewer
    layout: Layout
    stored: StoredColumns
    census: Census
    listed_ids: frozenset[int] | None
    choosable: Mapping[str, ChoosableField]
    sortable: Mapping[str, Column]

    def understood(self, request: SearchRequest) -> SearchRequest:
        """Return what of a request counts: the rest is dropped, and nobody told what it named."""
        sort = request.sort.removeprefix(BACKWARDS)
        known = sort in {BY_NAME, NEWEST} or sort in self.sortable
        return replace(
            request,
            letter=request.letter if request.letter in KNOWN_LETTERS else "",
            chosen=allowed_choices(request.chosen, self.choosable),
            sort=request.sort if known else BY_NAME,
        )

    def columns_for(self, asked: SearchRequest) -> list[Column]:
        """Return the columns that an understood request is answered from."""
        fields = [each.column for each in self.choosable.values()]
        sort = self.sortable.get(asked.sort.removeprefix(BACKWARDS))
        found = [self.stored.standing, self.stored.place, *fields, *([sort] if sort else ())]
        return list({column.id: column for column in found}.values())

    def listed(self, people: People, codes: Mapping[int, Codes]) -> People:
        """Return those of `people` who are listed."""
        if self.listed_ids is not None:
            return people.where([person in self.listed_ids for person in people.ids])
        return people.with_code(codes[self.stored.standing.id], {LISTED})

    def everybody(self, codes: Mapping[int, Codes]) -> People:
        """Return everybody who is listed, by id."""
        if self.listed_ids is not None:
            return People(sorted(self.listed_ids))
        return everybody_listed(codes[self.stored.standing.id])

    def who_is_listed(self) -> Callable[[int], bool]:
        """Return what says of an id whether this person is listed; one query."""
        if self.listed_ids is not None:
            return self.listed_ids.__contains__
        standing = read_codes([self.stored.standing])[self.stored.standing.id]
        return lambda person: standing[person] == LISTED

    def conditions(self, asked: SearchRequest, codes: Mapping[int, Codes]) -> dict[str, Condition]:
        """Return what people must fulfil beside the words of an understood request."""
        found = {
            key: self.choosable[key].condition(chosen, codes[self.choosable[key].column.id])
            for key, chosen in asked.chosen.items()
        }
        if asked.letter:
            found[LETTER] = Condition(codes[LETTERS], codes_of_letter(asked.letter))
        return found


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
    stored = stored_columns()
    listed_ids = _listed_ids(options) if hides_unlicensed(options) else None
    census = _census(layout, stored, listed_ids)
    return Directory(
        viewer=viewer,
        layout=layout,
        stored=stored,
        census=census,
        listed_ids=listed_ids,
        choosable=choosable_fields(viewer, layout, stored, census),
        sortable=sortable_columns(viewer, layout, stored),
    )


def find(directory: Directory, asked: SearchRequest) -> Found:
    """Return who fulfils an understood request."""
    matched = match(directory.viewer, directory.layout, asked.query)
    among = directory.listed_ids if matched.ids is None else matched.ids
    codes = read_codes(directory.columns_for(asked), among)
    codes[LETTERS] = letter_codes(codes[directory.stored.place.id])
    whole, missing = None, People(())
    if matched.ids is None:
        whole = people = directory.everybody(codes)
    elif directory.listed_ids is None and 2 * len(matched.ids) > directory.census.total:
        people, missing = directory.everybody(codes).split_by(matched.ids)
        whole = people
    else:
        people = directory.listed(People(matched.ids), codes)
    selection = choose(people, directory.conditions(asked, codes))
    return Found(asked, selection, codes, directory.census, whole, missing, matched.similar)


def _census(layout: Layout, stored: StoredColumns, listed_ids: Collection[int] | None) -> Census:
    known = cache.find(stored.token) if listed_ids is None else None
    if known:
        return known
    types = {
        field.id: field.type
        for field in layout.fields()
        if field.facet and has_column(field) and field.id in stored.by_field
    }
    wanted = [stored.standing, stored.place, *(stored.by_field[id_] for id_ in types)]
    codes = read_codes(wanted, listed_ids)
    if listed_ids is not None:
        return take_census(stored, People(sorted(listed_ids)), codes, types)
    census = take_census(stored, everybody_listed(codes[stored.standing.id]), codes, types)
    cache.keep(census)
    return census


def _listed_ids(options: Options) -> frozenset[int]:
    """Return who is listed, where it depends on groups that no column knows of."""
    return frozenset(db.session.scalars(select(Person.id).where(listed(options))))
