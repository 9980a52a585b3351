"""People as files: what one viewer sees, safe to open."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import true

from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_as
from lupweb.exports.csv import cell, value_of
from lupweb.exports.service import export_people
from lupweb.options.service import options
from lupweb.people.queries import get_person
from lupweb.profiles.layout import load_layout
from lupweb.search.queries import found_people
from lupweb.search.request import SearchRequest
from tests.blueprints.conftest import CANARY, company
from tests.fakes import FakeDirectory

__all__ = ["company"]


@pytest.fixture
def exported(company: FakeDirectory, app: Flask, tmp_path: Path) -> Callable[[str, str], str]:
    """Writes everybody as somebody sees them; returns the file's text."""

    def write(login: str, form: str) -> str:
        path = tmp_path / f"people.{form}"
        with app.app_context():
            layout = load_layout()
            viewer: Viewer = viewer_as(get_person(login).id) if login else OPERATOR
            people = found_people(viewer, layout, options(), SearchRequest(), true())
            assert export_people(viewer, layout, people, form, path) == len(people) == 4
        assert path.stat().st_mode & 0o777 == 0o600
        return path.read_text(encoding="utf-8")

    return write


@pytest.mark.parametrize("form", ["csv", "json"])
def test_b36_a_restricted_value_is_in_the_file_of_those_who_may_see_it_only(
    exported: Callable[[str, str], str], form: str
) -> None:
    assert CANARY in exported("sam", form)
    assert CANARY in exported("", form)
    assert CANARY not in exported("ada", form)
    assert CANARY in exported("ben", form)  # his own


def test_b36_a_field_that_one_may_not_read_has_no_column(
    exported: Callable[[str, str], str],
) -> None:
    (columns, *_rows) = csv.reader(exported("ada", "csv").splitlines())

    assert "emergency" not in columns
    assert "position" in columns


def test_json_is_one_document_of_everybody(exported: Callable[[str, str], str]) -> None:
    people = json.loads(exported("", "json"))

    assert [person["login"] for person in people] == ["cem", "ada", "ben", "sam"]
    assert people[2]["manager"] == "ada"


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "'quoted",
        "+49 30 1",
        "plain",
        "",
    ],
)
def test_b66_no_spreadsheet_computes_a_cell_and_our_own_file_reads_back(text: str) -> None:
    shown = cell(text)

    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert value_of(shown) == text
