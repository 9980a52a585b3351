"""Policies: who counts, who is shown, what is switched on."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.audit.events import events_about
from lupweb.database import db, transaction
from lupweb.options.service import options
from lupweb.profiles.models import ProfileField
from tests.blueprints.admin.filling import form_of
from tests.browsing import Browser
from tests.databases import counted_queries

pytestmark = pytest.mark.usefixtures("company")
PAGE = "/admin/policies"


def saved(browser: Browser, **changes: Any) -> int:
    sent = {**form_of(browser, PAGE), **changes}
    browser.post(PAGE, **{name: value for name, value in sent.items() if value is not None})
    return browser.response.status_code


def names(browser: Browser) -> list[str]:
    found = browser.get("/people").select(".pcard h3")
    return [each.get_text(strip=True) for each in found]


def test_what_is_saved_counts_and_is_recorded_with_who_did_it(admin: Browser, app: Flask) -> None:
    assert saved(admin, active_users="all", picture_max_mb="2") == 303
    assert saved(admin) == 303

    with app.app_context():
        assert (options()["active_users"], options()["picture_max_mb"]) == ("all", 2)
        (event,) = events_about("policies")
        assert event.kind == "policies.changed"
        assert event.actor.startswith("account:")
        assert event.changes["picture_max_mb"] == [8, 2]


def test_each_choice_says_how_many_people_it_concerns(admin: Browser) -> None:
    admin.get(PAGE)
    assert "0 of 3 people are hidden." in admin.text

    admin.post(PAGE, **{**form_of(admin, PAGE), "licence_group": "safety", "look": "1"})

    assert "2 of 3 people are hidden." in admin.text
    assert "With the group that is saved now, 0 people have no licence." in admin.text


def test_people_without_a_licence_stand_in_no_list_as_soon_as_they_are_hidden(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("ada")
    assert len(names(ada)) == 3

    saved(admin, unlicensed_users="hide", licence_group="safety")
    hidden = names(ada)
    found = ada.get("/people", q="ben").select(".pcard h3")
    saved(admin, unlicensed_users="show")

    assert hidden == ["Sam Safe"]
    assert found == []
    assert len(names(ada)) == 3


def test_hiding_people_costs_no_question_more(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    ada = as_person("sam")

    def questions() -> list[str]:
        ada.get("/people")
        with counted_queries() as sent:
            ada.get("/people")
        return sent

    usual = questions()
    saved(admin, unlicensed_users="hide", licence_group="safety")
    hiding = questions()

    assert len(hiding) == len(usual)
    assert not any("JOIN membership" in each and "FROM person" in each for each in hiding)


def test_read_only_mode_is_said_on_every_page(
    admin: Browser, as_person: Callable[[str], Browser]
) -> None:
    saved(admin, read_only="1")

    ada = as_person("ada")
    ada.get("/people")
    assert "read-only mode" in ada.text
    ada.get("/people/ada/edit")
    assert ada.response.status_code != 200
    assert saved(admin, read_only=None) == 303
    ada.get("/people")
    assert "read-only mode" not in ada.text


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("picture_max_mb", "9", "Write a whole number from 1 to 8."),
        ("picture_max_megapixels", "many", "“many” is no number."),
        ("licence_group", "nothing", "There is no group “nothing”."),
        ("active_users", "some", "“some” is not known here."),
        ("writes_per_second", "0", "Write a whole number from 1 to 1000."),
        ("never_written", "mail\nno attribute", "“no attribute”"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_input(
    admin: Browser, name: str, value: str, sentence: str
) -> None:
    status = saved(admin, **{name: value})

    assert status == 422
    assert sentence in admin.text


def test_b104_an_attribute_that_a_field_is_saved_to_is_barred_only_when_it_is_no_more(
    admin: Browser, app: Flask
) -> None:
    with app.app_context(), transaction():
        field = db.session.scalars(select(ProfileField).filter_by(key="phone")).one()
        field.writes_back = True

    assert saved(admin, never_written="title\n telephonenumber ", writes_per_second="7") == 422
    assert "“Phone” is saved to telephoneNumber. Switch that off first." in admin.text
    assert saved(admin, never_written="title\n\n employeeType ", writes_per_second="7") == 303

    with app.app_context():
        assert options()["never_written"] == ("title", "employeeType")
        assert options()["writes_per_second"] == 7
        (event,) = events_about("policies")
        assert event.changes["never_written"] == [[], ["title", "employeeType"]]
    form = form_of(admin, "/admin/fields/position/edit")
    admin.post("/admin/fields/position/edit", **{**form, "write_back": "1"})
    assert admin.response.status_code == 422
    assert "An administrator has barred title from being written." in admin.text


def test_a_form_that_is_out_of_date_is_asked_again(admin: Browser) -> None:
    sent = form_of(admin, PAGE)
    saved(admin, active_users="all")

    admin.post(PAGE, **sent)

    assert admin.response.status_code == 422
    assert "Somebody changed this while the form was open." in admin.text


@pytest.mark.parametrize("path", [PAGE, "/admin/settings", "/admin/card", "/admin/rights"])
def test_nobody_but_administrators_comes_in(as_person: Callable[[str], Browser], path: str) -> None:
    ada = as_person("ada")
    ada.get(path)
    assert ada.response.status_code == 403
    ada.get("/people")
    ada.post(path)
    assert ada.response.status_code == 403
