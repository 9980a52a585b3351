"""Policies, settings, cards and edit rights in a browser, on any screen."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.people.models import Group
from lupweb.profiles.rights import EditRight, store_edit_right
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor, Visitors

PASSWORD = "an administrator's password"
PAGES = (
    "/admin/policies",
    "/admin/settings",
    "/admin/card?preview=ada&reader=p1",
    "/admin/rights",
)


@pytest.fixture(autouse=True)
def _set_up(app: Flask, demo_login: tuple[str, str]) -> None:
    """An administrator, a group with a long name, and a right."""
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)
        db.session.add(Group(key="long", name="Group" * 20))
        db.session.flush()
        store_edit_right(EditRight(profiles_of_groups=("long",), editor_people=("ada", "gone")))


def administrator(visitors: Visitors, width: int = 1280, **window: object) -> Visitor:
    visitor = visitors.stranger(width, **window)
    visitor.sign_in_unseen("admin", PASSWORD)
    return visitor


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_has_a_barrier_or_scrolls_sideways(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = administrator(visitors, width, color_scheme=scheme, bypass_csp=True)
    found: dict[str, object] = {}

    for path in PAGES:
        visitor.go(path)
        found[path] = barriers(visitor.page, axe)
        found[f"{path} is wider by"] = visitor.page.evaluate(SIDEWAYS)
    visitor.go("/admin/rights")
    visitor.page.get_by_role("button", name="Give right").click()
    visitor.page.get_by_role("alert").wait_for()
    found["refused"] = barriers(visitor.page, axe)

    assert not any(found.values()), found


def test_the_card_is_shown_as_it_would_be_while_fields_are_chosen(visitors: Visitors) -> None:
    visitor = administrator(visitors)
    visitor.go("/admin/card?preview=ada")
    page = visitor.page

    page.get_by_label("Below the name").select_option("phone")

    expect(page.locator("#card-preview .pcard__title")).to_have_text("+49 611 20570")
    visitor.go("/people/ada")
    expect(page.locator("main").get_by_text("+49 611 20570").first).to_be_visible()
    assert visitor.complaints == []
