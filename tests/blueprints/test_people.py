"""The people directory as people see it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.browsing import Browser
from tests.databases import counted_queries, sqlite_first
from tests.factories import an_approved_run, an_entry
from tests.fakes import FakeDirectory

EVERYBODY = ["Cem Groß", "Ada Lovelace", "Ben Özgür", "Sam Safe"]
NOTHING_BUT_SIGNS = ["%", "_", "\\", "*", "()", "…", "'"]


def names(browser: Browser) -> list[str]:
    return [each.get_text(strip=True) for each in browser.page.select(".pcard h2, .pcard h3")]


def test_everybody_is_there_in_the_order_of_last_names(as_person: Callable[[str], Browser]) -> None:
    ada = as_person("ada")

    ada.get("/people")

    assert names(ada) == EVERYBODY
    assert "4 people" in ada.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lovelace", ["Ada Lovelace"]),
        ("LOVE ada", ["Ada Lovelace"]),
        ("ozgur", ["Ben Özgür"]),
        ("oezguer", ["Ben Özgür"]),
        ("gross", ["Cem Groß"]),
        ("engineer", ["Ben Özgür"]),
        ("61120570", ["Ada Lovelace"]),
        ("porto", ["Ada Lovelace"]),
        ("ben@example.com", ["Ben Özgür"]),
        ("' OR 1=1 --", []),
        ('NEAR("', []),
        ("x" * 10_000, []),
        ("\0 ", EVERYBODY),
        *((query, []) for query in NOTHING_BUT_SIGNS),
    ],
)
def test_people_are_found_by_words_and_a_query_is_never_parsed(
    as_person: Callable[[str], Browser], query: str, found: list[str]
) -> None:
    ada = as_person("ada")

    ada.get("/people", q=query)

    assert ada.response.status_code == 200
    assert names(ada) == found


def test_nobody_found_says_so_and_shows_the_way_back(as_person: Callable[[str], Browser]) -> None:
    ada = as_person("ada")

    ada.get("/people", q="<b>zzz</b>")

    assert "Nobody found for “<b>zzz</b>”" in ada.text
    assert ada.page.select("main b") == []


@pytest.mark.parametrize("page", ["-1", "0", "abc", "1e9", "99999999999999999999", "NaN", ""])
def test_a_page_that_is_not_there_is_the_nearest_that_is(
    as_person: Callable[[str], Browser], page: str
) -> None:
    ada = as_person("ada")

    ada.get("/people", page=page)

    assert ada.response.status_code == 200
    assert len(names(ada)) == 4


def test_the_second_page_shows_the_rest(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    more_people(company, app, 26)
    ada = as_person("ada")

    ada.get("/people", page=2)

    assert len(names(ada)) == 6
    assert "25 to 30 of 30" in ada.text


def test_the_number_of_queries_does_not_grow_with_people_and_no_page_asks_ldap(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    ada.get("/people")  # the set-up is read once
    counts = {}
    for people in (4, 24, 240):
        more_people(company, app, people)
        company.server.questions.clear()
        for path in ("/people", "/people?q=p1", "/people/ada"):
            with counted_queries() as sent:
                ada.get(path)
            counts.setdefault(path, set()).add(len(sent))
        assert company.server.questions == []

    assert counts == {"/people": {7}, "/people?q=p1": {9}, "/people/ada": {17}}


def more_people(company: FakeDirectory, app: Flask, number: int) -> None:
    ada = b"uid=ada,ou=people,dc=example,dc=com"
    with app.app_context():
        for count in range(number):
            if f"uid=p{count},ou=people,dc=example,dc=com" not in company.server.entries:
                an_entry(company, f"p{count}", manager=ada.decode())
        an_approved_run(company)


@sqlite_first
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/people?q=%00", 200),
        ("/people?q=a%00b", 200),
        ("/people/%00", 404),
        ("/people/a%00b/picture", 404),
        ("/people/id:999999999999999", 404),
        ("/people/..", 404),
    ],
)
def test_b91_no_database_stumbles_over_an_address(
    as_person: Callable[[str], Browser], path: str, status: int
) -> None:
    ada = as_person("ada")

    ada.get(path)

    assert ada.response.status_code == status
