"""The people page: facets, chips, letters, views, orders and pages, as people see them."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.profiles.editor import show_in_directory
from lupweb.profiles.models import ProfileField
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_run, an_approved_run, an_entry
from tests.fakes import FakeDirectory

FACETS = {"location", "department", "emergency"}
COLUMNS = {"location", "phone", "manager", "emergency"}


@pytest.fixture(autouse=True)
def directory_fields(company: FakeDirectory, app: Flask) -> None:
    """People are chosen by place, department, and what only safety officers see."""
    for number, place in enumerate(["Porto", "Hamburg", "Hamburg", "(EMEA) “x”"]):
        an_entry(company, f"p{number}", f"Person Number{number}", l=place, departmentNumber="IT")
    with app.app_context():
        a_run(company)
        with transaction():
            for field in db.session.scalars(select(ProfileField)):
                show_in_directory(field, facet=field.key in FACETS, in_table=field.key in COLUMNS)


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> Browser:
    return as_person("ada")


def names(browser: Browser) -> list[str]:
    return [each.get_text(strip=True) for each in browser.page.select(".pcard h3")]


def options(browser: Browser, key: str) -> dict[str, str]:
    rows = browser.page.select(f"#facet-{key} li")
    return {row.select("span")[0].get_text(): row.select("span")[1].get_text() for row in rows}


def test_the_head_says_how_many_people_there_are_and_in_how_many_places(ada: Browser) -> None:
    ada.get("/people")

    assert "8 people in 3 places." in ada.text


def test_facets_count_and_say_who_has_no_value(ada: Browser) -> None:
    ada.get("/people")

    assert options(ada, "location") == {
        "Not set": "3",
        "Hamburg": "2",
        "Porto": "2",
        "(EMEA) “x”": "1",
    }


def test_values_of_one_field_widen_and_fields_narrow(ada: Browser) -> None:
    ada.get("/people?f.location=Porto&f.location=Hamburg&f.department=IT")

    assert names(ada) == ["Person Number0", "Person Number1", "Person Number2"]
    assert [each["value"] for each in ada.page.select("#facet-location input[checked]")] == [
        "Hamburg",
        "Porto",
    ]


def test_b95_a_chosen_value_with_brackets_is_never_parsed(ada: Browser) -> None:
    ada.get("/people", **{"f.location": "(EMEA) “x”"})

    assert names(ada) == ["Person Number3"]


def test_who_has_no_value_can_be_chosen(ada: Browser) -> None:
    ada.get("/people?f.location=")

    assert names(ada) == ["Cem Groß", "Ben Özgür", "Sam Safe"]
    assert ada.page.select_one(".chip").get_text(strip=True) == "Location: Not set"


def test_each_chip_takes_its_condition_away_and_keeps_the_rest(ada: Browser) -> None:
    ada.get("/people?q=person&f.location=Hamburg&f.department=IT&letter=N&sort=-name&view=list")

    links = {link["aria-label"]: link["href"] for link in ada.page.select(".chip__x")}
    assert links["Remove filter Location: Hamburg"] == (
        "/people?q=person&f.department=IT&letter=N&sort=-name&view=list"
    )
    clear = ada.page.find("a", string="Clear all")
    assert clear["href"] == "/people?q=person&sort=-name&view=list"


def test_the_form_keeps_view_and_letter(ada: Browser) -> None:
    ada.get("/people?letter=N&view=table&all=location")

    hidden = ada.page.select("form#search input[type=hidden]")
    assert {(each["name"], each["value"]) for each in hidden} >= {
        ("letter", "N"),
        ("view", "table"),
    }


def test_letters_with_nobody_are_no_links(ada: Browser) -> None:
    ada.get("/people")

    letters = {each.get_text(): each.name for each in ada.page.select(".letters li > *")}
    assert letters["G"] == "a"
    assert letters["B"] == "span"
    ada.get("/people?letter=G")
    assert names(ada) == ["Cem Groß"]


@pytest.mark.parametrize(
    ("view", "rows"), [("cards", ".pcard"), ("list", ".plist > li"), ("table", ".people tbody tr")]
)
def test_every_view_shows_the_same_people(ada: Browser, view: str, rows: str) -> None:
    ada.get(f"/people?view={view}&f.department=IT")

    assert len(ada.page.select(rows)) == 4
    assert ada.page.select_one(".seg [aria-current]").get_text(strip=True) == view.capitalize()


def test_the_table_has_the_chosen_columns_and_values_by_their_type(ada: Browser) -> None:
    ada.get("/people?view=table&q=lovelace")

    heads = [each.get_text(strip=True) for each in ada.page.select(".people thead th")]
    assert heads == ["Name", "Phone", "Location", "Reports to", "Contact"]
    assert ada.page.select_one(".people td a[href^='tel:']")["href"] == "tel:+49-611-20570"


def test_a_person_in_a_cell_is_a_link(ada: Browser) -> None:
    ada.get("/people?view=table&q=cem")

    assert ada.page.select_one(".people td a[href='/people/ada']").get_text() == "Ada Lovelace"


def test_a_column_says_that_the_table_is_sorted_by_it(ada: Browser) -> None:
    ada.get("/people?view=table&sort=-location")

    sorted_by = ada.page.select(".people th[aria-sort]")
    assert [(each.get_text(strip=True), each["aria-sort"]) for each in sorted_by] == [
        ("Location", "descending")
    ]


@pytest.mark.parametrize("sort", ["password", "name; DROP TABLE person", "emergency", "1", "-"])
def test_b92_another_order_is_the_usual_one(ada: Browser, sort: str) -> None:
    usual = names(ada) if ada.get("/people") else []

    ada.get("/people", sort=sort)

    assert names(ada) == usual


@pytest.mark.parametrize("view", ["cards", "list", "table"])
def test_b35_a_restricted_field_is_no_facet_no_column_and_no_condition(
    ada: Browser, view: str
) -> None:
    ada.get("/people", view=view, **{"f.emergency": CANARY})

    assert CANARY not in ada.response.text.split("</title>")[1]
    assert "Emergency" not in ada.text
    assert "8 people" in ada.text


def test_those_who_may_see_it_choose_by_it(as_person: Callable[[str], Browser]) -> None:
    sam = as_person("sam")

    sam.get("/people", **{"f.emergency": CANARY})

    assert names(sam) == ["Ben Özgür"]


def test_values_to_choose_by_are_suggested(ada: Browser) -> None:
    ada.get("/people/suggest", q="ham")

    (option,) = ada.page.select("[data-href*='f.location']")
    assert option["data-href"] == "/people?f.location=Hamburg"
    assert option.get_text(" ", strip=True) == "Location: Ham burg 2 people"


def test_b34_a_restricted_value_is_suggested_to_those_who_may_see_it_only(
    as_person: Callable[[str], Browser],
) -> None:
    suggested = {}
    for login in ("ada", "sam"):
        browser = as_person(login)
        browser.get("/people/suggest", q=CANARY[:5])
        suggested[login] = [option["data-href"] for option in browser.page.select("[data-href]")]

    assert suggested["ada"] == []
    assert f"/people?f.emergency={CANARY}" in suggested["sam"]
    assert "/people/ben" in suggested["sam"]


def test_people_called_so_are_suggested_before_those_found_by_something_else(
    company: FakeDirectory, app: Flask, ada: Browser
) -> None:
    for uid, name, title in (
        ("a1", "Anna Aal", "Lead Engineer"),
        ("b1", "Lea Zorn", ""),
        ("c1", "Otto Leander", ""),
    ):
        an_entry(company, uid, name, **({"title": title} if title else {}))
    with app.app_context():
        a_run(company)

    ada.get("/people/suggest", q="lea")

    paths = [each["data-href"] for each in ada.page.select("[data-href^='/people/']")]
    assert paths == ["/people/c1", "/people/b1", "/people/a1"]


@pytest.mark.parametrize("view", ["cards", "list", "table"])
def test_a_page_has_a_constant_number_of_queries_and_is_small(
    company: FakeDirectory, app: Flask, ada: Browser, view: str
) -> None:
    counts = set()
    for number in (24, 240):
        with app.app_context():
            for count in range(number):
                an_entry(company, f"x{number}-{count}", f"Xaver Other{count}", l="Porto")
            an_approved_run(company)
        ada.get("/people", view=view)  # counts everybody once after a run
        with counted_queries() as sent:
            ada.get("/people", view=view)
        assert len(sent) == 2, sent
        with counted_queries() as sent:
            ada.get("/people", view=view, all="location")
        counts.add(len(sent))
        assert len(ada.response.data) < 60_000

    assert len(counts) == 1
    assert counts.pop() <= {"cards": 6, "list": 6, "table": 11}[view]
