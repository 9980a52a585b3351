"""People as files from the browser: the same people, and no more than the page shows."""

import csv
import json
from collections.abc import Callable

import pytest
from flask import Flask

from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_run, an_approved_run, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> Browser:
    return as_person("ada")


def test_the_page_links_to_files_of_the_same_people(ada: Browser) -> None:
    ada.get("/people?q=groß&view=list&page=1")

    links = [link["href"] for link in ada.page.select("a[download]")]
    assert links == ["/people/export.csv?q=gro%C3%9F", "/people/export.json?q=gro%C3%9F"]


def test_where_nobody_was_found_no_file_is_offered(ada: Browser) -> None:
    ada.get("/people?q=zzzzzz")

    assert ada.page.select("a[download]") == []


def test_a_file_is_named_kept_by_nobody_and_holds_those_who_were_asked_for(ada: Browser) -> None:
    ada.get("/people/export.csv?q=ben")

    rows = list(csv.DictReader(ada.response.text.splitlines()))
    assert [row["login"] for row in rows] == ["ben"]
    disposition = ada.response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert disposition.endswith(".csv")
    assert ada.response.headers["Cache-Control"] == "private, no-store"
    assert ada.response.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_json_is_one_document_even_of_nobody(ada: Browser) -> None:
    ada.get("/people/export.json?q=zzzzzz")
    assert json.loads(ada.response.text) == []

    ada.get("/people/export.json")
    assert [each["login"] for each in json.loads(ada.response.text)] == ["cem", "ada", "ben", "sam"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_b36_a_restricted_value_leaves_only_for_those_who_may_see_it(
    as_person: Callable[[str], Browser], form: str
) -> None:
    shown = {}
    for login in ("ada", "ben", "sam"):
        browser = as_person(login)
        browser.get(f"/people/export.{form}")
        shown[login] = (CANARY in browser.response.text, "emergency" in browser.response.text)

    assert shown == {"ada": (False, False), "ben": (True, True), "sam": (True, True)}


def test_b35_nobody_is_chosen_or_sorted_by_what_the_viewer_may_not_see(ada: Browser) -> None:
    ada.get("/people/export.csv")
    everybody = ada.response.text

    ada.get("/people/export.csv", sort="-emergency", **{"f.emergency": CANARY})

    assert ada.response.text == everybody


def test_b66_no_cell_is_computed(company: FakeDirectory, app: Flask, ada: Browser) -> None:
    an_entry(company, "eve", "=cmd|' /C calc'!A0", title="@SUM(A1)")
    with app.app_context():
        a_run(company)

    ada.get("/people/export.csv?q=eve")

    (row,) = csv.DictReader(ada.response.text.splitlines())
    assert row["name"] == "'=cmd|' /C calc'!A0"
    assert row["position"] == "'@SUM(A1)"


def test_b67_a_file_is_sent_block_after_block(
    company: FakeDirectory, app: Flask, ada: Browser
) -> None:
    for number in range(600):
        an_entry(company, f"p{number}")
    with app.app_context():
        an_approved_run(company)

    answer = ada.client.get("/people/export.json", buffered=False)
    with counted_queries() as read_later:
        whole = b"".join(answer.response)

    assert len(json.loads(whole)) == 604
    assert 0 < len(read_later) <= 8
    answer.close()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_who_has_not_signed_in_is_sent_to_the_door(app: Flask, form: str) -> None:
    answer = app.test_client().get(f"/people/export.{form}?q=a")

    assert answer.status_code == 302
    assert "/login?next=" in answer.headers["Location"]
