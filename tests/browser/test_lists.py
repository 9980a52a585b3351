"""Saved lists in a browser: seen on any screen, saved over the page, and without a script."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.people.models import Group
from tests.browser.screens import NARROW_DARK, NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitors
from tests.configfile.files import applied

PASSWORD = "an administrator's password"
FILE = """
[site]
embed_hosts = ["intranet.example.com"]

[[lists]]
key = "porto"
name = "Porto office, with a rather long name for a list that nobody has shortened yet"
query = "location:Porto"
view = "table"

[[lists]]
key = "nobody"
name = "Nobody"
query = "location:Nowhere"
groups = ["team"]

[[start_pages]]
list = "porto"
"""
PAGES = (
    "/people?q=number&view=table&column=phone",
    "/lists/new?q=number",
    "/embed/lists/porto",
    "/admin/lists",
)
OTHERS = ("/lists/porto", "/lists/porto?q=number", "/lists", "/admin/lists/porto/edit")
"""Made of the same parts: looked at where everything is asked for."""


@pytest.fixture(autouse=True)
def _set_up(app: Flask, demo_login: tuple[str, str]) -> None:
    """An administrator, a group, two lists and a start page."""
    with app.app_context():
        with transaction():
            create_admin("admin", PASSWORD)
            db.session.add(Group(key="team", name="Team", logins=[]))
        applied(FILE)


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_of_lists_has_a_barrier_or_scrolls_sideways(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = visitors.stranger(width, color_scheme=scheme, bypass_csp=True)
    visitor.sign_in_unseen("admin", PASSWORD)
    found = {}

    for path in PAGES if (width, scheme) == NARROW_DARK else PAGES + OTHERS:
        visitor.go(path)
        found[path] = (barriers(visitor.page, axe), visitor.page.evaluate(SIDEWAYS))

    assert not any(any(each) for each in found.values()), found


def test_what_is_shown_is_saved_over_the_page_and_columns_are_sent_together(
    visitors: Visitors,
) -> None:
    visitor = visitors.stranger(1280)
    visitor.sign_in_unseen("admin", PASSWORD)
    page = visitor.page
    visitor.go("/people?q=number&view=table")

    page.locator("#columns summary").click()
    page.get_by_role("checkbox", name="Location").uncheck()
    page.get_by_role("checkbox", name="Phone").uncheck()
    expect(page.get_by_role("columnheader", name="Location")).to_be_visible()
    page.get_by_role("button", name="Show these columns").click()
    expect(page.get_by_role("columnheader", name="Location")).to_have_count(0)
    page.get_by_role("link", name="Save as list").click()
    dialog = page.get_by_role("dialog", name="Save as list")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Numbers")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Numbers", level=1)).to_be_visible()
    expect(page.get_by_role("columnheader", name="Phone")).to_have_count(0)
    assert visitor.complaints == []
