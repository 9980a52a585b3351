"""A profile as somebody else, its owner and an administrator see it."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.database import transaction
from lupweb.people.queries import get_person
from lupweb.profiles.editor import fill_from_directory
from tests.browsing import Browser
from tests.factories import SUFFIX, a_run, an_entry
from tests.fakes import FakeDirectory


def rows(browser: Browser) -> dict[str, str]:
    """Label -> value of every row of the profile."""
    found = {}
    for row in browser.page.select(".kv > div"):
        label = row.select_one("dt").find(string=True, recursive=True)
        found[str(label).strip()] = row.select_one("dd").get_text(" ", strip=True)
    return found


def chain(browser: Browser) -> list[str]:
    return [each.get_text(strip=True) for each in browser.page.select("ol.chain a")]


def test_a_colleague_sees_the_filled_fields_and_the_reporting_line(
    as_person: Callable[[str], Browser],
) -> None:
    cem = as_person("cem")

    cem.get("/people/ben")

    assert cem.page.select_one("h1").get_text(strip=True) == "Ben Özgür"
    assert rows(cem) == {"Position": "Engineer", "Reports to": "Ada Lovelace"}
    assert chain(cem) == ["Ada Lovelace", "Ben Özgür"]
    assert "Sam Safe" in cem.page.select_one("aside").get_text()
    assert "from LDAP" not in cem.page.select_one(".kv").get_text()


def test_the_owner_sees_where_values_come_from(as_person: Callable[[str], Browser]) -> None:
    ben = as_person("ben")

    ben.get("/people/ben")

    assert "from LDAP" in ben.page.select_one(".kv").get_text()
    assert "This is your profile" in ben.text


def test_a_manager_sees_who_reports_to_her(as_person: Callable[[str], Browser]) -> None:
    ada = as_person("ada")

    ada.get("/people/ada")

    assert "3 people report" in ada.text
    assert chain(ada) == []


@pytest.mark.parametrize(
    "handle", ["nobody", "id:999999", "id:0", "id:", "id:99999999999999999999"]
)
def test_nobody_of_that_name_is_a_page_that_says_so(
    as_person: Callable[[str], Browser], handle: str
) -> None:
    ada = as_person("ada")

    ada.get(f"/people/{handle}")

    assert ada.response.status_code == 404
    assert "does not exist" in ada.text


def test_somebody_hidden_looks_like_nobody_but_for_administrators(
    company: FakeDirectory,
    app: Flask,
    as_person: Callable[[str], Browser],
    as_admin: Callable[[], Browser],
) -> None:
    company.delete("ben")
    with app.app_context():
        a_run(company)
    ada, admin = as_person("ada"), as_admin()

    hidden = ada.get("/people/ben").get_text()
    missing = ada.get("/people/nobody").get_text()
    admin.get("/people/ben")

    assert hidden.replace("ben", "") == missing.replace("nobody", "")
    assert "No directory has this person any more" in admin.text
    assert "Ben Özgür" not in ada.get("/people/ada").get_text()


def test_a_help_text_is_shown_as_typed(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    text = "<b>Bold</b> & {{7*7}}\nsecond line"
    with app.app_context(), transaction():
        fill_from_directory("phone", "telephoneNumber", help_text=text)
    ada = as_person("ada")

    ada.get("/people/ada")

    bubble = ada.page.select_one("[role=tooltip]")
    assert bubble.get_text(strip=True) == text
    assert bubble.select("b") == []


def test_a_field_without_help_has_no_mark(as_person: Callable[[str], Browser]) -> None:
    cem = as_person("cem")

    cem.get("/people/ben")

    assert cem.page.select(".kv .tip") == []


def test_a_login_that_is_no_address_is_reached_by_its_number(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    an_entry(company, "a/b", "Slash Person")
    with app.app_context():
        a_run(company)
        number = get_person("a/b").id
    ada = as_person("ada")

    link = ada.get("/people", q="slash").select_one(".pcard a")["href"]

    assert link == f"/people/id:{number}"
    assert ada.get(link).select_one("h1").get_text(strip=True) == "Slash Person"


def test_b74_somebody_who_is_their_own_manager_is_no_endless_page(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    company.set("ada", "manager", [f"uid=ada,ou=people,{SUFFIX}".encode()])
    with app.app_context():
        a_run(company)
    ada = as_person("ada")

    ada.get("/people/ben")

    assert chain(ada) == ["Ada Lovelace", "Ben Özgür"]
    assert ada.response.status_code == 200
    ada.get("/people/ada")
    assert ada.response.status_code == 200


def test_b74_a_ring_of_managers_is_cut_and_said(
    company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    company.set("ada", "manager", [f"uid=ben,ou=people,{SUFFIX}".encode()])
    with app.app_context():
        a_run(company)
    ada = as_person("ada")

    ada.get("/people/ben")

    assert chain(ada) == ["Ada Lovelace", "Ben Özgür"]
    assert "circle" in ada.text
