"""The page of a diagnosis with a person alone: a verdict for every field."""

import pytest
from flask import Flask

from lupweb.profiles.layout import load_layout
from tests.blueprints.admin.mending import PAGE, Site
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.fakes import FakeDirectory

CANARY = "ZQX-SECRET-7"


@pytest.fixture
def site(app: Flask, company: FakeDirectory, admin: Browser) -> Site:
    return Site(app, company, admin)


def rows(site: Site) -> dict[str, str]:
    return {
        row.th.get_text(strip=True): row.td.get_text(" ", strip=True)
        for row in site.browser.page.select("[aria-labelledby=every] tbody tr")
        if row.th and row.td
    }


def test_every_field_has_a_verdict_and_leads_to_its_checks(site: Site) -> None:
    site.browser.get(PAGE, person="ben")
    site.browser.post(PAGE, person="ben", field="")

    found = rows(site)
    with site.app.app_context():
        assert list(found) == [each.name for each in load_layout().fields()]
    assert found["Position"] == "Passed: Ben Özgür has a value in “Position”."
    assert found["Phone"] == "Problem: The entry has no value of telephoneNumber now."
    link = site.browser.page.select_one("[aria-labelledby=every] tbody a")
    assert link
    site.browser.get(str(link["href"]))
    assert site.browser.page.select_one(".verdict")


def test_opening_it_asks_no_directory_and_a_check_asks_once_for_all(site: Site) -> None:
    questions = site.directory.server.questions
    before = len(questions)
    site.browser.get(PAGE, person="ben")
    assert len(questions) == before
    assert rows(site)
    assert "have not been asked" in site.browser.text

    site.browser.post(PAGE, person="ben", field="")

    assert len([each for each in questions[before:] if "bind" in str(each)]) <= 1


def test_what_is_kept_from_an_administrator_is_kept_here_too(site: Site) -> None:
    site.browser.get(PAGE, person="ben")
    site.browser.post(PAGE, person="ben", field="")

    assert (
        "is kept from you" in rows(site)["Emergency contact"]
        or "does not see" in (rows(site)["Emergency contact"])
    )
    assert CANARY not in site.browser.response.get_data(as_text=True)


def test_somebody_who_is_not_known_is_said_so_for_every_field(site: Site) -> None:
    site.browser.get(PAGE, person="nobody")

    assert all("Nobody here is called “nobody”" in each for each in rows(site).values())


def test_the_number_of_queries_does_not_grow_with_the_fields(site: Site) -> None:
    with counted_queries() as one:
        site.browser.get(PAGE, person="ben", field="phone")
    with counted_queries() as every:
        site.browser.get(PAGE, person="ben")

    assert len(every) <= len(one) + 2
