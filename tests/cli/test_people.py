"""People from the command line: who asks, and where it is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from lupweb.app import create_app
from lupweb.cli import main
from lupweb.config import Settings
from lupweb.database import db, transaction
from tests.blueprints.conftest import CANARY, company
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory

__all__ = ["company"]


@pytest.fixture
def run(
    company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs a command on the company."""
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: app)
    return lambda *words: CliRunner().invoke(main, ["people", *words])


@pytest.mark.parametrize("login", ["", " ", "nobody", "id:0"])
def test_as_nobody_is_refused_and_shows_nothing(
    run: Callable[..., Result], login: str, tmp_path: Path
) -> None:
    for words in (["list"], ["export", "--format", "csv", "--output", str(tmp_path / "x")]):
        result = run(*words, "--as", login)

        assert result.exit_code == 1
        assert CANARY not in result.output
        assert "Nobody is called" in result.output
    assert not (tmp_path / "x").exists()


def test_a_file_that_cannot_be_written_is_said(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("export", "--format", "json", "--output", str(tmp_path / "no" / "such" / "file"))

    assert result.exit_code == 1
    assert "cannot be written: No such file or directory" in result.output


def test_a_database_that_was_never_set_up_is_told_from_one_of_another_version(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "new"
    empty.mkdir()
    new = create_app(Settings(instance=empty, secret_key=SECRET_KEY))
    with app.app_context(), transaction():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    said = []
    for each in (new, app):
        monkeypatch.setattr("lupweb.cli.application.create_app", lambda each=each: each)
        said.append(CliRunner().invoke(main, ["people", "list"]).output)

    assert "nothing was set up here" in said[0]
    assert "not of this version" not in said[0]
    assert "not of this version" in said[1]
    assert all("Run: lupweb upgrade" in each for each in said)
