"""The edit pages for everybody: axe finds no barrier, and nothing scrolls sideways."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser.editing import (
    EDIT,
    a_photograph,
    a_site_to_edit,
    leave_without_a_question,
    save,
    saved,
)
from tests.browser.screens import NARROW_DARK, WIDE_LIGHT, thorough
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor
from tests.fakes import FakeDirectory


@pytest.fixture
def demo_login(app: Flask, directory: FakeDirectory) -> tuple[str, str]:
    """Ben, whose profile has a field of each control; pictures are people's own."""
    return a_site_to_edit(app, directory)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photograph."""
    return a_photograph(tmp_path)


@pytest.fixture(params=[thorough(WIDE_LIGHT), NARROW_DARK])
def ben(request: pytest.FixtureRequest, visitors) -> Visitor:
    """Ben, with a wide or a narrow screen, in light or dark."""
    width, scheme = request.param
    # axe comes from outside the page, which the policy of the site rightly refuses
    visitor = visitors.colleague(width, color_scheme=scheme, bypass_csp=True)
    leave_without_a_question(visitor)
    visitor.go(EDIT)
    return visitor


def test_the_form_and_the_pages_of_a_picture_have_no_barrier(
    ben: Visitor, axe: Path, picture: Path
) -> None:
    page, found = ben.page, {}
    page.get_by_label("Skills", exact=True).fill("Sonar, Code review")
    page.get_by_label("Skills", exact=True).press("Enter")
    found["form"] = barriers(page, axe)
    page.locator("#picture").set_input_files(picture)
    expect(page.get_by_role("dialog")).to_be_visible()
    found["dialog"] = barriers(page, axe)
    page.get_by_role("button", name="Use picture").click()
    save(page)
    saved(page)
    for path in ("/people/ben", "/people/ben/crop", "/people/ben/history"):
        ben.go(path)
        found[path] = barriers(page, axe)

    assert not any(found.values()), found


def test_a_conflict_and_mistakes_have_no_barrier(ben: Visitor, axe: Path) -> None:
    page, other = ben.page, ben.context.new_page()
    other.goto(ben.address + EDIT)
    other.get_by_label("About", exact=True).fill("Other")
    save(other)
    saved(other)
    page.get_by_label("About", exact=True).fill("Mine")
    page.get_by_label("Mobile", exact=True).fill("nonsense")
    page.get_by_label("Deputy", exact=True).fill("lov")
    save(page)
    expect(page.locator(".conflict")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_visible()

    assert barriers(page, axe) == []


@pytest.mark.parametrize("width", [320, thorough(1280)])
def test_nothing_scrolls_sideways(visitors, width: int, picture: Path) -> None:
    visitor = visitors.colleague(width)
    leave_without_a_question(visitor)
    page, wider_by = visitor.page, {}
    visitor.go(EDIT)
    page.get_by_label("Skills", exact=True).fill("Long" * 25)
    page.get_by_label("About", exact=True).fill("W" * 300)
    page.locator("#picture").set_input_files(picture)
    page.get_by_role("button", name="Use picture").click()
    wider_by["form"] = page.evaluate(SIDEWAYS)
    page.get_by_label("Mobile", exact=True).fill("W" * 300)
    save(page)
    expect(page.get_by_role("alert")).to_be_visible()
    wider_by["problem"] = page.evaluate(SIDEWAYS)
    page.get_by_label("Mobile", exact=True).fill("")
    save(page)
    saved(page)
    for path in ("/people/ben", "/people/ben/history", EDIT):
        visitor.go(path)
        wider_by[path] = page.evaluate(SIDEWAYS)

    assert set(wider_by.values()) == {0}, wider_by
    assert [text for text in visitor.complaints if "status of 422" not in text] == []
