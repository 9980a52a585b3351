"""Find people: a page of cards and how many there are, as one viewer may know."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.people.models import Person
from lupweb.profiles.cards import PersonCard, cards
from lupweb.profiles.layout import Layout
from lupweb.profiles.visibility import findable_scopes
from lupweb.search.folding import words
from lupweb.search.models import PUBLIC, SearchText

PAGE = 24
LONGEST_QUERY = 200
MOST_WORDS = 12


@dataclass(frozen=True)
class PeoplePage:
    """One page of the people directory.

    :param first: place of the first card in the whole result, counted from 1; 0 if there is none
    """

    cards: Sequence[PersonCard]
    total: int
    number: int
    count: int
    first: int
    last: int


def people_page(
    viewer: Viewer, layout: Layout, among: ColumnElement[bool], query: str, number: int
) -> PeoplePage:
    """Return page `number` of the people found by `query`, in the order of last names.

    A number below the first or above the last page gives the first or the last page.

    :param among: who may be found at all (`people.policies`)
    :param query: plain words, never parsed; only the first 200 characters count
    """
    found = [among, *_matches(viewer, layout, query)]
    total = db.session.scalar(select(func.count(Person.id)).where(*found)) or 0
    count = max(1, math.ceil(total / PAGE))
    number = min(max(number, 1), count)
    people = db.session.scalars(
        select(Person)
        .where(*found)
        .order_by(Person.sort_name, Person.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    first = (number - 1) * PAGE + 1 if total else 0
    last = first + len(people) - 1 if total else 0
    return PeoplePage(cards(viewer, layout, people), total, number, count, first, last)


def found_people(
    viewer: Viewer, layout: Layout, among: ColumnElement[bool], query: str
) -> Sequence[Person]:
    """Return all people found by `query`, in the order of last names.

    :param among: who may be found at all (`people.policies`)
    """
    rows = (
        select(Person)
        .where(among, *_matches(viewer, layout, query))
        .order_by(Person.sort_name, Person.id)
    )
    return db.session.scalars(rows).all()


def _matches(viewer: Viewer, layout: Layout, query: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    readable = _readable(viewer, layout)
    for word in words(query[:LONGEST_QUERY])[:MOST_WORDS]:
        holders = select(SearchText.person_id).where(
            readable, SearchText.text.contains(word, autoescape=True)
        )
        found.append(Person.id.in_(holders))
    return found


def _readable(viewer: Viewer, layout: Layout) -> ColumnElement[bool]:
    """Return which rows of the search text this viewer may find people by."""
    scopes = [PUBLIC, *findable_scopes(viewer, layout)]
    own = and_(SearchText.person_id == viewer.person_id, SearchText.person_id.is_not(None))
    return or_(SearchText.scope.in_(scopes), own)
