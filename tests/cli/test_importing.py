"""`lupweb import xml`: the record of a run, and exit codes that scripts can rely on."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lupweb.cli import main
from lupweb.database import transaction
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.runs import service as runs
from lupweb.runs.leases import name_run, take
from lupweb.sources.xml_file import SUBJECT
from tests.sources.conftest import XmlFile, values, xml

__all__ = ["xml"]


@pytest.fixture
def run(xml: XmlFile, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on the file."""
    xml.write_people()
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: app)
    return lambda *words: CliRunner().invoke(main, ["import", "xml", *words])


def test_the_record_is_that_of_a_run_of_the_directory_xml(run: Callable[..., Result]) -> None:
    result = run("--json")

    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert result.exit_code == 0
    assert (found["directory"], found["state"], found["mode"]) == ("xml", "done", "full")
    assert (found["seen"], found["changed"], found["new"], found["missing"]) == (2, 2, 0, 0)
    assert "0 of 2 people in the file changed." in run().stdout


def test_a_dry_run_says_so_and_writes_nothing(run: Callable[..., Result]) -> None:
    found = json.loads(run("--dry-run", "--json").stdout)

    assert (found["dry_run"], found["changed"]) == (True, 2)
    assert values("ada") == {}


def test_what_is_refused_ends_with_1_and_says_why(run: Callable[..., Result], xml: XmlFile) -> None:
    xml.write("<people/>")
    assert run().exit_code == 1
    assert "nobody is in it" in run().stdout
    with transaction():
        set_option(READ_ONLY, True)

    result = run("--json")

    assert (result.exit_code, json.loads(result.stdout)["state"]) == (1, "refused")


def test_fewer_people_are_taken_if_that_is_said(run: Callable[..., Result], xml: XmlFile) -> None:
    xml.people |= {f"p{number}": "" for number in range(8)}
    xml.write_people()
    run()
    xml.people = {"ada": "<room>9</room>"}
    xml.write_people()

    assert run().exit_code == 1
    assert run("--accept-fewer").exit_code == 0
    assert values("ada") == {"room": "9"}


def test_problems_are_listed_with_their_people(run: Callable[..., Result], xml: XmlFile) -> None:
    xml.people["zoe"] = ""
    xml.write_people()

    assert "  zoe: No active person has this login" in run().stdout


def test_beside_another_import_it_names_that_one(run: Callable[..., Result]) -> None:
    with transaction():
        lease = take(SUBJECT, "somebody")
        number = runs.start(SUBJECT, trigger="somebody", mode="full", reason="")
        name_run(lease, number)

    result = run("--json")

    found = json.loads(result.stdout)
    assert (result.exit_code, found["run"], found["state"]) == (0, number, "running")
