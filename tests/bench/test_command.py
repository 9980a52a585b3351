"""`lupweb bench`: what it prints, what it writes, how it ends."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lupweb.bench import machine
from lupweb.bench.report import Finding, Target, alone
from lupweb.cli import main

commands = import_module("lupweb.cli.bench")  # the name `bench` of the package is the command


@pytest.fixture(autouse=True)
def _idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle machine, on which a sync is measured at once."""
    monkeypatch.setattr(machine, "load", lambda: 0.0)
    monkeypatch.setattr(commands, "slapd_version", dict)
    monkeypatch.setattr(commands, "bench_sync", measured)


def measured(_place: Any, people: int, rounds: int, _tell: Any) -> list[Finding]:
    """Find 59 MB where 60 are allowed; one more for every 1,000 people."""
    figures = [59 + people / 1000] * rounds
    return [alone("memory", figures, unit="MB", id="P6", target=Target(limit=60))]


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", "sync", *arguments])


def test_a_missed_target_ends_with_1_if_that_was_asked_for() -> None:
    assert bench("--people", "2000").exit_code == 0
    assert bench("--people", "2000", "--check").exit_code == 1
    assert bench("--people", "500", "--check").exit_code == 0


def test_a_busy_machine_says_so_and_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "load", lambda: 1000.0)

    ran = bench("--people", "2000", "--check")

    assert ran.exit_code == 0
    assert "busy" in ran.stderr
    assert "not judged" in ran.stdout


def test_the_table_alone_is_markdown() -> None:
    ran = bench("--people", "1000", "--markdown")

    assert ran.stdout.splitlines()[2:] == ["| P6 | memory | 60.0 MB | – | – | ≤ 60 MB | met |"]


def test_every_figure_is_written_as_json(tmp_path: Path) -> None:
    path = tmp_path / "sync.json"

    bench("--people", "1000", "--rounds", "2", "--json", str(path))

    document = json.loads(path.read_text("utf-8"))
    assert (document["people"], document["rounds"], document["is_judged"]) == (1000, 2, True)
    assert document["findings"][0]["samples"] == [[60.0], [60.0]]


def test_the_peer_bench_without_a_peer_ends_with_3() -> None:
    ran = CliRunner().invoke(main, ["bench", "peer", "--people", "200"])

    assert ran.exit_code == 3
    assert "--peer-python peer/bin/python" in ran.stderr
