"""The filter language on the people page, in files and on the command line."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lupweb import clock
from lupweb.cli import main
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.factories import PASSWORD, a_run, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> Browser:
    return as_person("ada")


@pytest.fixture
def run(
    company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs a command on the company."""
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: app)
    return lambda *words: CliRunner().invoke(main, ["people", *words])


def names(browser: Browser) -> list[str]:
    return [each.get_text(strip=True) for each in browser.page.select(".pcard h3")]


def test_a_filter_finds_people_stands_in_its_line_and_is_a_chip_that_can_be_removed(
    ada: Browser,
) -> None:
    written = 'position:Engineer OR location:"Porto"'
    ada.get("/people", filter=written, q="a")

    assert names(ada) == ["Ada Lovelace"]
    assert ada.page.select_one("#filter")["value"] == written
    assert ada.page.select_one("#more-filters").has_attr("open")
    (chip,) = ada.page.select(".chip")
    assert chip.get_text(strip=True) == written
    assert chip.a["href"] == "/people?q=a"
    assert "filter=position" in ada.page.select_one("a[href*='export.csv']")["href"]


def test_without_a_filter_its_line_is_closed_and_empty(ada: Browser) -> None:
    ada.get("/people")

    assert not ada.page.select_one("#more-filters").has_attr("open")
    assert not ada.page.select_one("#filter")["value"]


def test_b95_a_filter_that_is_wrong_says_where_beside_the_line_and_loses_nobody(
    ada: Browser,
) -> None:
    ada.get("/people", filter="locatoin:Porto AND (")
    unbalanced = ada.text
    ada.get("/people", filter="locatoin:<Porto")

    assert "Column 20: This parenthesis is not closed." in unbalanced
    assert ada.response.status_code == 200
    assert "Column 1: There is no field “locatoin”. Did you mean “location”?" in ada.text.translate(
        {0x2068: None, 0x2069: None}
    )
    line = ada.page.select_one("#filter")
    assert (line["value"], line["aria-invalid"]) == ("locatoin:<Porto", "true")
    assert "filter-error" in line["aria-describedby"]
    assert ada.page.select_one("#filter-error pre").text == "locatoin:<Porto\n^"
    assert len(names(ada)) == 4
    assert not ada.page.select(".chip")


def test_a_wrong_filter_stays_in_the_address_and_no_file_is_offered_without_it(
    ada: Browser,
) -> None:
    query = "filter=locatoin%3APorto"
    ada.get("/people", filter="locatoin:Porto")
    links = ada.page.select("#exports a")

    assert [each["href"].partition("?")[2] for each in links] == [query] * 5
    assert not any(each.has_attr("download") for each in links)  # it leads to what is wrong
    assert query in ada.page.select_one("#views a[href*=table]")["href"]
    part = ada.client.get(f"/people?{query}", headers={"HX-Request": "true"})
    assert part.headers["HX-Push-Url"] == f"/people?{query}"
    assert part.text.count(f"{query}") >= 5


def test_b95_a_file_is_refused_where_its_filter_is_wrong_and_leads_back_to_the_line(
    ada: Browser,
) -> None:
    assert ada.client.get("/people/export.csv?filter=position:Engineer").status_code == 200
    ada.get("/people/export.csv", filter="ada OR locatoin:x", sort="-name")

    assert ada.response.status_code == 422
    assert "Column 8: There is no field “locatoin”. Did you mean “location”?" in ada.text.translate(
        {0x2068: None, 0x2069: None}
    )
    assert ada.page.select_one("pre").text == "ada OR locatoin:x\n       ^"
    ada.get(ada.page.select_one("main a.btn")["href"])
    assert ada.page.select_one("#filter")["value"] == "ada OR locatoin:x"
    document = ada.client.get("/api/v1/people?filter=ada OR locatoin:x").json["error"]
    assert (document["parameter"], document["column"]) == ("filter", 8)
    assert (document["suggestion"], document["text"][:22]) == ("location", "There is no field “loc")


def test_the_filter_stands_above_the_people_with_the_way_to_keep_it(ada: Browser) -> None:
    ada.get("/people", filter="position:Engineer")

    order = [each["id"] for each in ada.page.select("#more-filters, #keep, .pcard [id], #pages")]
    assert order[:2] == ["more-filters", "keep"]
    found = ada.page.select_one("#keep").find_next(class_="pcard")
    assert "Ben Özgür" in found.get_text()


def test_b35_a_restricted_field_and_one_that_does_not_exist_are_refused_alike(
    as_person: Callable[[str], Browser],
) -> None:
    ada, sam = as_person("ada"), as_person("sam")
    pages = []
    for key in ("emergency", "emergenzy"):
        ada.get("/people", filter=f"{key}:{CANARY}")
        pages.append(str(ada.page.main).replace(key, "x").replace(ada.token, ""))
    sam.get("/people", filter=f"emergency:{CANARY}")

    assert pages[0] == pages[1]
    assert names(sam) == ["Ben Özgür"]


def test_the_search_box_is_never_read_as_a_filter(ada: Browser) -> None:
    ada.get("/people", q='position:Engineer OR "(')

    assert "There is no field" not in ada.text
    assert names(ada) == []


def test_whoever_came_after_the_first_run_is_new_this_month(
    ada: Browser, company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_entry(company, "nia", "Nia New")
    with app.app_context():
        a_run(company)
    ada.get("/people", filter="added:this month added>=yesterday")
    new = names(ada)
    later = clock.now() + timedelta(days=400)
    monkeypatch.setattr(clock, "now", lambda: later)
    query = {"filter": 'added:"last 13 months" OR added:""', "sort": "newest"}
    text = ada.sign_in("ada", PASSWORD).get("/people", **query).get_text(" ")

    assert new == ["Nia New"]
    assert "Nia New" not in text
    assert "Ben Özgür" in text


def test_the_command_line_asks_in_the_filter_language_and_takes_plain_words(
    run: Callable[..., Result],
) -> None:
    assert run("list", "--query", "position:Engineer").output.split("\t")[0] == "ben"
    assert run("list", "--query", "ada love").output.split("\t")[0] == "ada"
    assert "ben" not in run("list", "--query", '-position:""  -ada -ben').output


def test_the_command_line_points_at_the_column_that_is_wrong(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    for words in (["list"], ["export", "--format", "csv", "--output", str(file)]):
        result = run(*words, "--query", "ada OR postion:x", "--as", "ada")

        assert result.exit_code == 2
        assert "Column 8: There is no field “postion”." in result.output
        assert "Did you mean “position”?" in result.output
        assert "ada OR postion:x\n       ^" in result.output
    assert not file.exists()


def test_a_filter_that_is_refused_is_not_offered_to_be_kept(ada: Browser) -> None:
    for _time in range(2):
        ada.get("/people", filter="nonsense:1")

        assert ada.page.select("#filter-error")
        assert not ada.page.select("#keep")
