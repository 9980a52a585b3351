"""The directory that supplies a field alone, chosen on the page of the field (B78)."""

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.directories.models import DirectoryRole
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.connection import Tls
from lupweb.profiles.models import ProfileField
from tests.blueprints.admin.filling import form_of, saved
from tests.browsing import Browser
from tests.factories import READER, READER_PASSWORD, SECRET_KEY, SUFFIX

PHONE = "/admin/fields/phone/edit"


@pytest.fixture
def admin(company: object, app: Flask, admin: Browser) -> Browser:
    """An administrator of a site with a second directory."""
    with app.app_context(), transaction():
        add_directory(
            "hr",
            "Human resources",
            uris=["ldap://127.0.0.2:1"],
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=READER_PASSWORD,
            base_dn=SUFFIX,
            secret_key=SECRET_KEY,
        )
    return admin


def field(app: Flask) -> ProfileField:
    with app.app_context():
        return db.session.scalars(db.select(ProfileField).filter_by(key="phone")).one()


def test_one_directory_is_chosen_for_a_field_and_stays_chosen(admin: Browser, app: Flask) -> None:
    assert saved(admin, "phone", directory="hr") == 303
    page = admin.get("/admin/fields")

    assert field(app).directory == "hr"
    assert "come with the next run" in page.get_text()
    assert form_of(admin, PHONE)["directory"] == "hr"
    assert "Writing to “Human resources” is off" in admin.text
    assert "Writing to “Main LDAP”" not in admin.text
    assert saved(admin, "phone") == 303
    assert field(app).directory == "hr"


def test_a_field_is_let_fall_through_and_back_again(admin: Browser, app: Flask) -> None:
    assert saved(admin, "phone", directory="hr", fall_through="on") == 303

    assert field(app).falls_through is True
    assert form_of(admin, PHONE)["fall_through"]
    assert "Writing to “Main LDAP”" in admin.text  # of whoever is not in the chosen one
    assert saved(admin, "phone", source="user", attribute="") == 303
    assert field(app).falls_through is False


def test_a_field_that_ldap_fills_no_more_is_of_no_directory(admin: Browser, app: Flask) -> None:
    saved(admin, "phone", directory="hr")

    assert saved(admin, "phone", source="user", attribute="") == 303
    assert field(app).directory == ""


def test_what_is_no_directory_of_people_is_refused_beside_its_input(admin: Browser) -> None:
    assert saved(admin, "phone", directory="nowhere") == 422

    said = admin.page.select_one("#f-directory-error")
    assert said is not None
    assert "There is no directory “nowhere”." in said.get_text()


def test_a_directory_that_a_field_needs_is_not_taken_away(admin: Browser, app: Flask) -> None:
    saved(admin, "phone", directory="hr")
    page = admin.get("/admin/directories/hr/remove")
    assert page.select_one("a[href='/admin/fields/phone/edit#f-directory']")

    admin.post("/admin/directories/hr/remove", people="local")

    assert "The field “phone” takes its values from this directory alone." in admin.text
    assert field(app).directory == "hr"


def test_with_one_directory_there_is_nothing_to_choose(admin: Browser, app: Flask) -> None:
    with app.app_context(), transaction():
        get_directory("hr").role = DirectoryRole.DELEGATED

    page = admin.get(PHONE)
    assert page.select_one("#f-directory") is None
    assert page.select_one("[name='fall_through']") is None
