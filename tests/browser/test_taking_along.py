"""The phone list and the tokens of an account in a browser: without barriers, by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitors


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_the_phone_list_and_tokens_have_no_barrier_and_work_by_keyboard(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = visitors.colleague(width, color_scheme=scheme, bypass_csp=True)
    page, found = visitor.page, {}

    def look(what: str) -> None:
        found[what] = [*barriers(page, axe), page.evaluate(SIDEWAYS) or None]

    visitor.go("/people/print")
    look("phone list")
    expect(page.locator(".phones li")).to_have_count(30)
    visitor.go("/mine/tokens")
    page.get_by_label("What it is for").fill("Phone system")
    page.keyboard.press("Enter")
    made = page.get_by_role("textbox", name="Your token")
    expect(made).to_have_value(re.compile("^lup_"))
    look("tokens")
    page.get_by_role("link", name="Revoke Phone system").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Revoke the token")
    look("the question before one is revoked")
    page.get_by_role("button", name="Revoke token").press("Enter")
    expect(page.get_by_text("You have no tokens")).to_be_visible()

    assert {what: said for what, said in found.items() if said != [None]} == {}
