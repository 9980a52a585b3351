"""My contacts: stars, groups, notes and who was looked at, as the owner sees them in pages."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.database import transaction
from lupweb.options.registry import LICENCE_GROUP, UNLICENSED_USERS
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from tests.browsing import Browser

AsPerson = Callable[[str], Browser]


@pytest.fixture
def ada(as_person: AsPerson) -> Browser:
    """Ada, with her contacts open; she has none."""
    browser = as_person("ada")
    browser.get("/contacts")
    return browser


def starred(browser: Browser) -> list[str]:
    """Return who stands in the contacts of the page, panel by panel."""
    return [each.get_text() for each in browser.page.select(".plist .who a")]


def groups(browser: Browser) -> dict[str, list[str]]:
    """Return who stands in which panel."""
    return {
        panel.select_one("h2 bdi").get_text(): [
            each.get_text() for each in panel.select(".plist .who a")
        ]
        for panel in browser.page.select("section.panel:has(h2[id^=group-])")
    }


def change_state(app: Flask, login: str, state: PersonState) -> None:
    with app.app_context(), transaction():
        get_person(login).state = state


def test_a_star_puts_somebody_into_the_contacts_and_the_page_comes_back(ada: Browser) -> None:
    star = ada.get("/people").select_one("button.star[aria-label^='Ben']")

    answer = ada.client.post(
        "/contacts/star",
        data={"csrf_token": ada.token, "star": star["value"]},
        headers={"Referer": "http://localhost/people?q=ben&view=list"},
    )

    assert answer.status_code == 303
    assert answer.location == f"/people?q=ben&view=list#{star['id']}"
    ada.get("/contacts")
    assert starred(ada) == ["Ben Özgür"]
    for path in ("/people", "/people?view=list", "/people?view=table", "/people/ben"):
        pressed = ada.get(path).select("button.star[aria-pressed=true]")
        assert [each["name"] for each in pressed] == ["unstar"], path


def test_b15_a_star_leads_to_no_other_place(ada: Browser) -> None:
    for page in ("http://evil.example/people", "http://localhost/nowhere", "x", "http://[", ""):
        answer = ada.client.post(
            "/contacts/star",
            data={"csrf_token": ada.token, "star": "ben"},
            headers={"Referer": page},
        )
        assert answer.location.startswith("/contacts#"), page


def test_the_script_is_told_nothing_but_that_it_worked(ada: Browser) -> None:
    answer = ada.client.post(
        "/contacts/star",
        data={"csrf_token": ada.token, "star": "ben"},
        headers={"HX-Request": "true"},
    )

    assert (answer.status_code, answer.data) == (204, b"")


def test_kept_cards_have_each_their_own_stars(as_person: AsPerson, ada: Browser) -> None:
    ada.post("/contacts/star", star="ben")
    cem = as_person("cem")

    assert cem.get("/people").select("button.star[aria-pressed=true]") == []
    assert len(ada.get("/people").select("button.star[aria-pressed=true]")) == 1
    assert cem.get("/contacts").select(".plist li") == []


def test_nobody_is_starred_whom_the_viewer_may_not_see(app: Flask, ada: Browser) -> None:
    change_state(app, "cem", PersonState.MISSING)

    for handle in ("nobody", "id:999999", "", "id:", "cem"):
        ada.get("/contacts")
        ada.post("/contacts/star", star=handle)
        assert ada.response.status_code == 404, handle


def test_who_is_left_out_for_want_of_a_licence_is_no_contact(app: Flask, ada: Browser) -> None:
    ada.post("/contacts/star", star="ben")
    ada.get("/contacts")
    ada.post("/contacts/star", star="sam")
    with app.app_context(), transaction():
        set_option(UNLICENSED_USERS, "hide")
        set_option(LICENCE_GROUP, "safety")

    ada.get("/contacts")
    assert starred(ada) == ["Sam Safe"]
    ada.post("/contacts/star", star="ben")
    assert ada.response.status_code == 404


def test_who_leaves_disappears_and_comes_back_with_note_and_groups(
    app: Flask, ada: Browser
) -> None:
    ada.post("/contacts/people/ben", note="Knows boats", new_group="Harbour")
    change_state(app, "ben", PersonState.MISSING)

    assert "Knows boats" not in ada.get("/contacts").get_text()
    assert ada.get("/contacts/people/ben").select("form textarea") == []
    change_state(app, "ben", PersonState.ACTIVE)

    ada.get("/contacts")
    assert groups(ada) == {"Harbour": ["Ben Özgür"]}
    assert "Knows boats" in ada.text


def test_somebody_stands_in_several_groups_which_are_renamed_and_removed(ada: Browser) -> None:
    ada.post("/contacts/groups/new", name="Zebra")
    ada.get("/contacts")
    ada.post("/contacts/people/ben", note="", new_group="älter")
    page = ada.get("/contacts/people/ben")
    numbers = {
        each.parent.get_text(strip=True): each["value"] for each in page.select("input[name=group]")
    }
    assert list(numbers) == ["älter", "Zebra"]
    ada.post("/contacts/people/ben", note="", group=list(numbers.values()))
    ada.get("/contacts")
    ada.post("/contacts/star", star="cem")

    ada.get("/contacts")
    assert groups(ada) == {
        "älter": ["Ben Özgür"], "Zebra": ["Ben Özgür"], "No group": ["Cem Groß"],
    }  # fmt: skip
    ada.get("/contacts", group=numbers["Zebra"])
    assert groups(ada) == {"Zebra": ["Ben Özgür"]}
    ada.post(f"/contacts/groups/{numbers['Zebra']}", name="Yak")
    ada.get("/contacts/groups/new")
    ada.post(f"/contacts/groups/{numbers['älter']}/remove")
    ada.get("/contacts")
    assert groups(ada) == {"Yak": ["Ben Özgür"], "No group": ["Cem Groß"]}


def test_what_was_typed_stays_where_it_does_not_fit(ada: Browser) -> None:
    note = "a\n" + "x" * 1_001

    page = ada.post("/contacts/people/ben", note=note, new_group="Boats")

    assert ada.response.status_code == 422
    assert page.select_one("textarea").get_text() == note
    assert page.select_one("input[name=new_group]")["value"] == "Boats"
    assert "1003 characters" in ada.text
    ada.post("/contacts/groups/new", name="x" * 61)
    assert ada.response.status_code == 422
    assert ada.page.select_one("input[name=name]")["value"] == "x" * 61


def test_two_groups_of_one_name_are_refused_and_made_once(ada: Browser) -> None:
    for name in ("Boats", "boats", "Cars"):
        ada.get("/contacts/groups/new")
        ada.post("/contacts/groups/new", name=name)
    page = ada.get("/contacts")
    numbers = [each["href"] for each in page.select("section a[href^='/contacts/groups/']")]
    assert len(numbers) == 2
    ada.get("/contacts/groups/new")

    ada.post(numbers[0], name="CARS")

    assert ada.response.status_code == 422
    assert "already" in ada.text


def test_nobody_else_reads_notes_groups_or_contacts(
    ada: Browser, as_person: AsPerson, as_admin: Callable[[], Browser]
) -> None:
    ada.post("/contacts/people/ben", note="ZQ-NOTE", new_group="ZQ-GROUP")
    number = ada.get("/contacts").select_one("section a[href^='/contacts/groups/']")["href"]

    for other in (as_person("ben"), as_admin()):
        for path in (
            "/contacts", "/contacts?q=ZQ", "/contacts/people/ben", "/people/ben", number,
            "/contacts/export.vcf", "/people/ben/history", "/admin/people/ben", "/people?q=ZQ",
            f"/contacts?group={number.rsplit('/', 1)[1]}",
        ):  # fmt: skip
            other.get(path)
            assert b"ZQ-" not in other.response.data, path
        other.get("/contacts/groups/new")
        other.post(number, name="stolen")
        assert other.response.status_code == 404
        other.get("/contacts/groups/new")
        other.post(f"{number}/remove")
        assert other.response.status_code == 404
    assert b"ZQ-NOTE" not in ada.client.get("/contacts/export.vcf").data
    assert "ZQ-GROUP" in ada.get("/contacts").get_text()
