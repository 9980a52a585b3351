"""Whom a directory shows is looked at before it is saved that others are shown."""

import pytest
from flask import Flask

from lupweb.directories.service import get_directory
from tests.blueprints.admin.test_directories import MAIN, everything_answers, send
from tests.browsing import Browser
from tests.fakes import FakeDirectory

__all__ = ["everything_answers"]


def test_b80_a_filter_is_saved_once_somebody_has_seen_whom_it_reads(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    company.set("ada", "employeeType", [b"Left"])
    changes = {
        "user_filter": "(|(uid=ada)(uid=ben))", "disabled_attribute": "employeeType",
        "disabled_value": "left",
    }  # fmt: skip

    first = send(admin, **changes)
    numbers = [each.get_text() for each in admin.page.select(".stat b")]

    assert (first, numbers) == (200, ["2", "0", "1", "1"])
    assert "Nothing has been saved yet" in admin.text
    assert "Sam Safe" in admin.text
    assert stored(app) == ("(objectClass=inetOrgPerson)", "")
    seen = str(admin.page.select_one("[name=seen]")["value"])  # type: ignore[index]

    assert send(admin, **{**changes, "disabled_value": "gone"}, seen=seen) == 200
    assert send(admin, **changes, seen=seen) == 303
    assert stored(app) == ("(|(uid=ada)(uid=ben))", "employeeType")
    assert send(admin, name="Hamburg") == 303


def test_a_filter_is_saved_although_the_directory_cannot_be_asked(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    company.go_down()

    assert send(admin, user_filter="(uid=ada)") == 200
    assert "Save all the same" in admin.text
    seen = str(admin.page.select_one("[name=seen]")["value"])  # type: ignore[index]

    assert send(admin, user_filter="(uid=ada)", seen=seen) == 303
    assert stored(app)[0] == "(uid=ada)"


def test_attributes_are_offered_once_the_directory_was_tested(
    admin: Browser, everything_answers: None
) -> None:
    assert admin.get(MAIN).select("datalist option") == []

    send(admin, **{"try": "connection"})

    offered = [each["value"] for each in admin.get(MAIN).select("#attributes option")]
    assert "employeeType" in offered
    assert "userPassword" not in offered


@pytest.mark.parametrize(
    ("changes", "place", "meant"),
    [
        ({"disabled_attribute": "employeTyp", "disabled_value": "left"}, "", "employeeType"),
        ({"login_attribute": "uidd"}, "", "uid"),
        ({"email_attribute": "maill"}, "", "mail"),
        (
            {"name_attribute": "displayNam", "login_attribute": "uidd"},
            "name_attribute",
            "displayName",
        ),
    ],
)
def test_an_attribute_that_the_directory_does_not_know_is_refused(
    admin: Browser, changes: dict[str, str], place: str, meant: str
) -> None:
    status = send(admin, **changes)

    assert status == 422
    error = admin.page.select_one(f"#f-{place or next(iter(changes))}-error")
    assert error
    assert f"Is {meant} meant?" in error.get_text()


def test_an_attribute_is_not_looked_for_where_no_directory_answers(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    company.go_down()

    assert send(admin, login_attribute="uidd") == 303
    with app.app_context():
        assert get_directory("main").login_attribute == "uidd"


def stored(app: Flask) -> tuple[str, str]:
    with app.app_context():
        found = get_directory("main")
        return found.user_filter, found.disabled_attribute
