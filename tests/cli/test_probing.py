"""`lupweb writeback probe`, as a script calls it."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lupweb.audit.events import events_about
from lupweb.cli import main
from tests.blueprints.conftest import company
from tests.blueprints.messages import switch_writing_on
from tests.fakes import FakeDirectory

__all__ = ["company"]


@pytest.fixture
def probe(
    company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs the command for an attribute of Ada."""
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: app)
    words = ("writeback", "probe", "--user", "ada", "--attribute")
    return lambda attribute, *more: CliRunner().invoke(main, [*words, attribute, *more])


def test_without_write_nothing_is_written_and_it_is_noted(
    probe: Callable[..., Result], app: Flask, company: FakeDirectory
) -> None:
    stamp = company.get("ada", "entryCSN")

    result = probe("telephoneNumber", "--json")

    found = json.loads(result.output)
    assert (result.exit_code, found["ok"]) == (0, True)
    assert [each["id"] for each in found["steps"]] == [
        "person", "connection", "entry", "attribute", "value", "right",
    ]  # fmt: skip
    assert all(each.keys() == {"id", "ok", "text", "seconds", "fix"} for each in found["steps"])
    assert company.get("ada", "entryCSN") == stamp
    with app.app_context():
        assert [each.kind for each in events_about("main")] == ["writeback.tested"]


def test_with_write_the_same_value_is_written_where_writing_is_on(
    probe: Callable[..., Result], app: Flask, company: FakeDirectory
) -> None:
    refused = probe("telephoneNumber", "--write")
    assert refused.exit_code == 1
    assert "is off" in refused.output

    switch_writing_on(app)
    result = probe("telephoneNumber", "--write", "--json")

    assert json.loads(result.output)["steps"][-1]["id"] == "read_back"
    assert result.exit_code == 0
    assert company.get("ada", "telephoneNumber") == [b"+49 611 20570"]


def test_a_refusal_ends_with_1_and_the_rule_for_the_directory_team(
    probe: Callable[..., Result], company: FakeDirectory
) -> None:
    company.refuse_attribute("l", 50)

    result = probe("l")

    assert result.exit_code == 1
    assert "NOT  right" in result.output
    assert "olcAccess: to dn.subtree=" in result.output
