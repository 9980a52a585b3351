"""Records that may be one person, in a browser: side by side, by keyboard, without barriers."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor, Visitors
from tests.factories import a_run, an_entry
from tests.fakes import FakeDirectory

PASSWORD = "an administrator's password"
PAGE = "/admin/identities"


@pytest.fixture(autouse=True)
def _recreated(app: Flask, directory: FakeDirectory, demo_login: tuple[str, str]) -> None:
    """Two accounts with awkward names were deleted, and made anew."""
    with app.app_context():
        with transaction():
            create_admin("admin", PASSWORD)
        for login, name in (("long", f"Freiherr {'Wolfgang-' * 12}"), ("short", "王")):
            directory.delete(login)
            an_entry(directory, login, name)
        a_run(directory)


def administrator(visitors: Visitors, width: int = 1280, **window: object) -> Visitor:
    """Return the window of somebody who signed in as the administrator."""
    visitor = visitors.stranger(width, **window)
    visitor.sign_in_unseen("admin", PASSWORD)
    return visitor


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_of_identities_has_a_barrier_or_scrolls_sideways(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = administrator(visitors, width, color_scheme=scheme, bypass_csp=True)
    found: dict[str, object] = {}

    for path in (PAGE, f"{PAGE}?show=decided"):
        visitor.go(path)
        found[path] = [*barriers(visitor.page, axe), visitor.page.evaluate(SIDEWAYS) or None]

    assert {path: said for path, said in found.items() if said != [None]} == {}


def test_pairs_are_told_apart_by_keyboard_and_without_script(visitors: Visitors) -> None:
    visitor = administrator(visitors, java_script_enabled=False)
    page = visitor.page
    visitor.go(PAGE)

    page.get_by_role("button", name=about("Two people")).press("Enter")

    expect(page.get_by_text("They are two people")).to_be_visible()
    expect(page.get_by_role("button", name=about("Two people"))).to_have_count(0)
    page.get_by_role("link", name="Two people").press("Enter")
    page.get_by_role("button", name=about("Propose again")).press("Enter")
    page.get_by_role("link", name="To be decided").press("Enter")
    page.get_by_role("link", name=about("The same person")).press("Enter")
    expect(page.get_by_role("heading", name="Merge two records")).to_be_visible()


def about(what: str) -> re.Pattern[str]:
    """Return the name of a button for the pair that is called "short"."""
    return re.compile(rf"{what}\W+short")
