"""My contacts in a browser: with the script in place, without it, by keyboard, without barriers."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lupweb import clock
from lupweb.database import transaction
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.writing import Hand, store_values
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitors

NAMES = ("Person Number0", "王")


@pytest.fixture(autouse=True)
def _birthdays(app: Flask, demo_login: tuple[str, str]) -> None:
    """Everybody's birthday is told, and two have one today."""
    today = f"{clock.now():%m-%d}"
    with app.app_context():
        with transaction():
            define_field(
                "birthday",
                "Birthday",
                category="work",
                type_key="date",
                options={"anniversary": "day"},
            )
        for login in ("p0", "short"):
            with transaction():
                person = get_person(login)
                hand = Hand("user", f"person:{person.id}", clock.now())
                store_values(load_layout(), person, {"birthday": f"--{today}"}, hand)


def star(page: Page, name: str) -> object:
    return page.get_by_role("button", name=f"{name} in my contacts").first


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_a_star_turns_in_its_place_and_no_page_has_a_barrier(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = visitors.colleague(width, color_scheme=scheme, bypass_csp=True)
    page, found = visitor.page, {}
    visitor.go("/people?q=number0")

    star(page, NAMES[0]).press("Enter")
    expect(star(page, NAMES[0])).to_have_attribute("aria-pressed", "true")
    expect(star(page, NAMES[0])).to_be_focused()
    expect(page.locator("[data-live]")).to_have_text("Now in my contacts")
    expect(page).to_have_url(re.compile("/people\\?q=number0$"))
    star(page, NAMES[0]).click()
    expect(star(page, NAMES[0])).to_have_attribute("aria-pressed", "false")
    star(page, NAMES[0]).click()
    visitor.go("/people/short")
    page.get_by_role("button", name="Keep in my contacts").click()
    expect(page.get_by_role("button", name="Keep in my contacts", pressed=True)).to_be_visible()
    for path in ("/contacts", "/contacts/people/short", "/contacts/anniversaries"):
        visitor.go(path)
        found[path] = [*barriers(page, axe), page.evaluate(SIDEWAYS) or None]

    assert {path: said for path, said in found.items() if said != [None]} == {}
    assert visitor.complaints == []


def test_without_a_script_the_same_forms_do_it_all(visitors: Visitors) -> None:
    visitor = visitors.colleague(java_script_enabled=False)
    page = visitor.page
    visitor.go("/people?q=number0&view=list")

    star(page, NAMES[0]).press("Enter")
    expect(page).to_have_url(re.compile("/people\\?q=number0&view=list#star-"))
    expect(star(page, NAMES[0])).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="My contacts").first.click()
    expect(page.get_by_text("Birthday, today")).to_be_visible()
    page.get_by_role("link", name=re.compile("Note, groups")).press("Enter")
    page.get_by_label("Note").fill("Knows boats\n<b>bold</b>")
    page.get_by_label("Into a new group").fill("Harbour")
    page.get_by_role("button", name="Save contact").press("Enter")
    harbour = page.get_by_role("region", name="Harbour")
    expect(harbour.get_by_text("<b>bold</b>")).to_be_visible()
    star(page, NAMES[0]).click()

    expect(page.get_by_text("Nobody is in this group yet")).to_be_visible()
