"""A page of people: cards, total, facets, letters, as one viewer may know."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.errors import FilterRefused
from lupweb.people.models import Person
from lupweb.people.policies import listed
from lupweb.profiles.card_lists import card_list
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.layout import Layout
from lupweb.search.census import LETTERS
from lupweb.search.directory import BACKWARDS, LETTER, Directory, Found, find, open_directory
from lupweb.search.facets import facet_of
from lupweb.search.found import FoundPeople
from lupweb.search.known_codes import known_codes
from lupweb.search.matching import match
from lupweb.search.ordering import letter_of
from lupweb.search.pages import Names, ValueOrder, Window, by_name, by_value, everybody_by_name
from lupweb.search.recent import Recent
from lupweb.search.request import (
    BY_NAME,
    FILTER,
    NEWEST,
    Facet,
    PeoplePage,
    SearchRequest,
    WayOut,
)
from lupweb.search.selection import People, choose

PAGE = 24
QUERY = "q"
_pages: Recent[list[int]] = Recent(500)
"""Ids of pages of everybody; never stale, since every write makes another version."""
_facets_of_all: Recent[list[Facet]] = Recent(20)
"""Facets where nothing is asked for, of each class of viewers; never stale for the same reason."""


def people_page(
    viewer: Viewer, layout: Layout, options: Mapping[str, Any], request: SearchRequest
) -> PeoplePage:
    """Return a page of the people whom a request finds.

    A number below the first or above the last page gives the first or the last page. What in the
    request is unknown, or not for this viewer, is dropped. So is a filter that cannot be
    understood: the page says why, and shows whom all the rest finds.

    :param options: of the site
    """
    directory = open_directory(viewer, layout, options)
    try:
        return _page(directory, directory.understood(request))
    except FilterRefused as refused:
        asked = directory.understood(replace(request, filter=""))
        # what is kept of a page would not say why
        return replace(_page(directory, asked), refused=refused, version=None)


def _page(directory: Directory, asked: SearchRequest) -> PeoplePage:
    if not asked.narrows and asked.sort.removeprefix(BACKWARDS) == BY_NAME:
        return _everybody(directory, asked)
    found = find(directory, asked)
    people = found.selection.people
    window = _Numbering(len(people), asked.page)
    letters = found.count(LETTER, LETTERS)
    ids = _in_order(directory, found, window.window, None if asked.letter else letters)
    return window.page(
        replace(asked, page=window.number),
        card_list(directory.viewer, directory.layout, ids),
        people=ids,
        facets=_facets(directory, found),
        letters=frozenset(map(letter_of, letters)),
        similar=tuple(found.similar),
        ways_out=() if people else _ways_out(directory, found),
        everybody=directory.census.total,
    )


def found_people(
    viewer: Viewer,
    layout: Layout,
    options: Mapping[str, Any],
    request: SearchRequest,
    among: ColumnElement[bool] | None = None,
) -> FoundPeople:
    """Return everybody whom a request finds, on all pages, in its order.

    :param among: who may be found at all (`people.policies`); None: who is listed
    :raises FilterRefused: if its filter cannot be understood: a file never has more people than
        somebody asked for
    """
    directory = open_directory(viewer, layout, options)
    asked = directory.understood(request)
    names = select(Person.id).order_by(Person.sort_name, Person.id)
    in_order = People(
        array("I", db.session.scalars(names.where(listed(options) if among is None else among)))
    )
    matched = match(viewer, layout, asked.query)
    if matched.ids is not None:
        wanted = set(matched.ids)
        in_order = in_order.where([person in wanted for person in in_order.ids])
    return FoundPeople(_sorted(directory, asked, in_order))


@dataclass(frozen=True)
class _Numbering:
    """Where the page that is asked for lies in the whole result."""

    total: int
    wanted: int

    @property
    def count(self) -> int:
        return max(1, math.ceil(self.total / PAGE))

    @property
    def number(self) -> int:
        return min(max(self.wanted, 1), self.count)

    @property
    def window(self) -> Window:
        start = (self.number - 1) * PAGE
        return Window(start, min(start + PAGE, self.total))

    def page(
        self, request: SearchRequest, shown: Sequence[PersonCard], **others: Any
    ) -> PeoplePage:
        return PeoplePage(
            request=request,
            cards=shown,
            total=self.total,
            number=self.number,
            count=self.count,
            first=self.window.start + 1 if self.total else 0,
            last=self.window.stop,
            **others,
        )


def _everybody(directory: Directory, asked: SearchRequest) -> PeoplePage:
    """Return a page of all: everything but the people has been counted before."""
    census = directory.census
    numbering = _Numbering(census.total, asked.page)
    backwards = asked.sort.startswith(BACKWARDS)
    window = numbering.window
    if backwards:
        window = window.seen_from_behind(census.total)
    version = directory.version
    ids = _pages.get(
        version and (version, window),
        lambda: everybody_by_name(directory.who_is_listed(), window, census.places),
    )
    return numbering.page(
        replace(asked, page=numbering.number),
        card_list(directory.viewer, directory.layout, ids[::-1] if backwards else ids),
        people=ids,
        facets=_facets_of_all.get(version, lambda: _facets_of_everybody(directory)),
        letters=frozenset(map(letter_of, census.counted[LETTERS])),
        everybody=census.total,
        version=version,
    )


def _facets_of_everybody(directory: Directory) -> list[Facet]:
    return [facet_of(field, (), field.choices.counts) for field in directory.choosable.values()]


def _in_order(
    directory: Directory, found: Found, window: Window, letters: Mapping[int, int] | None
) -> list[int]:
    """Return the ids of one page.

    :param letters: code of a letter -> how many of those found have it, if it is known
    """
    people = found.selection.people
    backwards = found.asked.sort.startswith(BACKWARDS)
    sort = found.asked.sort.removeprefix(BACKWARDS)
    names = Names(found.codes[LETTERS], found.codes[directory.stored.place.id], letters)
    if sort == NEWEST:
        return sorted(people.ids, reverse=not backwards)[window.start : window.stop]
    if sort != BY_NAME:
        column = directory.sortable[sort]
        order = ValueOrder(column, found.codes[column.id], backwards)
        return by_value(people, window, order, names)
    if backwards:
        return by_name(people, window.seen_from_behind(len(people)), names)[::-1]
    return by_name(people, window, names)


def _facets(directory: Directory, found: Found) -> list[Facet]:
    facets = []
    for key, field in directory.choosable.items():
        counts = field.choices.tally(found.count(key, field.column.id))
        facets.append(facet_of(field, found.asked.chosen.get(key, ()), counts))
    return facets


def _ways_out(directory: Directory, found: Found) -> list[WayOut]:
    """Return what dropping each condition would give."""
    asked = found.asked
    ways = []
    if asked.query:
        without = find(directory, replace(asked, query=""))
        ways.append(WayOut(QUERY, asked.query, len(without.selection.people)))
    if asked.letter:
        ways.append(WayOut(LETTER, asked.letter, len(found.selection.but(LETTER))))
    if asked.filter:
        ways.append(WayOut(FILTER, asked.filter, len(found.selection.but(FILTER))))
    for key, chosen in asked.chosen.items():
        label = ", ".join(directory.label_of(key, each) for each in chosen)
        ways.append(WayOut(key, label, len(found.selection.but(key))))
    return ways


def _sorted(directory: Directory, asked: SearchRequest, people: People) -> Sequence[int]:
    """Return who fulfils the other conditions, out of people who stand in the order of names."""
    codes = known_codes(directory.stored, directory.columns_for(asked), people.ids)
    people = choose(people, directory.conditions(asked, codes)).people
    backwards = asked.sort.startswith(BACKWARDS)
    sort = asked.sort.removeprefix(BACKWARDS)
    if sort == BY_NAME:
        return people.ids[::-1] if backwards else people.ids
    if sort == NEWEST:
        return sorted(people.ids, reverse=not backwards)
    column = directory.sortable[sort]
    order = ValueOrder(column, codes[column.id], backwards)
    place_of = {
        code: number for number, group in enumerate(order.groups(people)) for code in group.codes
    }
    places = [place_of[code] for code in people.codes(order.codes)]
    return [
        person for _place, person in sorted(zip(places, people.ids, strict=True), key=itemgetter(0))
    ]
