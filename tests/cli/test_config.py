"""The set-up as one file, and the test of a connection, from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from lupweb.cli import main
from lupweb.config import Settings
from lupweb.database import db
from lupweb.runs.models import Schedule
from tests.configfile.files import DIRECTORY, RICH

UNCHANGED = {"created": [], "changed": [], "removed": []}


@pytest.fixture(autouse=True)
def _installation(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of an installation of its own."""
    monkeypatch.setenv("LUPWEB_INSTANCE", str(settings.instance))
    monkeypatch.setenv("LUPWEB_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("LUPWEB_LOG_LEVEL", "error")
    monkeypatch.setenv("READER_PASSWORD", "reader's password")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A rich configuration file."""
    path = tmp_path / "people.toml"
    path.write_text(RICH, encoding="utf-8")
    return path


def test_check_of_a_good_file_ends_with_0(file: Path) -> None:
    plain, as_json = _run("config", "check", file), _run("config", "check", file, "--json")

    assert (plain.exit_code, plain.stdout) == (0, f"{file} can be applied.\n")
    assert (as_json.exit_code, json.loads(as_json.stdout)) == (0, {"ok": True, "faults": []})


def test_check_lists_every_fault_and_ends_with_1(file: Path) -> None:
    file.write_text('[site]\nlanguage = "fr"\nname = 5\n', encoding="utf-8")

    plain, as_json = _run("config", "check", file), _run("config", "check", file, "--json")

    assert (plain.exit_code, plain.stdout) == (1, "")
    assert plain.stderr.splitlines() == [
        "site.language, line 2: “fr” is not known here. It may be “en”, “de”.",
        "site.name, line 3: A text in quotes is expected here.",
    ]
    assert as_json.exit_code == 1
    document = json.loads(as_json.stdout)
    assert [(fault["path"], fault["line"]) for fault in document["faults"]] == [
        ("site.language", 2),
        ("site.name", 3),
    ]


def test_check_needs_no_database(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUPWEB_INSTANCE", str(tmp_path / "fresh"))

    assert _run("config", "check", file).exit_code == 0


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_said(file: Path, content: bytes | None) -> None:
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)

    result = _run("config", "apply", file)

    assert result.exit_code == 1
    assert result.stderr == f"{file} cannot be read: it is not there, or is no UTF-8 text.\n"


def test_apply_says_what_it_did_and_the_second_time_nothing(file: Path) -> None:
    dry = _run("config", "apply", file, "--dry-run", "--json")
    first = _run("config", "apply", file, "--json")
    second = _run("config", "apply", file, "--json")

    assert [each.exit_code for each in (dry, first, second)] == [0, 0, 0]
    assert dry.stdout == first.stdout
    assert "directories.main" in json.loads(first.stdout)["created"]
    assert json.loads(second.stdout).items() >= UNCHANGED.items()
    assert set(json.loads(second.stdout)) == {"created", "changed", "removed", "unchanged"}


def test_apply_of_a_file_with_a_fault_ends_with_1(file: Path) -> None:
    file.write_text(RICH + "[nonsense]\n", encoding="utf-8")

    result = _run("config", "apply", file, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["ok"] is False
    assert result.stderr.startswith("nonsense, line ")


def test_an_export_can_be_applied_and_changes_nothing(file: Path, tmp_path: Path) -> None:
    _run("config", "apply", file)
    copy = tmp_path / "copy.toml"

    written, shown = _run("config", "export", copy), _run("config", "export")
    again = _run("config", "apply", copy, "--json")

    assert written.exit_code == 0
    assert shown.stdout == copy.read_text(encoding="utf-8")
    assert "reader's password" not in shown.stdout
    assert json.loads(again.stdout).items() >= UNCHANGED.items()


def test_paths_of_a_file_begin_in_its_folder(file: Path, tmp_path: Path) -> None:
    (tmp_path / "main.password").write_text("reader's password\n", encoding="utf-8")
    named = 'bind_password_file = "main.password"'
    file.write_text(
        DIRECTORY.replace('bind_password_env = "READER_PASSWORD"', named), encoding="utf-8"
    )

    applied = _run("config", "apply", file)

    assert applied.exit_code == 0
    shown = _run("config", "export").stdout
    assert f'bind_password_file = "{tmp_path}/main.password"' in shown


def test_applying_arranges_the_schedules(file: Path, app: Flask) -> None:
    _run("config", "apply", file)

    with app.app_context():
        rows = db.session.query(Schedule).order_by(Schedule.subject).all()
    assert [(row.subject, row.mode, row.cron, row.zone) for row in rows] == [
        ("directory:ad", "changes", "*/15 * * * *", "Europe/Berlin"),
        ("directory:main", "groups", "3-59/5 * * * *", "Europe/Berlin"),
        ("pictures", "changes", "*/15 * * * *", "Europe/Berlin"),
    ]


def test_directories_are_listed_in_their_order(file: Path) -> None:
    _run("config", "apply", file)

    listed = _run("directory", "list", "--json").stdout.splitlines()

    assert [json.loads(line)["key"] for line in listed] == ["main", "ad"]


def test_a_test_of_a_directory_that_is_away_ends_with_1(file: Path) -> None:
    file.write_text(DIRECTORY.replace(":389", ":1"), encoding="utf-8")
    _run("config", "apply", file)

    plain, as_json = _run("directory", "test", "main"), _run("directory", "test", "main", "--json")

    assert plain.exit_code == as_json.exit_code == 1
    assert plain.stdout.splitlines()[0].startswith("NOT  reach         Nobody answers at ldap://")
    document = json.loads(as_json.stdout)
    assert document["ok"] is False
    assert [set(step) for step in document["steps"]] == [{"id", "ok", "text", "seconds", "fix"}] * 9


def test_an_unknown_directory_is_said() -> None:
    result = _run("directory", "test", "nowhere")

    assert (result.exit_code, result.stderr) == (1, "There is no directory “nowhere”.\n")


def _run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])
