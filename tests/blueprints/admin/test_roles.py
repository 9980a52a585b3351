"""B31: every address of the administration, asked by every role."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.configfile.category_editing import (
    add_category,
    category_draft,
    move_category,
    move_field,
    place_field,
    remove_category,
    save_category,
)
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.field_draft import new_draft
from lupweb.configfile.field_editing import (
    add_field,
    bring_field_back,
    field_draft,
    fit_of_draft,
    remove_field,
    save_field,
)
from lupweb.configfile.group_editing import (
    add_group,
    add_members,
    group_draft,
    new_group,
    remove_group,
    remove_members,
    save_group,
)
from lupweb.configfile.group_members import members_meant, person_meant
from lupweb.configfile.group_overview import group_page, groups_of_one, groups_overview
from lupweb.configfile.stored import read_setup
from lupweb.database import db, transaction
from lupweb.errors import Forbidden
from lupweb.lists.models import SavedList
from lupweb.orgchart.models import OrgChart
from lupweb.profiles.field_preview import chosen_person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.overview import overview
from lupweb.runs.states import FULL
from lupweb.sync.applying import request_plan
from lupweb.sync.steering import (
    approve_shown,
    ask_for_run,
    let_run_go_on,
    pause_run,
    stop_run,
)
from lupweb.texts import _
from lupweb.undo.service import request_undo
from tests.architecture.source import ROOT
from tests.browsing import Browser
from tests.factories import SECRET_KEY

EMPLOYEE = Viewer(person_id=1, role=Role.EMPLOYEE)
KEYS = {
    "admin_fields": "emergency",
    "admin_categories": "safety",
    "admin_groups": "safety",
    "admin_people": "id:1",
    "admin_directories": "main",
    "admin_sync": "1",
}
QUERIES = {"admin_people.merge_two": "?first=id:1"}


def admin_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("admin"):
            key = KEYS.get(rule.endpoint.partition(".")[0], "none")
            values = dict.fromkeys(rule.arguments, key)
            yield (
                rule,
                app.url_map.bind("localhost").build(
                    rule.endpoint, values, method=sorted(rule.methods or ())[0]
                ),
            )


def test_b31_every_address_below_admin_is_guarded(app: Flask) -> None:
    below = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")}

    assert below == {rule.endpoint for rule, _address in admin_rules(app)}
    assert len(below) > 8


def test_b31_nobody_but_administrators_comes_in(
    app: Flask, as_person: Callable[[str], Browser], admin: Browser
) -> None:
    with app.app_context(), transaction():
        db.session.add(SavedList(key="none", name="A list"))
        db.session.add(OrgChart(key="none", name="A chart", manager_field="manager"))
    employee = as_person("sam")
    employee.get("/people")
    admin.get("/admin/fields")
    for rule, address in admin_rules(app):
        if "GET" in (rule.methods or ()):
            assert app.test_client().get(address).status_code == 302, address
            employee.get(address)
            assert employee.response.status_code == 403, address
            admin.get(address + QUERIES.get(rule.endpoint, ""))
            assert admin.response.status_code in (200, 302), address


def test_b31_nobody_but_administrators_sends_anything(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    employee = as_person("sam")
    token = employee.get("/people").select_one("input[name=csrf_token]")
    assert token
    with app.app_context():
        before = read_setup(SECRET_KEY)
    for rule, address in admin_rules(app):
        if "POST" in (rule.methods or ()):
            data = {"csrf_token": token["value"], "up": "im", "name-en": "Mine"}
            assert employee.client.post(address, data=data).status_code == 403, address
    with app.app_context():
        assert read_setup(SECRET_KEY) == before


@pytest.mark.usefixtures("in_app", "company")
@pytest.mark.parametrize(
    "act",
    [
        lambda who: open_setup(who, SECRET_KEY),
        lambda who: change_setup(who, read_setup(SECRET_KEY), {}, SECRET_KEY),
        lambda who: field_draft(who, "phone", SECRET_KEY),
        lambda who: add_field(who, new_draft("fields"), SECRET_KEY),
        lambda who: save_field(who, load_layout(), new_draft("fields"), SECRET_KEY),
        lambda who: remove_field(who, "emergency", SECRET_KEY),
        lambda who: bring_field_back(who, "emergency", SECRET_KEY),
        lambda who: fit_of_draft(who, load_layout(), new_draft("fields")),
        lambda who: category_draft(who, "work", SECRET_KEY),
        lambda who: add_category(who, new_draft("categories"), SECRET_KEY),
        lambda who: save_category(who, new_draft("categories"), SECRET_KEY),
        lambda who: remove_category(who, "safety", "work", SECRET_KEY),
        lambda who: move_category(who, "safety", 1, SECRET_KEY),
        lambda who: move_field(who, "phone", 1, SECRET_KEY),
        lambda who: place_field(who, "phone", "work", "", SECRET_KEY),
        lambda who: chosen_person(who, "ada"),
        lambda who: group_draft(who, "safety", SECRET_KEY),
        lambda who: add_group(who, new_group(name="Mine"), SECRET_KEY),
        lambda who: save_group(who, new_group(name="Mine"), SECRET_KEY),
        lambda who: remove_group(who, "safety", "", SECRET_KEY),
        lambda who: add_members(who, "safety", ["ada"], SECRET_KEY),
        lambda who: remove_members(who, "safety", ["sam"], SECRET_KEY),
        lambda who: members_meant(who, ["ada"]),
        lambda who: person_meant(who, "id:1"),
        lambda who: groups_overview(who, {}, SECRET_KEY),
        lambda who: group_page(who, "safety", SECRET_KEY, {}, ("", 1)),
        lambda who: groups_of_one(who, 1, {}, SECRET_KEY),
        lambda who: overview(who, load_layout()),
        lambda who: ask_for_run(who, "main", FULL, by="Sam", reason=_("test")),
        lambda who: pause_run(who, 1, by="Sam"),
        lambda who: let_run_go_on(who, 1),
        lambda who: stop_run(who, 1, by="Sam"),
        lambda who: approve_shown(who, 1, "x"),
        lambda who: request_plan(who, 1, trigger="Sam"),
        lambda who: request_undo(who, 1, trigger="Sam"),
    ],
)
def test_b27_the_domain_itself_lets_nobody_else_change_the_set_up(
    act: Callable[[Viewer], object],
) -> None:
    with pytest.raises(Forbidden):
        act(EMPLOYEE)


def test_every_page_has_its_help(app: Flask) -> None:
    pages = {name.removeprefix("admin_") for name in app.blueprints if name.startswith("admin_")}

    assert {name for name in pages if not (ROOT / f"docs/admin/{name}.md").exists()} == set()
