"""What becomes of values when a field changes, and who is shown which of them."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.audit.events import events_about
from lupweb.database import db
from lupweb.people.models import Person
from tests.blueprints.admin.conftest import CANARY
from tests.blueprints.admin.filling import ORDER, added, form_of, names, saved
from tests.browsing import Browser
from tests.factories import a_run
from tests.fakes import FakeDirectory

pytestmark = pytest.mark.usefixtures("company")


def people() -> list[Person]:
    """Return everybody, by login."""
    return list(db.session.scalars(db.select(Person).order_by(Person.login)))


def test_another_type_shows_first_which_values_would_not_fit_and_is_taken_when_agreed_to(
    admin: Browser, company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    added(admin, "Extension", source="ldap", attribute="telephoneNumber")
    with app.app_context():
        a_run(company)
    path = "/admin/fields/extension/edit"
    looked = {**form_of(admin, path), "type": "email", "look": "1"}

    admin.post(path, **looked)
    shown, status = admin.text, admin.response.status_code
    refused = saved(admin, "extension", type="email")
    said = admin.text
    agreed = saved(admin, "extension", type="email", confirmed_type="email")

    assert (status, refused, agreed) == (200, 422, 303)
    assert "2 of 2 values would not fit" in shown
    assert "2 of 2 values would not fit the new type. Nothing has been saved." in said
    assert "ask Ada" in said
    assert "ask Ada" in as_person("ada").get("/people/sam").get_text()


def test_values_become_what_they_are_under_another_type(
    admin: Browser, company: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    company.set("ben", "telephoneNumber", [b"01.03.2018"])
    company.set("ada", "telephoneNumber", [b"2019-12-24"])
    company.set("sam", "telephoneNumber", [])
    added(admin, "Since", source="ldap", attribute="telephoneNumber")
    with app.app_context():
        a_run(company)

    assert saved(admin, "since", type="date") == 303

    with app.app_context():
        values = {each.login: each.document["values"].get("since") for each in people()}
        assert values == {"ada": "2019-12-24", "ben": "2018-03-01", "sam": None}
        assert all(each.provenance["since"]["source"] == "ldap" for each in people()[1:2])


def test_a_directory_that_does_not_answer_is_named_and_the_field_can_be_saved(
    admin: Browser, company: FakeDirectory
) -> None:
    company.go_down()

    page = admin.get("/admin/fields/phone/edit").get_text()

    assert "Main LDAP does not answer now" in page
    assert saved(admin, "phone", attribute="noSuchThing") == 303


def test_the_page_of_a_field_tells_how_many_have_a_value_and_what_somebody_sees(
    admin: Browser,
) -> None:
    admin.get("/admin/fields/phone/edit?preview=ada&check=1")

    assert "2 of 3 people have a value." in admin.text
    assert "1 value does not fit the type." in admin.text
    assert "ask Ada" in admin.text
    assert "telephoneNumber: +49 611 20570" in admin.text
    assert "Ada Lovelace sees it of other people, like everybody." in admin.text
    assert "Comes from LDAP (attribute telephoneNumber)" in admin.text


def test_the_administrator_is_not_shown_what_is_kept_from_them(admin: Browser) -> None:
    for query in ("preview=ben", "preview=sam", "check=1"):
        page = admin.get(f"/admin/fields/emergency/edit?{query}")
        assert CANARY not in str(page), query
    assert "Sam Safe sees it of other people, as a member of Safety." in (
        admin.get("/admin/fields/emergency/edit?preview=sam").get_text()
    )
    assert "a value here that is kept from you" in (
        admin.get("/admin/fields/emergency/edit?preview=ben").get_text()
    )


def test_preview_as_shows_a_profile_as_somebody_else_sees_it(admin: Browser) -> None:
    admin.get("/admin/fields/preview?profile=ben&viewer=Ada Lovelace")
    page = admin.get(admin.response.location)

    assert "So Ada Lovelace sees this profile." in page.get_text()
    assert "Ben Özgür" in page.h1.get_text()  # type: ignore[union-attr]


def test_preview_as_a_member_shows_nothing_that_is_kept_from_the_administrator(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    assert CANARY in str(as_person("sam").get("/people/ben"))
    for reader in ("sam", "ben"):
        for path in (f"/people/ben?as={reader}", f"/people/ben.vcf?as={reader}"):
            admin.get(path)
            assert CANARY not in admin.response.get_data(as_text=True), path


def test_nobody_but_an_administrator_takes_somebodys_place(
    as_person: Callable[[str], Browser],
) -> None:
    page = as_person("ada").get("/people/ben?as=sam")

    assert CANARY not in str(page)
    assert "sees this profile" not in page.get_text()


def test_a_deleted_field_comes_back_with_its_values(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    admin.get("/admin/fields/manager/delete")
    asked = admin.text

    admin.post("/admin/fields/manager/delete")
    gone = "Reports to" not in str(ada.get("/people/ben"))
    admin.get(admin.response.location)
    admin.post("/admin/fields/manager/restore")

    assert "2 values in lupweb go with it." in asked
    assert gone
    ben = ada.get("/people/ben")
    row = next(each for each in ben.select(".kv > div") if "Reports to" in each.get_text())
    assert row.select_one("a[href='/people/ada']")


def test_a_standard_field_is_renamed_and_not_deleted(admin: Browser) -> None:
    page = admin.get("/admin/fields/phone/edit")
    assert "Delete field" not in page.select_one(".savebar").get_text()  # type: ignore[union-attr]

    admin.post("/admin/fields/phone/delete")

    assert admin.response.status_code == 422
    assert saved(admin, "phone", **{"name-en": "Desk phone"}) == 303
    assert names(admin, "contact")[0] == "Desk phone"


def test_every_change_is_recorded_with_who_made_it(admin: Browser, app: Flask) -> None:
    saved(admin, "im", **{"name-en": "Messenger"})
    admin.get("/admin/fields")
    admin.post(ORDER, down="im")

    with app.app_context():
        moved, changed = events_about("im")
        assert (moved.kind, moved.changes) == (
            "field.moved", {"place": [["contact", 2, 3], ["contact", 3, 3]]},
        )  # fmt: skip
        assert (changed.kind, changed.changes) == ("field.changed", {"name": ["Chat", "Messenger"]})
        assert changed.actor == "account:1"
