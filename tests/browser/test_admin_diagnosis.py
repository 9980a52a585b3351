"""“Why is this value not here?” and the system page in a browser, on any screen."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.runs.service import finish, start
from lupweb.runs.states import FULL, RunState
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor, Visitors

PASSWORD = "an administrator's password"
PAGES = (
    "/admin/diagnosis",
    "/admin/diagnosis?person=ada&field=website",
    "/admin/diagnosis?person=ada",
    "/admin/system",
)


@pytest.fixture(autouse=True)
def _set_up(app: Flask, demo_login: tuple[str, str]) -> None:
    """An administrator, and a run that holds something."""
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)
        number = start("directory:main", trigger="test", mode=FULL, reason="test")
        finish(number, RunState.HELD, "38 of 4,812 people were not found.")


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
    visitor.go(PAGES[1])
    visitor.page.get_by_role("button", name="Check").click()
    expect(visitor.page.get_by_role("heading", name="16 checks")).to_be_visible()
    found["checked"] = barriers(visitor.page, axe)

    assert not any(found.values()), found


@pytest.mark.parametrize("script", [True, False])
def test_a_person_is_named_and_the_checks_are_opened_by_keyboard(
    visitors: Visitors, script: bool
) -> None:
    visitor = administrator(visitors, java_script_enabled=script)
    visitor.go("/admin/diagnosis")
    page = visitor.page

    page.get_by_label("Person", exact=True).fill("ada")
    page.get_by_label("Field", exact=True).select_option("website")
    page.get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")

    expect(page.locator(".verdict")).to_contain_text("Reason:")
    step = page.locator("details.step:not([open]) > summary").first
    step.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.step[open]").first).to_be_visible()


def test_what_needs_somebody_stands_on_every_page_of_the_administration(
    visitors: Visitors,
) -> None:
    visitor = administrator(visitors)

    for path in ("/admin/policies", "/admin/diagnosis"):
        visitor.go(path)
        expect(visitor.page.locator(".note--warn").first).to_contain_text("holds something back")
