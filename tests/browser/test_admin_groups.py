"""Groups in a browser: seen on any screen, used by keyboard, and without a script."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.people.models import Group
from lupweb.profiles.editor import define_category
from tests.browser.screens import NARROW_FIRST
from tests.browser.test_accessibility import barriers
from tests.browser.test_pages import SIDEWAYS
from tests.browser.visitors import Visitor, Visitors
from tests.factories import SUFFIX, a_run
from tests.fakes import FakeDirectory

PASSWORD = "an administrator's password"
GROUPS = f"ou=groups,{SUFFIX}"
PAGES = (
    "/admin/groups",
    "/admin/groups/staff/members",
    "/admin/groups/team/members",
    "/admin/groups/team/edit",
    "/admin/groups/staff/edit",
    "/admin/groups/staff/delete",
    "/admin/groups/find",
    "/admin/groups/new",
    "/admin/groups/person?person=p7",
)


@pytest.fixture(autouse=True)
def _set_up(app: Flask, directory: FakeDirectory, demo_login: tuple[str, str]) -> None:
    """An administrator, a local group, and one of the directory with another inside."""
    names = [f"uid=p{number},ou=people,{SUFFIX}".encode() for number in range(20)]
    inside = f"cn=Field service (long name of a group inside),{GROUPS}"
    for dn, members in ((inside, names[5:]), (f"cn=staff,{GROUPS}", [*names[:5], inside.encode()])):
        directory.add(dn, {"objectClass": [b"groupOfNames"], "member": members})
    with app.app_context():
        with transaction():
            create_admin("admin", PASSWORD)
            staff = {"directory_id": 1, "dn": f"cn=staff,{GROUPS}"}
            db.session.add(Group(key="staff", name="Everybody who works here", **staff))
            db.session.add(Group(key="team", name="Team", logins=["ada", "short", "later"]))
            db.session.add(Group(key="team-2", name="Теam"))
            db.session.flush()
            define_category("inner", "Inner circle", visible_to=["staff"], applies_to=["team"])
        a_run(directory)


def administrator(visitors: Visitors, width: int = 1280, **window: object) -> Visitor:
    visitor = visitors.stranger(width, **window)
    visitor.sign_in_unseen("admin", PASSWORD)
    return visitor


def shown(page: Page) -> list[str]:
    return page.locator(".member .person b").all_inner_texts()


@pytest.mark.parametrize(("width", "scheme"), NARROW_FIRST)
def test_no_page_of_groups_has_a_barrier_or_scrolls_sideways(
    visitors: Visitors, axe: Path, width: int, scheme: str
) -> None:
    visitor = administrator(visitors, width, color_scheme=scheme, bypass_csp=True)
    found = {}

    for path in PAGES:
        visitor.go(path)
        found[path] = (barriers(visitor.page, axe), visitor.page.evaluate(SIDEWAYS))

    assert not any(any(each) for each in found.values()), found


def test_people_are_added_and_taken_out_by_keyboard(visitors: Visitors) -> None:
    visitor = administrator(visitors)
    visitor.go("/admin/groups/team/members")
    page = visitor.page
    entry = page.get_by_role("combobox", name="People", exact=True)

    entry.focus()
    page.keyboard.type("Person Number1")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".chip--on")).to_have_count(1)
    page.get_by_role("button", name="Add people").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 person was added.")).to_be_visible()
    added = shown(page)
    page.get_by_role("checkbox", name="Take Ada Lovelace out").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Take the ticked ones out").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 person was taken out.")).to_be_visible()

    assert sorted(added) == ["Ada Lovelace", "Person Number1", "王"]
    assert sorted(shown(page)) == ["Person Number1", "王"]
    assert visitor.complaints == []


def test_a_group_is_declared_used_and_replaced_without_javascript(visitors: Visitors) -> None:
    visitor = administrator(visitors, 390, java_script_enabled=False)
    page = visitor.page

    visitor.go("/admin/groups")
    page.get_by_role("link", name="From a directory").click()
    page.get_by_label("Name or description").fill("")
    page.get_by_role("button", name="Search the directory").click()
    page.get_by_role("link", name="Declare Field").click()
    page.get_by_role("button", name="Save group").click()
    expect(page.get_by_text("It has not been read yet.")).to_be_visible()
    visitor.go("/admin/groups/team/members")
    page.get_by_label("People", exact=True).fill("p3; p4@example.com")
    page.get_by_role("button", name="Add people").click()
    expect(page.get_by_text("2 people were added.")).to_be_visible()
    visitor.go("/admin/groups/staff/delete")
    page.get_by_label("Group that takes its place everywhere").select_option("team")
    page.get_by_role("button", name="Delete group").click()

    expect(page.get_by_text("“Everybody who works here” was deleted.")).to_be_visible()
    expect(page.locator(".lines > li", has_text="team").first).to_contain_text("4 people")
