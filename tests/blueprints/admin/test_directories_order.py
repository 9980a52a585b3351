"""Directories in the browser: put in order, switched off, taken away; by whom."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.directories.service import get_directory
from lupweb.people.models import Group, Person
from tests.blueprints.admin.test_directories import MAIN, NEW, add, order
from tests.browsing import Browser
from tests.fakes import FakeDirectory


def test_the_order_is_changed_with_buttons_and_the_focus_stays(admin: Browser) -> None:
    add(admin)
    admin.get("/admin/directories")
    admin.post("/admin/directories/porto/move", step="up")
    admin.get(admin.response.location)

    assert "Porto: place 1 of 2." in admin.text
    assert order(admin) == ["Porto", "Main LDAP"]


def test_a_directory_is_switched_off_and_on(admin: Browser, app: Flask) -> None:
    for wanted in ("0", "1"):
        admin.get("/admin/directories")
        admin.post(f"{MAIN}/switch", on=wanted)
        with app.app_context():
            assert get_directory("main").is_enabled is (wanted == "1")


def test_its_groups_go_before_a_directory(admin: Browser) -> None:
    admin.get(f"{MAIN}/remove")
    assert "Its groups go first" in admin.text

    admin.post(f"{MAIN}/remove", people="local")

    assert admin.response.status_code == 422
    assert order(admin) == ["Main LDAP"]


@pytest.mark.parametrize(("people", "state"), [("local", "active"), ("missing", "missing")])
def test_what_becomes_of_the_people_is_asked_when_a_directory_goes(
    admin: Browser, app: Flask, people: str, state: str
) -> None:
    without_groups(app)
    admin.get(f"{MAIN}/remove")
    asked = admin.text
    admin.post(f"{MAIN}/remove")
    refused = admin.response.status_code
    admin.get(f"{MAIN}/remove")
    admin.post(f"{MAIN}/remove", people=people)

    assert "3 people come from it; 3 of them are in no other directory" in asked
    assert refused == 422
    assert admin.response.status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Directory)).all() == []
        assert {str(each.state) for each in db.session.scalars(select(Person))} == {state}


def test_an_administrator_who_is_no_system_administrator_looks_and_changes_nothing(
    company: FakeDirectory, app: Flask, browser: Callable[[], Browser]
) -> None:
    with app.app_context(), transaction():
        create_admin("helper", "a helper's password", is_system=False)
    helper = browser().sign_in("helper", "a helper's password")

    helper.get(MAIN)
    token = helper.token
    answers = []
    for path in (
        MAIN,
        f"{MAIN}/switch",
        f"{MAIN}/move",
        f"{MAIN}/remove",
        "/admin/directories/new",
    ):
        helper.response = helper.client.post(path, data={"csrf_token": token, **NEW})
        answers.append(helper.response.status_code)

    assert answers == [403] * 5


def without_groups(app: Flask) -> None:
    with app.app_context(), transaction():
        for group in db.session.scalars(select(Group)):
            group.directory_id = None


def test_the_page_of_a_directory_says_what_answers_there_and_how_each_of_them_stands(
    admin: Browser, app: Flask
) -> None:
    add(admin)
    with app.app_context(), transaction():
        main = get_directory("main")
        main.state, main.server = "failed", {"vendor": "OpenLDAP"}

    page = admin.get("/admin/directories/main")
    tabs = [" ".join(each.get_text(" ").split()) for each in page.select(".tabs a")]

    assert tabs == ["Main LDAP last run failed", "Porto not read yet"]
    connection = page.select_one("section[aria-labelledby=h-connection] .badge")
    assert connection
    assert connection.get_text() == "OpenLDAP"
    assert not admin.get("/admin/directories/new").select_one("section .badge")
