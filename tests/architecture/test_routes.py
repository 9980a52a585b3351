"""Every address there is: who may come in, and nothing changes without a token."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from tests.browsing import Browser

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
OPEN = {"static", "auth.sign_in", "calendar.feed", "health.live", "health.ready", "lists.embed"}
ADMIN_PASSWORD = "an administrator's password"

ANSWERS = {
    "about.accessibility": (302, 200),
    "about.privacy": (302, 200),
    "about.site_help": (302, 200),
    "admin.index": (302, 302),
    "admin_card.index": (302, 200),
    "admin_categories.delete": (302, 404),
    "admin_categories.edit": (302, 404),
    "admin_categories.new": (302, 200),
    "admin_diagnosis.check": (302, 200),
    "admin_diagnosis.fix": (405, 405),
    "admin_diagnosis.index": (302, 200),
    "admin_fields.delete": (302, 404),
    "admin_fields.edit": (302, 404),
    "admin_fields.index": (302, 200),
    "admin_fields.move": (302, 404),
    "admin_fields.new": (302, 200),
    "admin_fields.order": (405, 405),
    "admin_fields.preview": (302, 200),
    "admin_fields.restore": (405, 405),
    "admin_directories.edit": (302, 404),
    "admin_directories.index": (302, 200),
    "admin_directories.move": (405, 405),
    "admin_directories.new": (302, 200),
    "admin_directories.key": (302, 404),
    "admin_directories.remove": (302, 404),
    "admin_directories.switch": (405, 405),
    "admin_directories.test_write": (405, 405),
    "admin_sync.apply": (405, 405),
    "admin_sync.approve": (405, 405),
    "admin_sync.keep": (405, 405),
    "admin_sync.go_on": (405, 405),
    "admin_sync.index": (302, 200),
    "admin_sync.pause": (405, 405),
    "admin_sync.progress": (302, 302),
    "admin_sync.runs": (302, 200),
    "admin_sync.schedule": (302, 200),
    "admin_sync.show": (302, 404),
    "admin_sync.start": (405, 405),
    "admin_sync.stop": (405, 405),
    "admin_sync.undo": (302, 404),
    "admin_org-charts.delete": (302, 404),
    "admin_org-charts.edit": (302, 404),
    "admin_org-charts.index": (302, 200),
    "admin_org-charts.move": (405, 405),
    "admin_org-charts.new": (302, 200),
    "admin_org-charts.people": (302, 200),
    "admin_org-charts.problems": (302, 404),
    "admin_groups.add": (405, 405),
    "admin_groups.delete": (302, 404),
    "admin_groups.edit": (302, 404),
    "admin_groups.find": (302, 404),
    "admin_groups.index": (302, 200),
    "admin_groups.new": (302, 200),
    "admin_groups.people": (302, 200),
    "admin_groups.person": (302, 200),
    "admin_groups.remove": (405, 405),
    "admin_groups.show": (302, 404),
    "admin_identities.again": (405, 405),
    "admin_identities.apart": (405, 405),
    "admin_identities.index": (302, 200),
    "admin_people.account_role": (405, 405),
    "admin_people.accounts": (302, 200),
    "admin_people.index": (302, 200),
    "admin_people.merge_done": (405, 405),
    "admin_people.merge_preview": (405, 405),
    "admin_people.merge_two": (302, 404),
    "admin_people.person": (302, 404),
    "admin_people.role": (405, 405),
    "admin_people.sign_in": (405, 405),
    "admin_people.take_apart": (405, 405),
    "admin_policies.index": (302, 200),
    "admin_rights.index": (302, 200),
    "admin_rights.take": (405, 405),
    "admin_settings.index": (302, 200),
    "admin_settings.save_picture": (405, 405),
    "admin_settings.save_site": (302, 200),
    "admin_sources.import_xml": (405, 405),
    "admin_sources.index": (302, 200),
    "admin_sources.read_ldap": (405, 405),
    "admin_sources.save_xml": (405, 405),
    "admin_sources.test_ldap": (405, 405),
    "admin_system.download": (302, 200),
    "admin_system.download_asked": (302, 200),
    "admin_system.index": (302, 200),
    "admin_write-back.act": (302, 200),
    "admin_write-back.index": (302, 200),
    "api_charts.index": (401, 200),
    "api_charts.show": (401, 404),
    "api_description.show": (401, 200),
    "api_fields.index": (401, 200),
    "api_people.index": (401, 200),
    "api_people.show": (401, 404),
    "api_runs.index": (401, 200),
    "api_runs.show": (401, 404),
    "admin_lists.edit": (302, 404),
    "admin_lists.hosts": (405, 405),
    "admin_lists.index": (302, 200),
    "admin_lists.move": (405, 405),
    "admin_lists.new": (302, 200),
    "admin_lists.remove": (302, 404),
    "admin_lists.start": (405, 405),
    "admin_lists.stop": (302, 404),
    "auth.sign_in": (200, 302),
    "auth.sign_out": (405, 405),
    "activity.index": (302, 200),
    "calendar.anniversaries": (302, 200),
    "calendar.ask": (302, 302),
    "calendar.change": (302, 200),
    "calendar.feed": (404, 404),
    "contacts.add_group": (302, 200),
    "contacts.change_recent": (405, 405),
    "contacts.edit": (302, 404),
    "contacts.export": (302, 404),
    "contacts.group": (302, 404),
    "contacts.index": (302, 200),
    "contacts.new_group": (302, 200),
    "contacts.remove_group": (405, 405),
    "contacts.rename_group": (302, 404),
    "contacts.save": (302, 404),
    "contacts.star": (405, 405),
    "cropping.crop": (302, 404),
    "cropping.use": (302, 404),
    "cropping.whole": (302, 404),
    "editing.confirm": (405, 405),
    "editing.edit": (302, 404),
    "editing.history": (302, 404),
    "editing.people": (302, 200),
    "editing.read_notices": (405, 405),
    "editing.save": (302, 404),
    "editing.settle": (405, 405),
    "exports.csv": (302, 200),
    "exports.json": (302, 200),
    "exports.phones": (302, 200),
    "exports.vcf": (302, 200),
    "exports.xlsx": (302, 200),
    "health.live": (200, 200),
    "health.ready": (200, 200),
    "mine.make": (302, 200),
    "mine.revoke": (302, 404),
    "mine.tokens": (302, 200),
    "orgchart.export_csv": (302, 404),
    "orgchart.export_png": (302, 404),
    "orgchart.export_svg": (302, 404),
    "orgchart.index": (302, 200),
    "orgchart.people": (302, 404),
    "orgchart.show": (302, 404),
    "lists.change": (405, 405),
    "lists.edit": (302, 404),
    "lists.embed": (404, 404),
    "lists.index": (302, 200),
    "lists.look": (302, 404),
    "lists.new": (302, 200),
    "lists.remove": (405, 405),
    "lists.show": (302, 404),
    "people.card": (302, 404),
    "people.index": (302, 200),
    "people.start": (302, 200),
    "people.suggest": (302, 200),
    "pictures.show": (302, 404),
    "profiles.show": (302, 404),
    "profiles.qr": (302, 404),
    "profiles.take_along": (302, 404),
    "static": (404, 404),
}
"""Endpoint -> what a GET answers to nobody and to somebody who signed in."""


def rules(app: Flask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


def address(app: Flask, rule: Rule) -> str:
    values = dict.fromkeys(rule.arguments, "none")
    return app.url_map.bind("localhost").build(
        rule.endpoint, values, method=sorted(rule.methods)[0]
    )


@pytest.fixture
def signed_in(app: Flask) -> FlaskClient:
    with app.app_context(), transaction():
        create_admin("admin", ADMIN_PASSWORD)
    return Browser(app.test_client()).sign_in("admin", ADMIN_PASSWORD).client


def test_every_endpoint_is_in_the_table(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app)} == ANSWERS.keys()


def test_every_endpoint_answers_nobody_and_somebody_as_the_table_says(
    app: Flask, signed_in: FlaskClient
) -> None:
    for rule in rules(app):
        path = address(app, rule)
        answers = (app.test_client().get(path).status_code, signed_in.get(path).status_code)
        assert answers == ANSWERS[rule.endpoint], path


@pytest.mark.parametrize(
    "attack",
    [
        {},
        {"data": {"csrf_token": "nonsense"}},
        {"data": "csrf_token=x", "content_type": "text/plain"},
        {"json": {"csrf_token": "x"}},
    ],
)
def test_b23_nothing_is_changed_without_a_token_of_this_session(
    app: Flask, signed_in: FlaskClient, attack: dict[str, object]
) -> None:
    unsafe = [rule for rule in rules(app) if rule.methods & UNSAFE]
    assert unsafe
    for rule in unsafe:
        for method in rule.methods & UNSAFE:
            for client in (app.test_client(), signed_in):
                answer = client.open(address(app, rule), method=method, **attack)
                assert answer.status_code == 400, (rule, method)


def test_b23_the_token_of_another_session_is_no_token(app: Flask, signed_in: FlaskClient) -> None:
    stranger = Browser(app.test_client())
    stranger.get("/login")

    answer = signed_in.post("/logout", data={"csrf_token": stranger.token})

    assert answer.status_code == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:9", "x"])
def test_b23_a_form_of_another_origin_is_refused_even_with_a_token(
    app: Flask, signed_in: FlaskClient, origin: str
) -> None:
    own = Browser(signed_in)
    own.get("/people")

    answer = signed_in.post("/logout", data={"csrf_token": own.token}, headers={"Origin": origin})

    assert answer.status_code == 400
    assert signed_in.get("/people").status_code == 200


def test_b23_a_form_of_our_own_origin_is_taken(app: Flask, signed_in: FlaskClient) -> None:
    own = Browser(signed_in)
    own.get("/people")

    answer = signed_in.post(
        "/logout", data={"csrf_token": own.token}, headers={"Origin": "http://localhost"}
    )

    assert answer.status_code == 302


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_page_that_only_shows_takes_nothing(signed_in: FlaskClient, method: str) -> None:
    assert signed_in.open("/people", method=method).status_code == 405
    override = {"X-HTTP-Method-Override": method}
    assert signed_in.get("/people", headers=override).status_code == 200


def test_every_endpoint_that_is_open_is_meant_to_be(app: Flask) -> None:
    closed = {rule.endpoint for rule in rules(app)} - OPEN
    for rule in rules(app):
        if rule.endpoint in closed and "GET" in rule.methods:
            refused = 401 if rule.rule.startswith("/api/") else 302
            assert app.test_client().get(address(app, rule)).status_code == refused


def test_b23_an_origin_that_is_no_address_is_refused(signed_in: FlaskClient) -> None:
    own = Browser(signed_in)
    own.get("/people")

    answer = signed_in.post(
        "/logout", data={"csrf_token": own.token}, headers={"Origin": "http://["}
    )

    assert answer.status_code == 400
