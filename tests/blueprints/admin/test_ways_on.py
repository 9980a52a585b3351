"""Where a page says that something is missing or comes later, it also says how to go on."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from tests.blueprints.admin.conftest import ADMIN_PASSWORD
from tests.blueprints.admin.filling import added, saved
from tests.browsing import Browser

COMES = "Its values come with the next run."


@pytest.fixture
def bare(app: Flask, browser: Callable[[], Browser]) -> Browser:
    """The administrator of a site in which nothing was set up yet."""
    with app.app_context(), transaction():
        create_admin("root", ADMIN_PASSWORD)
    return browser().sign_in("root", ADMIN_PASSWORD)


def test_the_page_of_a_person_leads_to_their_groups_and_why(admin: Browser) -> None:
    admin.get("/admin/people/id:1")
    link = admin.page.find("a", string="Groups of this person, and why")
    assert link is not None

    page = admin.get(str(link["href"]))

    assert page.select_one("h1").get_text(strip=True).startswith("Groups of ")
    assert "Ada Lovelace" in page.select_one("h1").get_text()


def test_a_site_without_groups_says_where_one_is_made(bare: Browser) -> None:
    for path in ("/admin/categories/new", "/admin/fields/new?category=work"):
        link = bare.get(path).find("a", string="Make one, or take one from a directory")
        assert link is not None
        assert link["href"] == "/admin/groups"


def test_a_field_that_is_read_from_ldap_says_when_its_values_come(admin: Browser) -> None:
    added(admin, "Room", source="ldap", attribute="roomNumber")
    assert COMES in admin.get("/admin/fields").get_text(" ")

    saved(admin, "room", searchable=[])
    assert COMES not in admin.get("/admin/fields").get_text(" ")

    saved(admin, "room", attribute="departmentNumber")
    assert COMES in admin.get("/admin/fields").get_text(" ")

    added(admin, "Hobby")
    assert COMES not in admin.get("/admin/fields").get_text(" ")
