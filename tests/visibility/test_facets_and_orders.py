"""A restricted value is in no facet, count, letter, order, suggestion, way out or export (B35).

Ben's emergency contact is the canary, and a facet and a column of the table. Sam may read it; Ada,
who leads Ben, may not; Ben may read his own, and nobody else's.
"""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_as
from lupweb.database import db, transaction
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import restrict_category
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_changed, tell_everybody_changed
from lupweb.search.queries import found_people, people_page
from lupweb.search.request import PeoplePage, SearchRequest
from lupweb.search.suggestions import suggestions
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import sqlite_first
from tests.fakes import FakeDirectory

KEY = "emergency"
NOBODY = "zzzzz"
OUTSIDE = ["ada", "ben", "cem"]


@pytest.fixture
def shown(company: FakeDirectory, app: Flask) -> Flask:
    """The company whose emergency contacts are a facet and a column of the table."""
    with app.app_context(), transaction():
        for field in db.session.scalars(db.select(ProfileField)):
            field.facet = field.in_table = field.key in {KEY, "location"}
        db.session.flush()
        tell_everybody_changed()
    return app


def page_of(viewer: Viewer, **asked: object) -> PeoplePage:
    return people_page(viewer, load_layout(), options(), SearchRequest(**asked))  # type: ignore[arg-type]


def viewer(login: str) -> Viewer:
    return viewer_as(get_person(login).id)


@sqlite_first
def test_b35_who_may_read_it_is_offered_the_facet_and_the_order(shown: Flask) -> None:
    with shown.app_context():
        sam = viewer("sam")

        assert [facet.key for facet in page_of(sam).facets] == ["location", KEY]
        found = page_of(sam, chosen={KEY: (CANARY,)})
        assert [card.login for card in found.cards] == ["ben"]
        assert page_of(sam, sort=KEY).cards[0].login == "ben"
        offered = suggestions(sam, load_layout(), options(), "zqx").values
        assert [(each.value, each.count) for each in offered] == [(CANARY, 1)]


@sqlite_first
@pytest.mark.parametrize("login", OUTSIDE)
def test_b35_nobody_else_learns_that_there_is_such_a_field(shown: Flask, login: str) -> None:
    with shown.app_context():
        asker = viewer(login)
        plain = page_of(asker)

        for asked in (
            {"chosen": {KEY: (CANARY,)}},
            {"chosen": {KEY: ("",)}},
            {"sort": KEY},
            {"sort": f"-{KEY}"},
            {"chosen": {KEY: (CANARY, "nothing")}, "sort": KEY},
        ):
            assert page_of(asker, **asked) == plain  # the request, too, is as if it had not been
            everybody = found_people(asker, load_layout(), options(), SearchRequest(**asked))
            assert [each.id for each in everybody] == [card.id for card in plain.cards]
        assert [facet.key for facet in plain.facets] == ["location"]
        assert suggestions(asker, load_layout(), options(), "zqx").values == []


@pytest.mark.parametrize("login", ["ada", "cem"])
def test_b35_no_count_letter_or_way_out_changes_by_it(shown: Flask, login: str) -> None:
    with shown.app_context():
        asker = viewer(login)
        unknown = page_of(asker, query=NOBODY, chosen={"location": ("Porto",)})

        found = page_of(asker, query=CANARY, chosen={"location": ("Porto",), KEY: (CANARY,)})

        assert (found.total, found.cards, found.letters) == (0, [], frozenset())
        assert found.facets == unknown.facets
        assert [(way.key, way.total) for way in found.ways_out] == [
            (way.key, way.total) for way in unknown.ways_out
        ]
        assert suggestions(asker, load_layout(), options(), CANARY).total == 0


@pytest.mark.parametrize("login", ["ada", "cem"])
def test_b35_the_page_of_an_address_that_names_it_is_the_page_of_one_that_names_nothing(
    shown: Flask, as_person: Callable[[str], Browser], login: str
) -> None:
    browser = as_person(login)
    texts = []
    for key in (KEY, "no-such-field"):
        browser.get("/people", **{f"f.{key}": "x", "sort": key, "view": "table"})
        assert browser.response.status_code == 200
        texts.append(browser.page.select_one("main").get_text())

    assert texts[0] == texts[1]
    assert "Emergency" not in texts[0]


def test_b40_a_restriction_set_later_takes_facet_and_order_away_at_once(shown: Flask) -> None:
    with shown.app_context():
        with transaction():
            restrict_category("safety", applies_to=[], visible_to=[])
        assert [facet.key for facet in page_of(viewer("ada")).facets] == ["location", KEY]

        with transaction():
            restrict_category("safety", applies_to=[], visible_to=["safety"])

        assert [facet.key for facet in page_of(viewer("ada")).facets] == ["location"]


def test_a_value_counts_only_for_people_whose_profile_has_the_category(shown: Flask) -> None:
    with shown.app_context():
        with transaction():
            restrict_category("safety", applies_to=["safety"], visible_to=["safety"])

        for asker in (viewer("sam"), OPERATOR):
            assert [facet.key for facet in page_of(asker).facets] == ["location"]


@sqlite_first
@pytest.mark.parametrize("state", [PersonState.DISABLED, PersonState.MISSING])
def test_what_only_hidden_people_have_is_no_option_and_no_letter(
    shown: Flask, state: PersonState
) -> None:
    with shown.app_context():
        ada = get_person("ada").id
        with transaction():
            db.session.execute(db.update(Person).where(Person.id == ada).values(state=state))
            tell_changed([ada])
        sam = viewer("sam")

        page = page_of(sam)

        assert "location" not in [facet.key for facet in page.facets]  # Porto was hers alone
        assert page.letters == {"G", "O", "S"}
        assert page.total == page.everybody == 3
        assert page_of(sam, chosen={"location": ("Porto",)}).request.chosen == {}
        assert suggestions(sam, load_layout(), options(), "porto").values == []
