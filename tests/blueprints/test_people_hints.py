"""What is shown before anybody follows a link: suggestions, and the card over a name."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.factories import a_run, an_entry
from tests.fakes import FakeDirectory

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><svg/onload=alert(1)>",
    "{{7*7}}",
    "${7*7}",
    "{% raw %}",
]


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> Browser:
    return as_person("ada")


def test_people_are_suggested_with_the_matched_part_marked(ada: Browser) -> None:
    ada.get("/people/suggest", q="oez")

    (person, everything) = ada.page.select("[role=option]")
    assert person["data-href"] == "/people/ben"
    assert str(person.select_one("b")) == "<b><bdi>Ben <mark>Öz</mark>gür</bdi></b>"
    assert everything["data-href"] == "/people?q=oez"
    assert "Search everything for “oez”" in everything.get_text()
    assert ada.page.select_one("ul")["data-said"] == "1 suggestion"


def test_at_most_eight_people_are_suggested(
    company: FakeDirectory, app: Flask, ada: Browser
) -> None:
    for number in range(9):
        an_entry(company, f"zoe{number}", f"Zoe Number{number}")
    with app.app_context():
        a_run(company)

    ada.get("/people/suggest", q="zoe")

    assert len(ada.page.select("[data-href^='/people/zoe']")) == 8


@pytest.mark.parametrize("query", [*HOSTILE, "\0", "%", 'NEAR("', "x" * 10_000, ""])
def test_b42_b91_a_query_is_shown_as_typed_and_never_parsed(ada: Browser, query: str) -> None:
    ada.get("/people/suggest", q=query)

    assert ada.response.status_code == 200
    assert "49" not in ada.response.text
    assert ada.page.select("script, img[src=x], svg[onload], textarea") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_b42_b51_values_and_words_are_text_on_every_page_of_people(
    company: FakeDirectory, app: Flask, ada: Browser, text: str
) -> None:
    an_entry(company, "eve", f"Eve {text}", title=text, l=text, departmentNumber=text)
    with app.app_context():
        a_run(company)

    for path in ("/people", "/people?view=list", "/people?view=table", "/people/eve/card"):
        ada.get(path)
        assert text in ada.page.get_text()
        assert ada.page.select("main script, img[src=x], svg[onload], textarea") == []
    ada.get("/people", q=text)
    assert ada.page.select_one("input[name=q]")["value"] == text
    assert ada.page.select("main script, img[src=x], svg[onload], textarea") == []


def test_b46_names_of_all_scripts_keep_to_themselves(
    company: FakeDirectory, app: Flask, ada: Browser
) -> None:
    an_entry(company, "yael", "יעל כהן", l="חיפה")
    with app.app_context():
        a_run(company)

    for path in ("/people", "/people?view=list", "/people?view=table", "/people/yael/card"):
        ada.get(path)
        shown = ada.page.find(string="יעל כהן")
        assert shown.parent.name == "bdi"
    ada.get("/people/suggest", q="יעל")
    assert ada.page.select_one("bdi mark").get_text() == "יעל"
    ada.get("/people", q="יעל")
    assert ada.page.title.get_text().startswith("Search for “\u2068יעל\u2069”")
    assert ada.page.select_one("input[name=q]")["dir"] == "auto"


def test_a_card_says_who_somebody_is_and_whom_they_report_to(ada: Browser) -> None:
    ada.get("/people/ben/card")

    assert "<html" not in ada.response.text
    links = {link.get_text(strip=True): link["href"] for link in ada.page.select("a")}
    assert links["Ben Özgür"] == "/people/ben"
    assert links["Ada Lovelace"] == "/people/ada"
    assert ada.page.select_one("a[href^='mailto:']")["href"] == "mailto:ben@example.com"
    assert "Engineer" in ada.text


def test_b37_a_card_shows_nothing_that_the_viewer_may_not_see(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")
    ada.get("/people/ben/card")

    assert CANARY not in ada.response.text


@pytest.mark.parametrize("handle", ["nobody", "id:999999", "id:99999999999999999999", "%00"])
def test_there_is_no_card_of_nobody(ada: Browser, handle: str) -> None:
    ada.get(f"/people/{handle}/card")

    assert ada.response.status_code == 404


def test_b69_a_login_that_is_a_word_of_ours_is_reached_by_its_number(
    company: FakeDirectory, app: Flask, ada: Browser
) -> None:
    an_entry(company, "suggest", "Sug Gest")
    with app.app_context():
        a_run(company)

    ada.get("/people", q="gest")

    path = ada.page.select_one(".pcard h3 a")["href"]
    assert path.startswith("/people/id:")
    ada.get(path)
    assert "Sug Gest" in ada.page.h1.get_text()
