"""`lupweb explain` and `lupweb support-summary`, as a script calls them."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import update

from lupweb.cli import main
from lupweb.database import db, transaction
from lupweb.people.models import Person
from tests.blueprints.conftest import CANARY, company
from tests.factories import PASSWORD, a_local_person
from tests.fakes import FakeDirectory

__all__ = ["company"]


@pytest.fixture
def run(
    company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs a command on the company."""
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: app)
    return lambda *words: CliRunner().invoke(main, words)


def test_it_names_one_reason_with_checks(run: Callable[..., Result]) -> None:
    result = run("explain", "ben", "phone", "--json")

    found = json.loads(result.output)
    assert result.exit_code == 0
    assert found["reason"] == "entry_has_no_value"
    assert found["verdict"]
    keys = {"id", "state", "text", "evidence", "fix"}
    assert all(each.keys() == keys for each in found["checks"])
    assert {each["state"] for each in found["checks"]} <= {"ok", "problem", "look", "skipped"}


def test_in_words_it_says_what_to_do(run: Callable[..., Result]) -> None:
    result = run("explain", "ben", "phone")

    assert "(entry_has_no_value)" in result.output
    assert "Enter it in “Main LDAP”" in result.output
    assert "uid=ben" in result.output


def test_as_somebody_outside_of_the_groups_nothing_is_shown(run: Callable[..., Result]) -> None:
    result = run("explain", "ben", "emergency", "--as", "cem", "--json")

    assert json.loads(result.output)["reason"] == "viewer_may_not_see"
    assert CANARY not in result.output
    assert CANARY in run("explain", "ben", "emergency", "--json").output


def test_somebody_unknown_is_an_answer(run: Callable[..., Result]) -> None:
    result = run("explain", "nobody", "phone", "--json")

    assert (result.exit_code, json.loads(result.output)["reason"]) == (0, "person_unknown")


@pytest.mark.parametrize("words", [["ben", "phone"], ["ada", "phone", "--as", "ben"]])
def test_several_of_a_login_are_named(
    run: Callable[..., Result], app: Flask, words: list[str]
) -> None:
    with app.app_context():
        number = a_local_person("ben2", "Ben Other")
        with transaction():
            found = update(Person).where(Person.id == number)
            db.session.execute(found.values(login="ben", login_folded="ben"))

    result = run("explain", *words)

    assert "2 people are called" in result.output
    assert f"id:{number} is Ben Other, in no directory" in result.output
    assert "is Ben Özgür in Main LDAP" in result.output
    assert run("explain", f"id:{number}", "phone").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [(["ben", "gone"], "no field “gone”"), (["ben", "phone", "--as", "zoe"], "Nobody is called")],
)
def test_what_does_not_exist_ends_with_1(
    run: Callable[..., Result], words: list[str], said: str
) -> None:
    result = run("explain", *words)

    assert result.exit_code == 1
    assert said in result.output


@pytest.mark.parametrize("options", [[], ["--json"], ["--no-probe", "--json"]])
def test_the_summary_is_one_document_without_people(
    run: Callable[..., Result], options: list[str]
) -> None:
    result = run("support-summary", *options)

    found = json.loads(result.output)
    assert result.exit_code == 0
    assert bool(found["servers"]) == ("--no-probe" not in options)
    assert [each for each in (CANARY, PASSWORD, "Lovelace", "uid=") if each in result.output] == []
