"""Runs for programs: JSON, errors too, a page at a time, and only what is new."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lupweb.database import transaction
from lupweb.runs import service as runs
from lupweb.runs.states import FULL, RunState
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_run
from tests.fakes import FakeDirectory

API = "/api/v1/sync-runs"
CANARY = "ZQX-SECRET-7"


def got(client: FlaskClient, path: str = API, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query_string=query or None)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    document: dict[str, Any] = answer.get_json()
    return document


@pytest.fixture
def many(app: Flask, company: FakeDirectory) -> None:
    """Five runs, the last of another subject."""
    with app.app_context():
        for _number in range(3):
            a_run(company)
        with transaction():
            number = runs.start("xml", trigger="test", mode=FULL, reason="")
            runs.note_problem(number, "The phone is a fax.", login="ada", field="phone")
            runs.note_problem(number, f"{CANARY} is no number.", login="ben", field="emergency")
            runs.finish(number, RunState.PARTIAL, "Imported.")


def test_a_run_is_told_as_the_command_line_tells_it(many: None, admin: Browser) -> None:
    found = got(admin.client, f"{API}/1")

    assert (found["run"], found["directory"], found["mode"]) == (1, "main", "full")
    assert (found["state"], found["seen"], found["new"]) == ("done", 3, 3)
    assert found["seconds"] >= 0
    assert found["dry_run"] is False


def test_errors_are_told_as_far_as_the_viewer_may_see_the_field(many: None, admin: Browser) -> None:
    answer = admin.client.get(f"{API}/5")

    shown, hidden = answer.get_json()["errors"]
    assert shown == {"login": "ada", "field": "phone", "text": "The phone is a fax."}
    assert (hidden["login"], hidden["field"]) == ("", "")
    assert CANARY not in answer.get_data(as_text=True)


def test_runs_are_listed_a_page_at_a_time_the_newest_first(many: None, admin: Browser) -> None:
    first = got(admin.client, limit=2)
    second = got(admin.client, first["next"])
    third = got(admin.client, second["next"])

    numbers = [[each["run"] for each in page["runs"]] for page in (first, second, third)]
    assert numbers == [[5, 4], [3, 2], [1]]
    assert third["next"] is None


def test_a_list_is_narrowed_by_directory_and_state(many: None, admin: Browser) -> None:
    assert [each["run"] for each in got(admin.client, directory="xml")["runs"]] == [5]
    assert len(got(admin.client, directory="main", state="done")["runs"]) == 4
    assert got(admin.client, directory="nowhere")["runs"] == []


def test_b89_what_is_no_number_is_named(many: None, admin: Browser) -> None:
    for query in ("limit=0", "limit=x", "limit=999999999999", "before=-1", "before=²"):
        answer = admin.client.get(f"{API}?{query}")
        assert answer.status_code == 422
        assert answer.get_json()["error"]["parameter"] == query.partition("=")[0]


def test_a_long_list_costs_no_more_queries(many: None, admin: Browser) -> None:
    got(admin.client)
    with counted_queries() as one:
        got(admin.client, limit=1)
    with counted_queries() as every:
        got(admin.client)

    assert len(every) == len(one)


def test_what_is_known_already_is_not_sent_again(
    app: Flask, company: FakeDirectory, admin: Browser
) -> None:
    tag = admin.client.get(API).headers["ETag"]

    again = admin.client.get(API, headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    with app.app_context():
        a_run(company)
    assert admin.client.get(API, headers={"If-None-Match": tag}).status_code == 200


def test_nobody_who_is_not_signed_in_and_nobody_but_administrators(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    stranger = app.test_client().get(API)
    assert stranger.status_code == 401
    assert stranger.get_json()["error"]["code"] == "unauthorized"

    colleague = as_person("ada").client.get(API)
    assert colleague.status_code == 403
    assert colleague.get_json()["error"]["code"] == "forbidden"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{API}/9999", 404, "not_found"),
        (f"{API}/x", 404, "not_found"),
        (f"{API}?state=strange", 422, "unprocessable_entity"),
    ],
)
def test_errors_are_json_with_a_word_and_a_sentence(
    admin: Browser, path: str, status: int, code: str
) -> None:
    answer = admin.client.get(path)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert answer.get_json()["error"]["text"].endswith(".")
