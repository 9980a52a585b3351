"""The administration in a browser: by pointer, by keyboard, without script, on any screen."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.people.models import Group
from lupweb.profiles.editor import define_category
from tests.browser.screens import NARROW_FIRST, thorough
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor, Visitors
from tests.factories import SECRET_KEY

PASSWORD = "an administrator's password"
EDITOR = "/admin/fields"
PAGES = (
    EDITOR,
    "/admin/fields/phone/edit?preview=ada&check=1",
    "/admin/fields/new?category=work",
    "/admin/fields/emergency/delete",
    "/admin/fields/emergency/move",
    "/admin/fields/preview?profile=person&viewer=ada",
    "/admin/categories/safety/edit",
    "/admin/categories/safety/delete",
)


@pytest.fixture(autouse=True)
def _set_up(app: Flask, demo_login: tuple[str, str]) -> None:
    """An administrator, an empty category, groups with long names, and a directory to choose."""
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)
        db.session.add_all(
            Group(key=f"group{number}", name=f"{'Group' * 9} {number}") for number in range(15)
        )
        define_category("empty", "Empty one")
        add_directory(
            "hr",
            "Human resources " * 4,
            uris=["ldap://127.0.0.2:1"],
            tls=Tls.NONE,
            bind_dn="",
            bind_password="",
            base_dn="dc=hr",
            secret_key=SECRET_KEY,
        ).is_enabled = False


def administrator(visitors: Visitors, width: int = 1280, **window: object) -> Visitor:
    """Return the window of somebody who signed in as the administrator."""
    visitor = visitors.stranger(width, **window)
    visitor.sign_in_unseen("admin", PASSWORD)
    return visitor


def order(page: Page, category: str) -> list[str]:
    return page.locator(f"#category-{category} .frow__name a").all_inner_texts()


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_of_the_administration_has_a_barrier(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = administrator(visitors, width, color_scheme=scheme, bypass_csp=True)
    found = {}

    for path in PAGES:
        visitor.go(path)
        found[path] = barriers(visitor.page, axe)
    visitor.go("/admin/fields/phone/edit")
    visitor.page.get_by_label("Name in English").fill(" ")
    visitor.page.get_by_role("button", name="Save field").click()
    visitor.page.get_by_role("alert").wait_for()
    found["refused"] = barriers(visitor.page, axe)

    assert not any(found.values()), found


@pytest.mark.parametrize("width", [320, thorough(390), thorough(768), thorough(1280)])
def test_nothing_scrolls_sideways_however_long_a_name_is(visitors: Visitors, width: int) -> None:
    visitor = administrator(visitors, width)
    wider_by = {}

    for path in PAGES:
        visitor.go(path)
        before = visitor.page.evaluate(SIDEWAYS)
        visitor.page.locator("bdi").evaluate_all(
            "all => all.forEach(each => { each.textContent = 'W'.repeat(90) })"
        )
        wider_by[path] = (before, visitor.page.evaluate(SIDEWAYS))

    assert set(wider_by.values()) == {(0, 0)}, wider_by


def test_an_arrow_moves_at_once_keeps_the_focus_and_says_the_place(visitors: Visitors) -> None:
    visitor = administrator(visitors)
    visitor.go(EDITOR)
    page = visitor.page
    down = page.get_by_role("button", name="Move Phone down")

    down.focus()
    with page.expect_response(re.compile("/order")) as answer:
        page.keyboard.press("Enter")

    assert answer.value.ok
    expect(down).to_be_focused()
    expect(page.locator("[data-live]")).to_have_text("Phone: place 2 of 3")
    assert order(page, "contact") == ["Chat", "Phone", "Website"]
    with page.expect_response(re.compile("/order")):
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move Phone up")).to_be_focused()
    visitor.go(EDITOR)
    assert order(page, "contact") == ["Chat", "Website", "Phone"]
    assert visitor.complaints == []


def test_a_row_is_dragged_into_an_empty_category(visitors: Visitors) -> None:
    visitor = administrator(visitors)
    visitor.go(EDITOR)
    page = visitor.page
    zone = page.locator("#category-empty")
    expect(zone.get_by_text("No field yet.")).to_be_visible()
    zone.scroll_into_view_if_needed()
    grip, target = page.locator("#field-emergency .grip").bounding_box(), zone.bounding_box()
    assert grip
    assert target

    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 90, target["y"] + target["height"] - 20, steps=8)
    with page.expect_response(re.compile("/order")) as answer:
        page.mouse.up()

    assert answer.value.ok
    expect(page.locator("[data-live]")).to_have_text("Emergency contact: place 1 of 1")
    visitor.go(EDITOR)
    assert order(page, "empty") == ["Emergency contact"]
    assert order(page, "safety") == []
    assert visitor.complaints == []


def test_escape_leaves_a_dragged_row_where_it_was(visitors: Visitors) -> None:
    visitor = administrator(visitors)
    visitor.go(EDITOR)
    page = visitor.page
    grip, target = page.locator("#field-phone .grip"), page.locator("#field-website")
    start, end = grip.bounding_box(), target.bounding_box()
    assert start
    assert end

    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + end["height"] - 4, steps=6)
    moved = order(page, "contact")
    page.keyboard.press("Escape")
    page.mouse.up()

    assert moved == ["Chat", "Website", "Phone"]
    assert order(page, "contact") == ["Phone", "Chat", "Website"]


def test_another_type_shows_its_settings_without_leaving_the_form(visitors: Visitors) -> None:
    visitor = administrator(visitors)
    visitor.go("/admin/fields/new?category=work")
    page = visitor.page
    page.get_by_label("Name in English").fill("Shoe size")

    page.get_by_label("Type", exact=True).select_option("number")

    expect(page.get_by_label("At most")).to_be_visible()
    expect(page.get_by_label("Name in English")).to_have_value("Shoe size")
    page.get_by_label("At most").fill("51")
    page.get_by_role("button", name="Save field").click()
    expect(page.locator("#field-shoe_size")).to_contain_text("Number")
    assert visitor.complaints == []


def test_everything_works_without_javascript(visitors: Visitors) -> None:
    visitor = administrator(visitors, java_script_enabled=False)
    page = visitor.page

    visitor.go("/people")
    page.get_by_role("link", name="Administration").first.click()
    page.get_by_role("button", name="Move Phone down").click()
    expect(page.get_by_text("Phone: place 2 of 3")).to_be_visible()
    page.get_by_role("link", name="New category").click()
    page.get_by_label("Name in English").fill("Skills")
    page.get_by_role("button", name="Save category").click()
    page.get_by_role("link", name="Field in Skills").click()
    page.get_by_label("Name in English").fill("Level")
    page.get_by_label("Type", exact=True).select_option("select")
    page.get_by_role("button", name="Show its settings").click()
    page.get_by_label("Options").fill("Some\nMuch")
    page.get_by_role("button", name="Save field").click()
    row = page.locator("#field-level")
    expect(row).to_contain_text("One option of a list")
    row.get_by_role("link", name="More for Level").click()
    page.get_by_role("link", name="Delete field").click()
    page.get_by_role("button", name="Delete field").click()
    page.get_by_role("button", name="Bring back").click()

    expect(page.locator("#field-level")).to_be_visible()


def test_one_list_of_groups_or_two(visitors: Visitors) -> None:
    visitor = administrator(visitors, java_script_enabled=False)
    visitor.go("/admin/categories/safety/edit")
    page = visitor.page

    expect(page.get_by_role("group", name="Applies to groups")).to_be_hidden()
    page.get_by_text("Separate settings").click()

    expect(page.get_by_role("group", name="Applies to groups")).to_be_visible()
    expect(page.get_by_role("group", name="Visible to groups")).to_be_visible()
    expect(page.get_by_role("group", name="Groups", exact=True)).to_be_hidden()
