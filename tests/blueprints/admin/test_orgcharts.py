"""Org charts as administrators define and repair them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask

from lupweb.audit.models import AuditEvent
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.orgchart.models import OrgChart
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_category, define_field
from tests.browsing import Browser
from tests.factories import SUFFIX, a_run
from tests.fakes import FakeDirectory

ADMIN = "/admin/org-charts"


@pytest.fixture
def admin(company: FakeDirectory, app: Flask, as_admin: Callable[[], Browser]) -> Browser:
    """An administrator of a company with two fields that name a person, and no chart."""
    with app.app_context(), transaction():
        define_field("mentor", "Mentor", category="work", type_key="user_select")
    return as_admin()


def charts(app: Flask) -> list[OrgChart]:
    with app.app_context():
        rows = db.select(OrgChart).order_by(OrgChart.position)
        found = list(db.session.scalars(rows))
        db.session.expunge_all()
        return found


def add(admin: Browser, **values: Any) -> None:
    admin.get(f"{ADMIN}/new")
    admin.post(f"{ADMIN}/new", **values)


def revised(admin: Browser, key: str, **values: Any) -> Mapping[str, Any]:
    page = admin.get(f"{ADMIN}/{key}/edit")
    return {"revision": page.select_one("input[name=revision]")["value"], **values}


def test_a_chart_is_added_renamed_and_deleted(admin: Browser, app: Flask) -> None:
    assert "No org chart yet" in admin.get(ADMIN).get_text()
    assert admin.get(f"{ADMIN}/new").select_one("option[selected]")["value"] == "manager"
    add(admin, name="Who reports to whom", manager_field="manager", dotted_fields="mentor",
        top="Ada Lovelace")  # fmt: skip
    chart = charts(app)[0]
    assert (chart.key, chart.manager_field) == ("who_reports_to_whom", "manager")
    assert (chart.dotted_fields, chart.top) == (["mentor"], ["ada"])
    assert "Ada Lovelace" in admin.get(f"/org-chart/{chart.key}").get_text()

    changed = revised(admin, chart.key, name="Line", manager_field="manager", top="ada; ben")
    admin.post(f"{ADMIN}/{chart.key}/edit", **changed)
    assert (charts(app)[0].name, charts(app)[0].top) == ("Line", ["ada", "ben"])

    admin.get(f"{ADMIN}/{chart.key}/delete")
    admin.post(f"{ADMIN}/{chart.key}/delete")
    assert charts(app) == []
    with app.app_context():
        kinds = [each.kind for each in db.session.scalars(db.select(AuditEvent))]
    assert kinds[-3:] == ["org_chart.added", "org_chart.changed", "org_chart.removed"]


def test_what_was_typed_stays_where_it_is_refused(admin: Browser, app: Flask) -> None:
    add(admin, name="", manager_field="phone", dotted_fields="mentor", top="ben")
    assert admin.response.status_code == 422
    assert "Give it a name." in admin.text
    assert admin.page.select_one("input[name=dotted_fields][checked]")["value"] == "mentor"
    assert "ben" in [each["value"] for each in admin.page.select("input[name=top]")]

    add(admin, name="Line", manager_field="phone")
    assert "“phone” is no field that names a person" in admin.text
    add(admin, name="Line", manager_field="manager", top="no such person")
    assert "Nobody here is found by “no such person”" in admin.text
    assert admin.page.select_one("title").get_text().startswith("Problem:")
    assert charts(app) == []


def test_a_form_that_somebody_else_outran_is_refused_once(admin: Browser, app: Flask) -> None:
    add(admin, name="Line", manager_field="manager")
    old = revised(admin, "line", name="Mine", manager_field="manager")
    admin.post(f"{ADMIN}/line/edit", **revised(admin, "line", name="T", manager_field="mentor"))

    admin.get(ADMIN)
    admin.post(f"{ADMIN}/line/edit", **old)

    assert admin.response.status_code == 422
    assert charts(app)[0].name == "T"


def test_arrows_change_which_chart_is_the_first(admin: Browser, app: Flask) -> None:
    for name, field in (("Line", "manager"), ("Mentors", "mentor")):
        add(admin, name=name, manager_field=field)
    assert admin.get("/people").select_one(".topnav a[href='/org-chart/line']") is not None
    admin.get(ADMIN)
    admin.post(f"{ADMIN}/mentors/move", step="up")
    admin.get(ADMIN)

    assert [each.key for each in charts(app)] == ["mentors", "line"]
    assert "Mentors: place 1 of 2." in admin.text
    assert admin.get("/people").select_one(".topnav a[href='/org-chart/mentors']") is not None


def test_who_is_to_be_repaired_is_listed_with_links_to_what_helps(
    admin: Browser, app: Flask, company: FakeDirectory
) -> None:
    add(admin, name="Line", manager_field="manager")
    company.set("sam", "manager", [f"uid=sam,ou=people,{SUFFIX}".encode()])
    company.set("ben", "manager", [f"uid=gone,ou=people,{SUFFIX}".encode()])
    with app.app_context():
        a_run(company)
    overview = admin.get(ADMIN).get_text(" ")
    admin.get(f"{ADMIN}/line/problems")
    first = admin.page.select(".lines .row a:last-child")
    admin.get(f"{ADMIN}/line/problems", flaw="self", page="1e9")
    second = admin.page.select(".lines .row a:last-child")
    with app.app_context(), transaction():  # as with somebody whom no directory has
        db.session.execute(db.update(Identity).values(is_gone=True))
    admin.get(f"{ADMIN}/line/problems", flaw="self")
    freed = admin.page.select(".lines .row a:last-child")

    explained = "/admin/diagnosis?person={}&field=manager".format
    assert "3 people" in overview
    assert [each["href"] for each in first] == [explained("ada")]
    assert [each["href"] for each in second] == [explained("sam")]
    assert [each["href"] for each in freed] == ["/people/sam/edit"]
    assert "1 person is named as their own manager." in admin.text
    assert admin.get("/org-chart/line").select_one(".chart-foot a")["href"].endswith("/problems")


def test_b37_an_administrator_outside_the_group_defines_a_chart_but_does_not_see_it(
    admin: Browser, app: Flask
) -> None:
    with app.app_context(), transaction():
        define_category("inner", "Inner", visible_to=["safety"])
        define_field("boss", "Boss", category="inner", type_key="user_select")
    add(admin, name="Inner", manager_field="boss")

    assert "You may not read the field" in admin.get(ADMIN).get_text()
    for path in (f"{ADMIN}/inner/problems", "/org-chart/inner", "/org-chart/inner.csv"):
        admin.get(path)
        assert admin.response.status_code == 404, path


def test_only_administrators_come_here(
    admin: Browser, as_person: Callable[[str], Browser], app: Flask
) -> None:
    add(admin, name="Line", manager_field="manager")
    ben = as_person("ben")
    for path in (ADMIN, f"{ADMIN}/new", f"{ADMIN}/line/edit", f"{ADMIN}/line/problems"):
        ben.get(path)
        assert ben.response.status_code == 403, path


def test_a_change_of_the_manager_shows_on_the_next_page(
    admin: Browser, app: Flask, company: FakeDirectory
) -> None:
    add(admin, name="Line", manager_field="manager")
    before = admin.get("/org-chart/line", focus="sam").get_text()
    with app.app_context():
        ben = get_person("ben").name
        company.set("sam", "manager", [f"uid=ben,ou=people,{SUFFIX}".encode()])
        a_run(company)
    after = admin.get("/org-chart/line", focus="sam", view="outline")
    line = [each.get_text() for each in after.select(".tree .who > b")]

    assert "Sam Safe" in before
    assert line.index("Sam Safe") > line.index(ben)
