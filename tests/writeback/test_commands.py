"""`lupweb writeback` and `lupweb health`, as interface.md says."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lupweb import app as application
from lupweb.cli import main
from lupweb.cli.health import document
from lupweb.database import db, transaction
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from tests.fakes import FakeDirectory
from tests.writeback.world import confirmed, enter

ROW = {
    "id", "login", "field", "attribute", "state", "attempts", "last_error", "created", "not_before",
}  # fmt: skip


@pytest.fixture
def run(company: FakeDirectory, in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in this installation."""
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: in_app)

    def result(*arguments: str) -> Result:
        db.session.remove()
        found = CliRunner().invoke(main, ["writeback", *arguments], catch_exceptions=False)
        assert found.exception is None or isinstance(found.exception, SystemExit)
        return found

    return result


def test_what_is_on_its_way_is_listed_without_values(run: Any) -> None:
    number = enter("anna", "position", "Chef")

    (row,) = json.loads(run("list", "--json").stdout)

    assert set(row) == ROW
    assert (row["id"], row["login"], row["field"], row["attribute"], row["state"]) == (
        number, "anna", "position", "title", "queued",
    )  # fmt: skip
    assert "Chef" not in run("list").stdout
    assert json.loads(run("list", "--state", "conflict", "--json").stdout) == []


def test_drain_saves_what_is_due_and_tells_what_became_of_it(
    run: Any, company: FakeDirectory
) -> None:
    enter("anna", "position", "Chef")
    company.refuse_attribute("l", 50, "no write access")
    enter("bert", "location", "Porto")

    rows = json.loads(run("drain", "--json").stdout)

    assert [(row["login"], row["state"]) for row in rows] == [
        ("anna", "written"), ("bert", "rejected"),
    ]  # fmt: skip
    assert rows[1]["last_error"].endswith("Result code 50; the server says: no write access")
    assert confirmed("anna", "position") == "Chef"
    assert json.loads(run("drain", "--json").stdout) == []


def test_drain_is_refused_in_read_only_mode(run: Any) -> None:
    enter("anna", "position", "Chef")
    with transaction():
        set_option(READ_ONLY, True)

    found = run("drain", "--json")

    assert (found.exit_code, json.loads(found.stdout)["state"]) == (1, "refused")


def test_one_value_is_tried_again_or_given_up(run: Any, company: FakeDirectory) -> None:
    company.refuse_attribute("title", 50)
    number = enter("anna", "position", "Chef")
    run("drain")
    company.refuse_attribute("title", 0)

    (row,) = json.loads(run("retry", str(number), "--json").stdout)
    assert row["state"] == "queued"
    (row,) = json.loads(run("drop", str(number), "--json").stdout)
    assert row["state"] == "cancelled"
    assert run("drop", str(number)).exit_code == 1
    assert run("retry", "4711").exit_code == 1


def test_health_counts_what_waits_and_what_is_in_conflict(
    company: FakeDirectory, in_app: Flask
) -> None:
    enter("anna", "position", "Chef")
    parts: application.Parts = in_app.extensions["lupweb"]

    found = document(parts)["writeback"]

    assert (found["queued"], found["conflicts"]) == (1, 0)
    assert found["oldest_seconds"] >= 0
