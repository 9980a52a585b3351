"""The administration of people in a browser: by keyboard, on any screen, without barriers."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.people.queries import get_person
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor, Visitors
from tests.factories import a_local_person

PASSWORD = "an administrator's password"
PEOPLE = "/admin/people"


@pytest.fixture
def records(app: Flask, demo_login: tuple[str, str]) -> tuple[str, str]:
    """Ada, and a local record of her from before."""
    with app.app_context():
        with transaction():
            create_admin("admin", PASSWORD)
        old = a_local_person("ada.old", "Ada Lovelace", department="Engines", im="ada@example.com")
        return f"id:{get_person('ada').id}", f"id:{old}"


def administrator(visitors: Visitors, width: int = 1280, **window: object) -> Visitor:
    """Return the window of somebody who signed in as the administrator."""
    visitor = visitors.stranger(width, **window)
    visitor.sign_in_unseen("admin", PASSWORD)
    return visitor


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_about_people_has_a_barrier_or_scrolls_sideways(
    visitors: Visitors, axe: Path, records: tuple[str, str], width: int, scheme: str
) -> None:
    ada, old = records
    visitor = administrator(visitors, width, color_scheme=scheme, bypass_csp=True)
    found: dict[str, object] = {}

    for path in (
        PEOPLE,
        f"{PEOPLE}?q=zzzzzz",
        f"{PEOPLE}/{ada}",
        f"{PEOPLE}/accounts",
        f"{PEOPLE}/merge?first={old}",
        f"{PEOPLE}/merge?first={old}&second={ada}",
    ):
        visitor.go(path)
        found[path] = [*barriers(visitor.page, axe), visitor.page.evaluate(SIDEWAYS) or None]
    visitor.page.get_by_role("button", name="Preview the result").click()
    visitor.page.get_by_role("heading", name="Afterwards").wait_for()
    found["preview"] = [*barriers(visitor.page, axe), visitor.page.evaluate(SIDEWAYS) or None]

    assert {path: said for path, said in found.items() if said != [None]} == {}


def test_two_records_are_merged_by_keyboard_and_without_script(
    visitors: Visitors, records: tuple[str, str]
) -> None:
    ada, old = records
    visitor = administrator(visitors, java_script_enabled=False)
    page = visitor.page
    visitor.go(f"{PEOPLE}/{old}")

    for name in ("Merge…", "Compare with Ada Lovelace, ada"):
        page.get_by_role("link", name=name).press("Enter")
    page.get_by_role("button", name="Preview the result").press("Enter")
    page.get_by_role("button", name="Merge the two records").press("Enter")

    expect(page.get_by_text("The two records are one now.")).to_be_visible()
    visitor.go("/people/ada.old")
    expect(page).to_have_url(f"{visitor.address}/people/ada")
    visitor.go(f"{PEOPLE}/{ada}")
    page.get_by_role("button", name="Undo the merge").press("Enter")
    expect(page.get_by_text("The two records are apart again.")).to_be_visible()
