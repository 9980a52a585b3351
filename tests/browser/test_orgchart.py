"""Org charts in a browser: on any screen, by keyboard and mouse, and on paper."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.database import db, transaction
from lupweb.orgchart.keeping import count_outdated
from lupweb.orgchart.models import OrgChart
from lupweb.profiles.editor import define_field
from lupweb.profiles.service import tell_everybody_changed
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import ONE_PAGE_OF_PDF, SIDEWAYS
from tests.browser.visitors import Visitor, Visitors
from tests.factories import SUFFIX, a_run
from tests.fakes import FakeDirectory

LINE = "/org-chart/line"
SMALL = "/org-chart/small?focus=long"
PAGES = (SMALL, f"{SMALL}&view=chart", "/admin/org-charts/line/edit")
MADE_OF_THE_SAME = ("/admin/org-charts", "/admin/org-charts/line/problems", f"{LINE}?focus=Person")
MIDDLE = """() => {
    const box = document.querySelector('[data-centre]').getBoundingClientRect();
    const frame = document.querySelector('.chart').getBoundingClientRect();
    return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top
        && box.bottom <= frame.bottom;
}"""


@pytest.fixture(autouse=True)
def _set_up(app: Flask, directory: FakeDirectory, demo_login: tuple[str, str]) -> None:
    """A chart with 28 people below Ada, a dotted line, and somebody who is their own manager."""
    directory.set("short", "manager", [f"uid=short,ou=people,{SUFFIX}".encode()])
    with app.app_context():
        with transaction():
            define_field("lead", "Project lead", category="work", type_key="user_select")
            chart = OrgChart(key="line", name="Who is where", manager_field="manager",
                             dotted_fields=["lead"])  # fmt: skip
            also = OrgChart(key="small", name="Team", manager_field="manager", top=["lead"])
            db.session.add_all([chart, also, RoleGrant(role=Role.ADMINISTRATOR, login="ada")])
            tell_everybody_changed()
        a_run(directory)
        with transaction():
            count_outdated()


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_of_charts_has_a_barrier_or_scrolls_sideways(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = visitors.colleague(width, color_scheme=scheme, bypass_csp=True)

    assert looked_at(visitor, axe, PAGES) == {}


@pytest.mark.thorough
def test_no_other_page_of_charts_has_one(visitors: Visitors, axe: Path) -> None:
    assert looked_at(visitors.colleague(390, bypass_csp=True), axe, MADE_OF_THE_SAME) == {}


def looked_at(visitor: Visitor, axe: Path, paths: Sequence[str]) -> dict[str, object]:
    """Return what is wrong with pages: barriers, and how far they scroll sideways."""
    found = {}
    for path in paths:
        visitor.go(path)
        found[path] = (barriers(visitor.page, axe), visitor.page.evaluate(SIDEWAYS))
    return {path: each for path, each in found.items() if any(each)}


def test_somebody_is_found_printed_and_their_team_closed_in_place(visitors: Visitors) -> None:
    visitor = visitors.colleague(1280)
    page = visitor.page
    visitor.go(f"{LINE}?focus=long")
    close = page.get_by_role("link", name=re.compile("^1 person, close the team of"))

    assert page.evaluate(MIDDLE)
    assert len(re.findall(ONE_PAGE_OF_PDF, page.pdf(prefer_css_page_size=True))) == 1
    close.focus()
    page.keyboard.press("Enter")
    opens = page.get_by_role("link", name=re.compile("^1 person, open the team of"))
    expect(opens).to_be_focused()
    assert "open=" in page.url
    page.go_back()
    expect(close).to_be_visible()
    assert visitor.complaints == []


def test_a_chart_is_made_smaller_walked_through_and_moved(visitors: Visitors) -> None:
    visitor = visitors.colleague(1280)
    page = visitor.page
    visitor.go(LINE)
    chart, percent = page.locator(".chart"), page.locator("[data-zoom] .num")
    width = page.locator("svg.oc").bounding_box()["width"]

    page.get_by_role("link", name="Zoom out").click()
    expect(percent).to_have_text("90\u00a0%")
    chart.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, 100)
    page.keyboard.up("Control")
    expect(percent).to_have_text("80\u00a0%")
    assert page.locator("svg.oc").bounding_box()["width"] == pytest.approx(width * 0.8, abs=2)
    assert "zoom=80" in page.url

    page.locator(".oc a[id]").first.focus()
    page.keyboard.press("ArrowDown")
    assert "Person Number" in page.evaluate("document.activeElement.textContent")

    chart.evaluate("each => each.scrollLeft = 0")
    y = chart.bounding_box()["y"] + 10
    page.mouse.move(700, y)
    page.mouse.down()
    page.mouse.move(400, y, steps=3)
    page.mouse.up()
    assert chart.evaluate("each => each.scrollLeft") == 300
    assert visitor.complaints == []


def test_the_outline_opens_a_team_that_was_not_sent(visitors: Visitors) -> None:
    visitor = visitors.colleague(390)
    visitor.go(LINE)
    page = visitor.page
    expect(page.locator(".chart")).to_be_hidden()

    page.locator("details[data-team] summary", has_text="יעל כהן").click()

    expect(page.get_by_role("link", name="Freiherr")).to_be_visible()
    assert visitor.complaints == []
