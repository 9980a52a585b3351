"""Pages of people: what is asked is understood or dropped, and costs the same for all."""

import pytest
from flask import Flask

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from lupweb.search import found
from lupweb.search.columns import BLOCK
from lupweb.search.ordering import end_of, first_at, letter_of, place_of
from lupweb.search.queries import PAGE, found_people, people_page
from lupweb.search.request import PeoplePage, SearchRequest
from lupweb.search.suggestions import suggestions
from tests.databases import counted_queries, sqlite_first
from tests.search.crowds import FAMILIES, a_crowd

HOSTILE = (
    "'; DROP TABLE person; --", "id", "person.id", "1", "name;", "NAME", "-", "--name", "\0",
    "document->>'grade'", "CASE WHEN 1=1 THEN name ELSE login END", "name, (SELECT 1)", "💥" * 500,
)  # fmt: skip
REQUESTS = {
    "everybody": SearchRequest(),
    "backwards": SearchRequest(sort="-name", page=2),
    "newest": SearchRequest(sort="newest"),
    "letter": SearchRequest(letter="M"),
    "value": SearchRequest(chosen={"department": ("Sales", "IT")}),
    "values": SearchRequest(
        chosen={
            "department": ("Sales", "Finance", "Ärzte", "IT", "研究"),
            "location": ("Porto", ""),
        }
    ),
    "words": SearchRequest(query="ada"),
    "all": SearchRequest("ada", "", {"location": ("Porto", "Hamburg", "")}, "-department"),
    "order": SearchRequest(sort="location"),
}


def answer(request: SearchRequest, viewer: Viewer | None = None) -> PeoplePage:
    return people_page(viewer or Viewer(), load_layout(), options(), request)


def queries_of(request: SearchRequest) -> int:
    """Count what one page asks, as the second reader of an unchanged directory."""
    layout, chosen = load_layout(), options()
    people_page(Viewer(), layout, chosen, request)
    db.session.remove()
    with counted_queries() as sent:
        people_page(Viewer(), layout, chosen, request)
    db.session.remove()
    return len(sent)


@sqlite_first
def test_the_number_of_queries_is_the_same_for_24_and_240_people(in_app: Flask) -> None:
    a_crowd(24)
    few = {name: queries_of(request) for name, request in REQUESTS.items()}
    a_crowd(216, after=24)
    many = {name: queries_of(request) for name, request in REQUESTS.items()}

    assert few == many
    assert max(few.values()) <= 12


@pytest.mark.parametrize("text", HOSTILE)
def test_b92_what_names_no_field_and_no_order_is_dropped(in_app: Flask, text: str) -> None:
    a_crowd(60)
    plain = answer(SearchRequest())
    asked = SearchRequest(
        chosen={text: ("Sales",), "department": (text,), "name": ("x",)}, sort=text, letter=text
    )

    page = answer(asked)

    assert page.request == SearchRequest()
    assert [card.id for card in page.cards] == [card.id for card in plain.cards]
    assert (page.total, page.facets, page.letters) == (plain.total, plain.facets, plain.letters)


@sqlite_first
@pytest.mark.parametrize("query", ["%", "_", "\\", "'", '"', "*", 'NEAR("', "x" * 10_000, "a\0b"])
def test_b91_words_are_words_whatever_they_look_like(in_app: Flask, query: str) -> None:
    a_crowd(30)

    answer(SearchRequest(query, chosen={"department": (query, "Sales")}, sort=query, letter=query))
    found_people(Viewer(), load_layout(), options(), SearchRequest(query))
    suggestions(Viewer(), load_layout(), options(), query)


@pytest.mark.parametrize(("page", "number"), [(-5, 1), (0, 1), (1, 1), (2, 2), (10**9, 3)])
def test_a_page_that_is_not_there_is_the_nearest_that_is(
    in_app: Flask, page: int, number: int
) -> None:
    crowd = a_crowd(90)
    shown = sum(each.is_shown for each in crowd.people)
    assert 2 * PAGE < shown <= 3 * PAGE

    there = answer(SearchRequest(page=page))

    assert (there.number, there.count, there.request.page) == (number, 3, number)
    assert there.first == (number - 1) * PAGE + 1
    assert there.last == min(number * PAGE, shown) == there.first + len(there.cards) - 1


def test_everybody_found_is_read_a_block_at_a_time(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "BLOCK", 20)
    crowd = a_crowd(60)
    people = found_people(Viewer(), load_layout(), options(), SearchRequest(sort="-newest"))

    with counted_queries() as sent:
        blocks = [[person.id for person in block] for block in people.blocks()]

    assert [len(block) for block in blocks[:-1]] == [20] * (len(blocks) - 1)
    assert [person for block in blocks for person in block] == [
        each.id for each in crowd.people if each.is_shown
    ]
    assert len(sent) == len(blocks) > 1


def test_people_of_far_apart_numbers_are_found_as_well(in_app: Flask) -> None:
    crowd = a_crowd(3 * BLOCK // 31)
    last = [each for each in crowd.people if each.is_shown][-1]
    assert last.id > 2 * BLOCK

    page = answer(SearchRequest(query=f"u{last.id}"))

    assert [card.id for card in page.cards] == [last.id]
    assert sum(option.count for option in page.facets[0].options) == 1


def test_places_keep_the_order_of_names_and_say_the_letter() -> None:
    names = sorted({family.casefold() for family in FAMILIES} | {"", "z", "zz", "a", "{", "\uffff"})
    places = [place_of(name) for name in names]

    assert places == sorted(places)
    for name, place in zip(names, places, strict=True):
        assert first_at(place) <= name
        assert name < (end_of(place) or "\U0010ffff")
        is_latin = "a" <= name[:1] <= "z"
        assert letter_of(place >> 8) == (name[0].upper() if is_latin else "#")
