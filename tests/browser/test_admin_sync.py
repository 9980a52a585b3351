"""Directories and synchronization in a browser: on any screen, by keyboard, without a script."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.runs import service as runs
from lupweb.runs.leases import name_run, take
from lupweb.runs.states import RunState
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor, Visitors
from tests.factories import SUFFIX, a_run
from tests.fakes import FakeDirectory

PASSWORD = "an administrator's password"
PAGES = (
    "/admin/directories",
    "/admin/directories/main",
    "/admin/directories/new?kind=active_directory",
    "/admin/directories/main/remove",
    "/admin/sync",
    "/admin/sync/schedule?of=main",
    "/admin/sync/runs",
    "/admin/sync/runs/2",
    "/admin/sync/runs/2?show=people",
    "/admin/sync/runs/1/undo",
)


@pytest.fixture(autouse=True)
def _set_up(app: Flask, directory: FakeDirectory, demo_login: tuple[str, str]) -> None:
    """An administrator, and a run that found too few people."""
    for number in range(20):
        directory.delete(f"p{number}")
    directory.set("short", "departmentNumber", ["工程部二".encode()])
    with app.app_context():
        with transaction():
            create_admin("admin", PASSWORD)
        a_run(directory)


@pytest.fixture
def at_work(app: Flask) -> int:
    """A run that is in the middle of its work."""
    with app.app_context(), transaction():
        lease = take("directory:main", "Ada")
        run_id = runs.start("directory:main", trigger="Ada", mode="full", reason="")
        name_run(lease, run_id)
        runs.tell_progress(run_id, 812, 1070, {"new": 2, "changed": 41, "unchanged": 769})
    return run_id


def administrator(visitors: Visitors, width: int = 1280, **window: object) -> Visitor:
    visitor = visitors.stranger(width, **window)
    visitor.sign_in_unseen("admin", PASSWORD)
    return visitor


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_of_synchronization_has_a_barrier_or_scrolls_sideways(
    visitors: Visitors, axe: Path, at_work: int, width: int, scheme: str
) -> None:
    visitor = administrator(visitors, width, color_scheme=scheme, bypass_csp=True)
    found = {}

    for path in PAGES:
        visitor.go(path)
        found[path] = (barriers(visitor.page, axe), visitor.page.evaluate(SIDEWAYS))

    assert not any(any(each) for each in found.values()), found


def test_progress_is_shown_while_one_looks_and_a_run_is_paused_by_keyboard(
    visitors: Visitors, app: Flask, at_work: int
) -> None:
    visitor = administrator(visitors)
    page = visitor.page
    visitor.go("/admin/sync")

    page.get_by_role("button", name="Pause").focus()
    with app.app_context(), transaction():
        runs.tell_progress(at_work, 1001)
    expect(page.get_by_text("1,001 of about 1,070 people")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("pauses as soon as this block is written")).to_be_visible()
    with app.app_context(), transaction():
        runs.finish(at_work, RunState.FAILED, "broken off")
    expect(page.get_by_role("button", name="Let it go on")).to_be_visible()

    assert visitor.complaints == []


def test_a_directory_is_tried_and_saved_without_javascript(
    visitors: Visitors, directory: FakeDirectory, app: Flask
) -> None:
    visitor = administrator(visitors, 390, java_script_enabled=False)
    page = visitor.page

    visitor.go("/admin/directories")
    page.get_by_role("link", name="Settings and test").click()
    page.get_by_label("Filter: who is read").fill("(uid=short)")
    page.get_by_role("button", name="Show whom this reads").click()
    expect(page.get_by_text("entries found")).to_be_visible()
    expect(page.get_by_label("Filter: who is read")).to_have_value("(uid=short)")
    page.get_by_label("Where people are").fill(f"ou=people,{SUFFIX},no dn")
    page.get_by_role("button", name="Save directory").click()
    expect(page.get_by_role("heading", name="Nothing has been saved yet")).to_be_visible()
    page.get_by_label("Where people are").fill("ou=people")
    page.get_by_role("button", name="Save directory").click()
    expect(page.get_by_text("entries found")).to_be_visible()  # whom the new filter reads
    page.get_by_role("button", name="Save directory").click()

    expect(page.get_by_text("“Main LDAP” was saved.")).to_be_visible()


def test_what_was_held_is_looked_at_and_applied_without_javascript(visitors: Visitors) -> None:
    visitor = administrator(visitors, java_script_enabled=False)
    page = visitor.page

    visitor.go("/admin/sync")
    page.get_by_role("link", name="Look at it").click()
    expect(page.locator(".plist > li")).to_have_count(20)
    page.get_by_role("button", name="Apply these 20").click()

    expect(page.get_by_role("button", name="Apply these")).to_have_count(0)
