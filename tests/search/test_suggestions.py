"""What a few letters may mean: people called so first, values to choose by, and a total."""

import pytest
from flask import Flask

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from lupweb.search.queries import people_page
from lupweb.search.request import SearchRequest, Suggestions
from lupweb.search.suggestions import MOST_PEOPLE, MOST_VALUES, suggestions
from tests.databases import counted_queries, sqlite_first
from tests.search.crowds import RESTRICTED, Crowd, a_crowd


@pytest.fixture
def crowd(in_app: Flask) -> Crowd:
    """Two hundred people, some hidden."""
    return a_crowd(200)


def suggested(viewer: Viewer, query: str) -> Suggestions:
    return suggestions(viewer, load_layout(), options(), query)


@sqlite_first
def test_people_whose_last_name_begins_so_come_first(crowd: Crowd) -> None:
    found = suggested(crowd.viewer(), "mül")

    names = [crowd.of_id(card.id).sort_name for card in found.people]
    assert len(names) == MOST_PEOPLE
    assert all(name.startswith(("mul", "muel")) for name in names)


@sqlite_first
@pytest.mark.parametrize("query", ["ma", "ada", "sales", "porto ada", "王", "u31"])
def test_the_total_is_that_of_the_page_and_nobody_hidden_is_among_them(
    crowd: Crowd, query: str
) -> None:
    found = suggested(crowd.viewer(), query)
    page = people_page(crowd.viewer(), load_layout(), options(), SearchRequest(query))

    assert found.total == page.total > 0
    assert len(found.people) == min(MOST_PEOPLE, page.total)
    assert all(crowd.of_id(card.id).is_shown for card in found.people)


@sqlite_first
def test_values_whose_label_has_the_words_come_with_their_counts(crowd: Crowd) -> None:
    found = suggested(crowd.viewer(), "sal").values

    shown = [each for each in crowd.people if each.is_shown]
    assert {(each.key, each.value): each.count for each in found} == {
        ("department", value): sum(each.value("department") == value for each in shown)
        for value in ("Sales", "sales")
    }
    assert all(each.label == "Department" and each.text == each.value for each in found)
    assert [each.count for each in found] == sorted((each.count for each in found), reverse=True)


def test_values_are_few_and_those_of_a_closed_field_are_none(crowd: Crowd) -> None:
    closed = suggested(crowd.viewer(), "zqx")
    assert (list(closed.people), list(closed.values), closed.total) == ([], [], 0)

    found = suggested(crowd.viewer("safety"), "zqx").values

    assert len(found) == MOST_VALUES
    assert {each.key for each in found} == {RESTRICTED}


@pytest.mark.parametrize("query", ["", " ", "\0", "***"])
def test_no_words_suggest_nothing(crowd: Crowd, query: str) -> None:
    found = suggested(crowd.viewer(), query)

    assert (list(found.people), list(found.values), found.total) == ([], [], 0)


@sqlite_first
def test_suggestions_ask_the_same_number_of_queries_for_24_and_240_people(in_app: Flask) -> None:
    asked = []
    for count, after in ((24, 0), (216, 24)):
        a_crowd(count, after=after)
        for query in ("ada", "li"):
            suggested(Viewer(), query)
            db.session.remove()
            layout, chosen = load_layout(), options()
            with counted_queries() as sent:
                suggestions(Viewer(), layout, chosen, query)
            asked.append((query, len(sent)))
            db.session.remove()

    assert asked[:2] == asked[2:]
    assert max(count for _query, count in asked) <= 14
