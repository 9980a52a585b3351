"""People, fields and charts for programs: pages by a cursor, tags, errors, and no secret."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lupweb.accounts.models import User
from lupweb.accounts.tokens import Scope, make_token
from lupweb.accounts.viewers import viewer_of
from lupweb.blueprints.api.describing import OPERATIONS
from lupweb.database import db, transaction
from lupweb.orgchart.keeping import count_outdated, note_outdated
from lupweb.orgchart.models import OrgChart
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_everybody_changed
from lupweb.web import limits
from tests.browsing import Browser
from tests.databases import counted_queries, sqlite_first
from tests.factories import a_local_person, a_run
from tests.fakes import FakeDirectory

API = "/api/v1"
PEOPLE = f"{API}/people"
CANARY = "ZQX-SECRET-7"
HOSTILE = ['O\'Neil, Sam; "x"', "Zoë 👩‍🚀", "שלום", "=cmd|' /C calc'!A0"]


def got(client: FlaskClient, path: str = PEOPLE, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query_string=query or None)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_type == "application/json"
    document: dict[str, Any] = answer.get_json()
    return document


def logins(document: dict[str, Any]) -> list[str]:
    return [person["login"] for person in document["people"]]


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> FlaskClient:
    return as_person("ada").client


def test_people_are_told_as_the_command_line_tells_them(ada: FlaskClient) -> None:
    found = got(ada)

    assert logins(found) == ["ada", "ben", "sam"]
    assert found["next"] is None
    assert found["people"][1]["manager"] == "ada"
    assert found["people"][0]["values"]["phone"] == "+49 611 20570"
    assert got(ada, f"{PEOPLE}/ben") == found["people"][1]
    assert found["people"][1]["standard"] == {
        **dict.fromkeys(("phone", "im", "website", "department", "location")),
        "position": "Engineer",
    }
    assert got(ada, f"{PEOPLE}/id:{found['people'][1]['id']}") == found["people"][1]


def test_people_are_narrowed_as_in_the_people_directory(ada: FlaskClient) -> None:
    assert logins(got(ada, q="ozgur")) == ["ben"]
    assert logins(got(ada, filter="position:Engineer")) == ["ben"]
    assert logins(got(ada, filter='NOT position:""', q="sam")) == []


@sqlite_first
def test_pages_follow_one_another_whoever_comes_and_goes(
    ada: FlaskClient, app: Flask, company: FakeDirectory
) -> None:
    with app.app_context(), transaction():
        for number, name in enumerate(HOSTILE):
            a_local_person(f"h{number}", name)
    everybody = logins(got(ada))
    first = got(ada, limit=2)
    with app.app_context(), transaction():
        a_local_person("before", "Aaa Aaa")

    second = got(ada, first["next"])
    pages = [logins(first), logins(second), *_following(ada, second["next"])]

    assert [login for page in pages for login in page] == everybody
    assert {len(page) for page in pages[:-1]} == {2}
    names = {person["name"] for person in got(ada)["people"]}
    assert set(HOSTILE) <= names


def _following(client: FlaskClient, address: str | None) -> list[list[str]]:
    pages = []
    while address:
        page = got(client, address)
        pages.append(logins(page))
        address = page["next"]
    return pages


def test_a_page_of_many_costs_no_more_queries(ada: FlaskClient) -> None:
    got(ada)
    counts = []
    for limit in (1, 3):
        with counted_queries() as sent:
            got(ada, limit=limit)
        counts.append(len(sent))

    assert counts[0] == counts[1] <= 22


def test_b36_a_restricted_value_and_its_field_are_told_to_readers_alone(
    as_person: Callable[[str], Browser], admin: Browser
) -> None:
    told = {login: CANARY in str(got(as_person(login).client)) for login in ("ada", "ben", "sam")}
    keys = [each["key"] for each in got(admin.client, f"{API}/fields")["fields"]]

    assert told == {"ada": False, "ben": True, "sam": True}
    assert CANARY not in str(got(admin.client))
    assert ("phone" in keys, "emergency" in keys) == (True, False)


def test_b30_who_is_hidden_is_missing(ada: FlaskClient, app: Flask) -> None:
    with app.app_context(), transaction():
        get_person("sam").state = PersonState.MISSING
    answers = [ada.get(f"{PEOPLE}/{login}") for login in ("sam", "nobody", "id:9999", "a b", "%00")]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.get_json()["error"]["code"] for answer in answers} == {"not_found"}
    assert logins(got(ada)) == ["ada", "ben"]


def make_facet(app: Flask, *keys: str) -> None:
    """Let people be chosen by these fields."""
    with app.app_context(), transaction():
        statement = update(ProfileField).where(ProfileField.key.in_(keys))
        db.session.execute(statement.values(facet=True))
        tell_everybody_changed()


FAULTS = {
    "limit=0": "limit", "limit=201": "limit", "limit=x": "limit", "limit=1&limit=2": "limit",
    "limt=2": "limt", f"q={'x' * 201}": "q", f"f.location={'x' * 1001}": "f.location",
    "after=ZQX": "after", f"after={'9' * 60}": "after", "after=MSBhAGI": "after",
    "filter=(": "filter",
}  # fmt: skip
"""What is asked -> the parameter that cannot be understood."""


def test_b89_what_cannot_be_understood_is_named(ada: FlaskClient) -> None:
    for query, parameter in FAULTS.items():
        answer = ada.get(f"{PEOPLE}?{query}")
        assert answer.status_code == 422, query
        error = answer.get_json()["error"]
        assert (error["code"], error["parameter"]) == ("unprocessable_entity", parameter)
        assert error["text"].endswith(".")
        assert ("column" in error) == (parameter == "filter")


def test_of_a_field_that_is_kept_from_one_nothing_is_told_not_even_that_it_is_there(
    ada: FlaskClient,
) -> None:
    keys = ("f.emergency", "f.nothing")
    answers = [ada.get(PEOPLE, query_string={key: CANARY}) for key in keys]

    told = [each.text.replace(key, "") for key, each in zip(keys, answers, strict=True)]
    assert [each.status_code for each in answers] == [422, 422]
    assert told[0] == told[1]
    assert CANARY not in told[0]


def test_a_value_that_nobody_has_finds_nobody(ada: FlaskClient, app: Flask) -> None:
    make_facet(app, "location")

    assert got(ada, **{"f.location": "Nowhere"})["people"] == []


def test_b39_what_is_known_is_not_sent_again_and_nothing_keeps_it(
    ada: FlaskClient, app: Flask, company: FakeDirectory
) -> None:
    for path in (PEOPLE, f"{PEOPLE}/ben", f"{API}/fields", f"{API}/openapi.json"):
        first = ada.get(path)
        again = ada.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b""), path
        assert first.headers["Cache-Control"] == "private, no-store"
    tag = ada.get(f"{PEOPLE}/ben").headers["ETag"]
    company.set("ben", "title", [b"Pilot"])
    with app.app_context():
        a_run(company)

    assert ada.get(f"{PEOPLE}/ben", headers={"If-None-Match": tag}).status_code == 200


def test_every_fault_is_json(ada: FlaskClient) -> None:
    for method, path, status, code in (
        ("GET", "/nothing", 404, "not_found"),
        ("POST", "/people", 405, "method_not_allowed"),
        ("DELETE", "/people/ada", 405, "method_not_allowed"),
        ("GET", "/org-charts/none/ada", 404, "not_found"),
    ):
        answer = ada.open(API + path, method=method)
        error = answer.get_json()["error"]
        assert (answer.status_code, error["code"]) == (status, code)
        assert "page" not in error["text"]  # there is none


def test_who_is_signed_out_is_told_so(app: Flask) -> None:
    answer = app.test_client().get(PEOPLE)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="lupweb"'


def test_who_asks_too_often_waits(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(limits, "API_CALLS", "2 per minute")
    monkeypatch.setattr(limits, "EXPORTS", "1 per minute")
    client = request.getfixturevalue("as_person")("ada").client

    answers = [client.get(path) for path in (PEOPLE, f"{API}/fields", f"{PEOPLE}/ada")]
    taken = ("/people/export.csv", "/people/export.json", "/contacts/export.vcf")
    files = [client.get(path).status_code for path in taken]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].get_json()["error"]["code"] == "too_many_requests"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 120
    assert files == [200, 429, 429]


def test_the_tokens_and_sessions_of_one_account_are_counted_together(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(limits, "API_CALLS", "3 per minute")
    app: Flask = request.getfixturevalue("app")
    sign_in = request.getfixturevalue("as_person")
    browser, other = sign_in("ada").client, sign_in("ben").client
    with app.app_context(), transaction():
        account = db.session.scalars(select(User).where(User.person.has(login="ada"))).one()
        owner = viewer_of(account)
        texts = [make_token(owner, "x", [Scope.PEOPLE], 1)[1] for _each in range(2)]
    shown = [{"Authorization": f"Bearer {text}"} for text in texts]

    program = app.test_client()
    answers = [program.get(PEOPLE, headers=each).status_code for each in (*shown, *shown)]

    assert answers == [200, 200, 200, 429]
    assert browser.get(PEOPLE).status_code == 429
    assert other.get(PEOPLE).status_code == 200


def test_the_description_names_every_address_and_the_fields_one_may_choose_by(
    app: Flask, ada: FlaskClient
) -> None:
    rules = {
        rule.rule.removeprefix(API).replace("<", "{").replace(">", "}"): rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(API)
    }
    make_facet(app, "location", "emergency")
    said = got(ada, f"{API}/openapi.json")

    assert said["openapi"].startswith("3.1")
    assert said["paths"].keys() == rules.keys()
    assert OPERATIONS.keys() == set(rules.values())
    chosen = [each["name"] for each in said["paths"]["/people"]["get"]["parameters"]]
    assert "f.location" in chosen
    assert "f.emergency" not in chosen


def test_a_chart_says_who_stands_above_and_below(ada: FlaskClient, app: Flask) -> None:
    with app.app_context(), transaction():
        db.session.add(OrgChart(key="line", name="Line", manager_field="manager"))
        db.session.flush()
        note_outdated()
        count_outdated()

    found = got(ada, f"{API}/org-charts/line/ada", limit=1)

    assert got(ada, f"{API}/org-charts") == {"charts": [{"key": "line", "name": "Line"}]}
    assert (found["person"]["login"], found["person"]["below"], found["above"]) == ("ada", 2, [])
    assert ([each["login"] for each in found["reports"]], found["more"]) == (["ben"], 1)
    above = got(ada, f"{API}/org-charts/line/sam")["above"]
    assert [each["login"] for each in above] == ["ada"]
