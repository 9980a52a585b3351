"""Whatever happens while a run or a drain is under way, and wherever it dies (faults.md section 5).

The histories of the stand-in, with values that are saved to the directory.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.sync import apply, phases
from tests.ldap.fake_server import StoredEntry
from tests.sync.busy import Busy
from tests.sync.saving import ROOM
from tests.sync.telling import histories


class BusyHistories(Busy):
    """The same, of the stand-in."""

    def __init__(self) -> None:
        super().__init__()
        self.directory.watch(self.steps.asked)
        self.replaced: list[tuple[str, str]] = []
        self.change_entry, self.server.replace = self.server.replace, self.replace  # type: ignore[method-assign]

    def replace(self, entry: StoredEntry, values: Mapping[str, list[bytes]]) -> None:
        """Note what a change of lupweb replaces, and do it."""
        unique_id = entry.values["entryUUID"][0].decode()
        self.replaced += [(unique_id, each.decode()) for each in entry.values.get(ROOM, [])]
        self.change_entry(entry, values)

    def teardown(self) -> None:
        super().teardown()
        check_replaced(self.replaced)


class MarkHistories(BusyHistories):
    """The same, where runs of changes look at what was stamped lately."""

    def set_up(self, row: Directory) -> None:
        super().set_up(row)
        row.marks = True


def check_replaced(replaced: Iterable[tuple[str, str]]) -> None:
    """Nothing was replaced that whoever entered the new value had not been shown (X15)."""
    shown: dict[str, set[str]] = defaultdict(set)
    for each in db.session.scalars(select(OutboxMessage)):
        shown[each.unique_id] |= {each.old_value, each.new_value}
        if each.state != OutboxState.WRITTEN:  # there it is what was written over
            shown[each.unique_id].add(each.found_value)
    unseen = [(unique_id, value) for unique_id, value in replaced if value not in shown[unique_id]]
    assert unseen == []


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (9, 5, 3))
    monkeypatch.setattr(apply, "BLOCK", 4)


@pytest.mark.usefixtures("in_app", "_small_steps")
def test_whatever_happens_meanwhile_nothing_is_lost(
    tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(BusyHistories, tmp_path, sqlite_with_tables, usually=2, steps=12)


@pytest.mark.thorough
@pytest.mark.usefixtures("in_app", "_small_steps")
@pytest.mark.parametrize("make", [BusyHistories, MarkHistories])
def test_many_histories_of_what_happens_meanwhile(
    make: type[BusyHistories], tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(make, tmp_path, sqlite_with_tables, usually=60)
