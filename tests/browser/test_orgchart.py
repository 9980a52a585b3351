"""Org charts in a browser: on any screen, by keyboard and mouse, and on paper."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

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
SEEN = """() => {
    const box = document.querySelector('[data-centre]').getBoundingClientRect();
    const frame = document.querySelector('.chart').getBoundingClientRect();
    return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top
        && box.bottom <= frame.bottom && scrollX === 0 && scrollY === 0;
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
    close = page.get_by_role("link", name=re.compile("^1 below, 1 direct, close the team of"))

    assert page.evaluate(SEEN)
    shown = page.locator("svg.oc:not(.oc-paper)")
    page.emulate_media(media="print")
    assert page.locator(".oc-paper use").first.bounding_box()["width"] > 100
    expect(shown).not_to_be_in_viewport()
    assert len(re.findall(ONE_PAGE_OF_PDF, page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="screen")
    close.focus()
    page.keyboard.press("Enter")
    opens = page.get_by_role("link", name=re.compile("^1 below, 1 direct, open the team of"))
    expect(opens).to_be_focused()
    assert "open=" in page.url
    page.go_back()
    expect(close).to_be_visible()
    assert visitor.complaints == []


def test_whoever_is_found_without_a_script_is_in_the_middle_of_the_frame(
    visitors: Visitors,
) -> None:
    visitor = visitors.colleague(390, java_script_enabled=False)
    visitor.go(f"{LINE}?focus=Person%20Number15&view=chart&find=1")
    expect(visitor.page.locator("h1")).to_be_in_viewport()
    found = visitor.page.locator(".is-found .oc-box").first.bounding_box()
    frame = visitor.page.locator(".chart").bounding_box()

    assert visitor.page.locator("h1").bounding_box()["y"] > 0
    assert abs(found["x"] + found["width"] / 2 - frame["x"] - frame["width"] / 2) < 20
    assert frame["y"] < found["y"] < frame["y"] + frame["height"] - found["height"]


def test_a_chart_is_made_smaller_walked_through_and_moved(visitors: Visitors) -> None:
    visitor = visitors.colleague(1280)
    page = visitor.page
    visitor.go(LINE)
    chart, percent = page.locator(".chart"), page.locator("[data-zoom] .num")
    assert page.evaluate(SEEN)
    page.get_by_role("link", name="Back to 100").click()
    width = page.locator("svg.oc").first.bounding_box()["width"]
    assert page.locator(".oc a[id]").first.bounding_box()["y"] > chart.bounding_box()["y"]

    page.get_by_role("link", name="Zoom out").click()
    expect(percent).to_have_text("90\u00a0%")
    chart.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, 100)
    page.keyboard.up("Control")
    expect(percent).to_have_text("80\u00a0%")
    assert page.locator("svg.oc").first.bounding_box()["width"] == pytest.approx(width * 0.8, abs=2)
    assert "zoom=80" in page.url

    page.locator(".oc a[id]").first.focus()
    page.keyboard.press("ArrowDown")
    assert "Person Number" in page.evaluate("document.activeElement.textContent")
    opens_a_card(page)

    visitor.go(f"{LINE}?zoom=200")
    assert dragged_px(page, chart) == 300
    assert visitor.complaints == []


def dragged_px(page: Page, chart: Locator) -> int:
    """Drag the drawing 300 pixels to the left; return how far it went."""
    chart.evaluate("each => each.scrollLeft = 0")
    y = chart.bounding_box()["y"] + 10
    page.mouse.move(700, y)
    page.mouse.down()
    page.mouse.move(400, y, steps=3)
    page.mouse.up()
    return int(chart.evaluate("each => each.scrollLeft"))


def opens_a_card(page: Page) -> None:
    """Open the card over the box that has the focus, and the one below the pointer."""
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".over .star")).to_be_visible()
    page.keyboard.press("Escape")
    assert "Person Number" in page.evaluate("document.activeElement.textContent")
    name = page.locator(".oc-n").first.bounding_box()
    page.mouse.move(name["x"] + 9, name["y"] + 6)
    page.mouse.move(name["x"] + 12, name["y"] + 7)
    expect(page.locator(".over")).to_contain_text("Ada")


def test_the_outline_opens_a_team_that_was_not_sent(visitors: Visitors) -> None:
    visitor = visitors.colleague(390)
    visitor.go(LINE)
    page = visitor.page
    expect(page.locator(".chart")).to_be_hidden()

    page.locator("details[data-team] summary", has_text="יעל כהן").click()

    expect(page.get_by_role("link", name="Freiherr")).to_be_visible()
    assert visitor.complaints == []
