"""Whatever happens while a run or a drain is under way, and wherever it dies (faults.md section 5).

The histories of the stand-in, with values that are saved to the directory.
"""

from pathlib import Path

import pytest

from lupweb.directories.models import Directory
from lupweb.sync import apply, phases
from tests.sync.busy import Busy
from tests.sync.telling import histories


class BusyHistories(Busy):
    """The same, of the stand-in."""

    def __init__(self) -> None:
        super().__init__()
        self.directory.watch(self.steps.asked)


class MarkHistories(BusyHistories):
    """The same, where runs of changes look at what was stamped lately."""

    def set_up(self, row: Directory) -> None:
        super().set_up(row)
        row.marks = True


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (9, 5, 3))
    monkeypatch.setattr(apply, "BLOCK", 4)


@pytest.mark.usefixtures("in_app", "_small_steps")
def test_whatever_happens_meanwhile_nothing_is_lost(
    tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(BusyHistories, tmp_path, sqlite_with_tables, usually=1)


@pytest.mark.thorough
@pytest.mark.usefixtures("in_app", "_small_steps")
@pytest.mark.parametrize("make", [BusyHistories, MarkHistories])
def test_many_histories_of_what_happens_meanwhile(
    make: type[BusyHistories], tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(make, tmp_path, sqlite_with_tables, usually=60)
