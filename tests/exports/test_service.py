"""People as files: what one viewer sees, safe to open."""

import csv
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select, true

from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_as
from lupweb.database import db, transaction
from lupweb.exports.csv import cell, value_of
from lupweb.exports.service import FORMATS, Export, export_people
from lupweb.options.service import options
from lupweb.people.queries import get_person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import ProfileField
from lupweb.search.queries import found_people
from lupweb.search.request import SearchRequest
from tests.blueprints.conftest import CANARY, company
from tests.fakes import FakeDirectory

__all__ = ["company"]
SITE = "https://people.example.com"


Exported = Callable[[str, str], bytes]


@pytest.fixture
def exported(company: FakeDirectory, app: Flask, tmp_path: Path) -> Exported:
    """Writes everybody as somebody sees them; returns the file."""

    def write(login: str, form: str) -> bytes:
        path = tmp_path / f"people.{form}"
        with app.app_context():
            layout = load_layout()
            viewer: Viewer = viewer_as(get_person(login).id) if login else OPERATOR
            people = found_people(viewer, layout, options(), SearchRequest(), true())
            assert export_people(Export(viewer, layout, people, SITE), form, path) == len(people)
        assert path.stat().st_mode & 0o777 == 0o600
        return path.read_bytes()

    return write


def sheet(content: bytes) -> list[list[Any]]:
    """Return a workbook as another program reads it: numbers and days are told from texts."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def everything(content: bytes, form: str) -> str:
    """Return the text that a file holds, packed or not."""
    if form != "xlsx":
        return content.decode().replace("\r\n ", "")
    with ZipFile(BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def test_b36_a_restricted_value_is_in_the_file_of_those_who_may_see_it_only(
    exported: Exported, app: Flask
) -> None:
    with app.app_context(), transaction():
        for field in db.session.scalars(select(ProfileField)):
            field.in_vcard = True
    for form in FORMATS:
        told = {
            login: CANARY in everything(exported(login, form), form)
            for login in ("sam", "", "ada", "ben")  # Ben's own
        }
        assert told == {"sam": True, "": True, "ada": False, "ben": True}, form


def test_b36_a_field_that_one_may_not_read_has_no_column(exported: Exported) -> None:
    (columns, *_rows) = csv.reader(exported("ada", "csv").decode().splitlines())

    assert "Emergency" not in " ".join(columns)
    assert "Position" in columns
    assert sheet(exported("ada", "xlsx"))[0] == columns
    assert "Emergency contact" in sheet(exported("ben", "xlsx"))[0]


def test_json_is_one_document_of_everybody(exported: Exported) -> None:
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
