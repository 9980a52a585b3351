"""The bench of org charts, with few people: it comes to an end, and measures what it says."""

from pathlib import Path

import pytest

from lupweb.bench import charting
from lupweb.bench.charting import bench_charts
from lupweb.bench.company import Workplace
from lupweb.texts import Text


def quiet(_text: Text) -> None:
    """Say nothing."""


@pytest.mark.thorough
def test_charts_measures_p11_and_p12(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charting, "find_programs", lambda: None)

    findings, notes = bench_charts(Workplace(tmp_path / "scratch", tmp_path / "kept"), 60, 1, quiet)

    assert notes == [charting.NO_POSTGRESQL]
    assert [each.id for each in findings if each.id] == ["P12", "P11"]
    assert all(each.subject > 0 for each in findings)
