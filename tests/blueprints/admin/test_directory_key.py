"""What tells the people of a directory apart, in the browser: chosen once, changed by a page."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.accounts.service import create_admin
from lupweb.audit.events import events_about
from lupweb.database import db, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.directories.service import get_directory
from tests.blueprints.admin.conftest import ADMIN_PASSWORD
from tests.blueprints.admin.filling import form_of
from tests.blueprints.admin.test_directories import MAIN, NEW
from tests.browsing import Browser
from tests.factories import READER_PASSWORD
from tests.fakes import FakeDirectory

KEY = f"{MAIN}/key"
NUMBERS = {"ada": b"1", "ben": b"2", "sam": b"3"}


@pytest.fixture
def numbered(company: FakeDirectory) -> FakeDirectory:
    for login, number in NUMBERS.items():
        company.set(login, "employeeNumber", [number])
    return company


def show(admin: Browser, attribute: str = "employeeNumber") -> int:
    admin.get(KEY)
    admin.post(KEY, attribute=attribute)
    return admin.response.status_code


def shown_digest(admin: Browser) -> str:
    found = admin.page.select_one("input[name=digest]")
    assert found
    return str(found["value"])


def ids(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(select(Identity.unique_id)))


def directory(app: Flask) -> Directory:
    with app.app_context():
        found = get_directory("main")
        db.session.expunge(found)
        return found


def add(admin: Browser, **changes: str) -> int:
    admin.get("/admin/directories/new?kind=openldap")
    admin.post("/admin/directories/new", **{**NEW, **changes})
    return admin.response.status_code


def test_the_form_names_what_tells_people_apart_and_leads_to_the_page_that_changes_it(
    admin: Browser,
) -> None:
    page = admin.get(MAIN)

    assert page.select_one(f"a[href='{KEY}']")
    assert "the unique id of the server" in admin.text
    assert page.select_one("input[type=hidden][name=id_attribute]")


def test_a_form_cannot_change_it_for_people_who_are_known(
    admin: Browser, numbered: FakeDirectory, app: Flask
) -> None:
    admin.post(MAIN, **{**form_of(admin, MAIN), "id_attribute": "employeeNumber"})

    assert admin.response.status_code == 422
    assert "everybody would be somebody else" in admin.text
    assert directory(app).id_attribute == ""


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("employeeNumber", "2 of 3 entries have not exactly one usable employeeNumber: uid="),
        ("emploeeNumber", "knows no attribute emploeeNumber"),
        ("userPassword", "userPassword"),
        ("uid", ""),
    ],
)
def test_a_new_directory_takes_only_what_is_proven(
    admin: Browser, company: FakeDirectory, attribute: str, said: str
) -> None:
    company.set("ada", "employeeNumber", [b"1"])
    given = {"bind_password": READER_PASSWORD, "additional_user_dn": "ou=people"}
    status = add(admin, id_attribute=attribute, **given)

    assert status == (422 if said else 303)
    assert said in admin.text or not said


def test_it_is_shown_first_and_then_done_exactly_as_shown(
    admin: Browser, numbered: FakeDirectory, app: Flask
) -> None:
    before = ids(app)
    assert show(admin) == 200
    said, unchanged = admin.text, ids(app)
    digest = shown_digest(admin)
    admin.post(KEY, attribute="employeeNumber", digest=digest)
    admin.get(admin.response.location)

    assert "3 found by what told them apart so far" in said
    assert "Change it for these 3 people" in said
    assert unchanged == before
    assert ids(app) == ["1", "2", "3"]
    assert "3 people are told apart by employeeNumber from now on" in admin.text
    admin.get("/admin/sync")
    assert "What decides who is read from Main LDAP was changed. A dry run shows" in admin.text
    with app.app_context():
        assert [each.kind for each in events_about("main")] == ["directory.changed"]


def test_what_changed_meanwhile_is_shown_again(
    admin: Browser, numbered: FakeDirectory, app: Flask
) -> None:
    before = ids(app)
    show(admin)
    digest = shown_digest(admin)
    numbered.set("sam", "employeeNumber", [b"33"])
    admin.post(KEY, attribute="employeeNumber", digest=digest)

    assert admin.response.status_code == 409
    assert "have changed since this was shown" in admin.text
    assert ids(app) == before


def test_what_cannot_tell_apart_is_refused_with_the_entries(
    admin: Browser, company: FakeDirectory
) -> None:
    assert show(admin) == 422
    assert "3 of 3 entries have not exactly one usable employeeNumber: uid=ada" in admin.text


def test_only_system_administrators_change_it(
    company: FakeDirectory, browser: Callable[[], Browser], app: Flask
) -> None:
    with app.app_context(), transaction():
        create_admin("clerk", ADMIN_PASSWORD, is_system=False)
    clerk = browser().sign_in("clerk", ADMIN_PASSWORD)

    assert show(clerk) == 403


def test_that_nothing_but_a_value_tells_apart_stands_on_every_page(
    admin: Browser, app: Flask
) -> None:
    with app.app_context(), transaction():
        found = get_directory("main")
        found.keyed_by, found.is_keyed_by_value = "uid", True
    admin.get("/admin/sync")

    assert "“Main LDAP” gives its entries no unique id" in admin.text
    assert "told apart by uid" in admin.text


def test_an_attribute_that_not_everybody_may_see_is_not_shown_by_the_assistant(
    admin: Browser, company: FakeDirectory
) -> None:
    for login in NUMBERS:
        company.set(login, "homePhone", [f"ZQX-{login}".encode()])

    assert show(admin, "homephone") == 422

    assert "Not everybody may see the field that homephone fills" in admin.text
    assert "ZQX-" not in admin.response.get_data(as_text=True)
