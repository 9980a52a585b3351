"""People from the command line: who asks, and where it is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lupweb.cli import main
from tests.blueprints.conftest import CANARY, company
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
