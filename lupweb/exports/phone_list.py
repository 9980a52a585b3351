"""A phone list for paper: who, what they do, how to reach them; by the first letter of the name."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from lupweb.accounts.viewers import Viewer
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.profiles.cards import PersonCard, cards, visible_values
from lupweb.profiles.layout import Layout
from lupweb.search.found import FoundPeople
from lupweb.search.ordering import letter_of, place_of

PAGE = 500
"""People of one part: about fifteen sheets, and as many pictures as a browser bears."""
PHONE = "phone"


@dataclass(frozen=True)
class Line:
    """One person.

    :param phone: the number of the field `phone`, "" if there is none to see
    :param others: further numbers: what they are called, and the number
    """

    card: PersonCard
    phone: str
    others: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """The people whose names begin with one letter."""

    letter: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class PhoneList:
    """One part of a phone list.

    :param number, count: which part it is, counted from 1, and how many there are
    :param first, last: places in the whole list, counted from 1; 0 if there is nobody
    """

    sections: Sequence[Section]
    total: int
    number: int
    count: int
    first: int
    last: int


def phone_list(viewer: Viewer, layout: Layout, people: FoundPeople, page: int) -> PhoneList:
    """Return a part of the phone list of `people`; eight queries, however many there are.

    :param people: in the order of their names
    :param page: which part; one that is not there gives the nearest
    """
    count = max(1, math.ceil(len(people) / PAGE))
    number = min(max(page, 1), count)
    shown = people[(number - 1) * PAGE : number * PAGE]
    lines = zip(map(_letter, shown), _lines(viewer, layout, shown), strict=True)
    return PhoneList(
        sections=[
            Section(letter, [line for _letter, line in group])
            for letter, group in groupby(lines, key=lambda each: each[0])
        ],
        total=len(people),
        number=number,
        count=count,
        first=(number - 1) * PAGE + 1 if len(people) else 0,
        last=min(number * PAGE, len(people)),
    )


def _letter(person: Person) -> str:
    return letter_of(place_of(person.sort_name) // 256)


def _lines(viewer: Viewer, layout: Layout, people: Sequence[Person]) -> list[Line]:
    groups = groups_of([person.id for person in people])
    made = zip(people, cards(viewer, layout, people), strict=True)
    return [_line(viewer, layout, person, card, groups[person.id]) for person, card in made]


def _line(
    viewer: Viewer, layout: Layout, person: Person, card: PersonCard, groups: frozenset[int]
) -> Line:
    numbers = {
        field: field.type.text(value)
        for field, value in visible_values(viewer, layout, person, groups).items()
        if field.type.key == "phone"
    }
    main = next((text for field, text in numbers.items() if field.key == PHONE), "")
    others = [(field.name, text) for field, text in numbers.items() if field.key != PHONE]
    return Line(card, main, others)
