"""Counts, filters, letters and orders are those of a plain reading of everybody."""

from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, update

from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.options.registry import LICENCE_GROUP, UNLICENSED_USERS
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.profiles.editor import restrict_category
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_everybody_changed
from lupweb.search import census, pages
from lupweb.search.folding import fold
from lupweb.search.queries import PAGE
from lupweb.search.request import SearchRequest
from lupweb.search.standings import renew_standings
from tests.databases import sqlite_first
from tests.search.asking import OPEN, answer, assert_as_expected, counts
from tests.search.crowds import CHOICES, FACETS, RESTRICTED, Crowd, a_crowd

SORTS = ("name", "-name", "newest", "-newest", *FACETS, "-department", "-grade", "room", "-room")
LETTERS = ("", "", "", "M", "O", "Z", "Q", "#")
WORDS = (
    "",
    "",
    "example",
    "example",
    "ada",
    "müller",
    "sales porto",
    "nobody at all",
    "zqx",
    "chair",
)


@pytest.fixture
def crowd(in_app: Flask) -> Crowd:
    """Three hundred people, some hidden, some fields restricted."""
    return a_crowd(300)


def requests(seed: int, count: int) -> Iterator[SearchRequest]:
    """Invent what may stand in addresses."""
    random = Random(seed)  # noqa: S311 - no secrets
    for _number in range(count):
        chosen = {
            key: tuple(random.choices((*CHOICES[key], "", "nothing"), k=random.randint(1, 3)))
            for key in random.sample(FACETS, random.choice((0, 0, 1, 1, 2, 3)))
        }
        yield SearchRequest(
            query=random.choice(WORDS),
            letter=random.choice(LETTERS),
            chosen=chosen,
            sort=random.choice(SORTS),
            page=random.randint(1, 4),
        )


@sqlite_first
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.thorough)])
def test_whatever_is_asked_the_counts_and_the_order_are_those_of_a_plain_reading(
    crowd: Crowd, seed: int
) -> None:
    for asked in requests(seed, 60):
        assert_as_expected(crowd, crowd.viewer(), OPEN, asked)
        assert_as_expected(crowd, crowd.viewer("safety"), FACETS, asked)


@sqlite_first
def test_walking_along_the_names_finds_the_same_as_reading_them(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FEW", 3)
    for asked in requests(3, 40):
        assert_as_expected(crowd, crowd.viewer("safety"), FACETS, asked)


@sqlite_first
def test_people_without_a_licence_are_in_no_total_count_or_letter(crowd: Crowd) -> None:
    with transaction():
        set_option(UNLICENSED_USERS, "hide")
        set_option(LICENCE_GROUP, "board")
        renew_standings()
    crowd = Crowd([each for each in crowd.people if "board" in each.groups], crowd.groups)
    for asked in requests(4, 30):
        assert_as_expected(crowd, crowd.viewer(), OPEN, asked)


def test_nobody_is_shown_where_nobody_is(in_app: Flask) -> None:
    a_crowd(0)

    page = answer(Viewer(), SearchRequest(chosen={"department": ("Sales",)}, letter="A"))

    assert (page.total, page.everybody, page.number, page.count) == (0, 0, 1, 1)
    assert (page.cards, page.facets, page.letters) == ([], [], frozenset())


def test_a_category_that_is_narrowed_counts_for_its_people_only(crowd: Crowd) -> None:
    with transaction():
        restrict_category("work", applies_to=["board"], visible_to=[])
    for each in crowd.people:
        if "board" not in each.groups:
            each.values = {key: value for key, value in each.values.items() if key == RESTRICTED}

    assert_as_expected(crowd, crowd.viewer(), OPEN, SearchRequest())


def test_a_field_with_too_many_values_is_no_facet_but_an_order(crowd: Crowd) -> None:
    with transaction():
        for each in crowd.people:
            each.values["location"] = f"Desk {each.id:05}"
            db.session.execute(
                update(Person).where(Person.id == each.id).values(document={"values": each.values})
            )
        tell_everybody_changed()
    few = pytest.MonkeyPatch()
    few.setattr(census, "MOST_OPTIONS", 100)
    try:
        census.cache.forget()  # nothing was written, only the limit is another one
        page = answer(crowd.viewer(), SearchRequest(chosen={"location": ("Desk 00031",)}))
        ordered = answer(crowd.viewer(), SearchRequest(sort="-location"))
        chosen = {"location": ("Desk 00031", "Desk 00032", 'Desk "*')}
        kept = answer(crowd.viewer(), SearchRequest(chosen=chosen, is_saved=True))
    finally:
        few.undo()
        census.cache.forget()

    assert "location" not in [facet.key for facet in page.facets]
    assert page.total == page.everybody
    asked = {each.id for each in crowd.people if each.is_shown} & {31, 32}
    assert asked
    assert {card.id for card in kept.cards} == asked
    shown = [each.id for each in crowd.people if each.is_shown]
    assert [card.id for card in ordered.cards] == sorted(shown, reverse=True)[:PAGE]


def test_options_stand_by_count_then_label_and_those_without_people_last(crowd: Crowd) -> None:
    page = answer(crowd.viewer(), SearchRequest(query="ada"))

    for facet in page.facets:
        places = [(-option.count, fold(option.label)) for option in facet.options]
        assert places == sorted(places)
    labels = {option.value: option.label for option in page.facets[0].options}
    assert labels[""] == "Not set"


def test_a_field_of_several_values_counts_each_of_them(crowd: Crowd) -> None:
    with transaction():
        field = db.session.scalars(select(ProfileField).filter_by(key="department")).one()
        field.type_key = "tags"
        for each in crowd.people:
            each.values["department"] = "Sales\nIT" if each.id % 2 else "IT"
            db.session.execute(
                update(Person).where(Person.id == each.id).values(document={"values": each.values})
            )
        tell_everybody_changed()

    page = answer(crowd.viewer(), SearchRequest(chosen={"department": ("Sales",)}))

    shown = [each for each in crowd.people if each.is_shown]
    odd = [each for each in shown if each.id % 2]
    assert page.total == len(odd)
    assert counts(page)["department"] == {"IT": len(shown), "Sales": len(odd)}
