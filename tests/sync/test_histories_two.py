"""Whatever happens to two directories with the same people, and to how they are set up.

Switched off and on, in another order, one field from one of them; saved to while runs go on, and
with work that dies anywhere (faults.md section 5).
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import delete, select, update

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.errors import AlreadyRunning, LupwebError, NotFound
from lupweb.outbox.models import OutboxMessage
from lupweb.runs import service as runs
from lupweb.runs.models import Run
from lupweb.runs.states import RunState
from lupweb.sync import apply, phases
from lupweb.undo.service import undo
from lupweb.writeback import service as writeback
from lupweb.writeback.models import Breaker
from tests.factories import SECRET_KEY, an_entry
from tests.sync.busy import STEP, check_derived, check_leases
from tests.sync.interrupting import Steps, let_leases_run_out
from tests.sync.past import check_history
from tests.sync.saving import ROOMS, later
from tests.sync.sources_world import KEYS, Ties, shown, ties
from tests.sync.telling import histories
from tests.sync.test_histories_sources import SOURCES, WHO, SourceHistories, check_everybody
from tests.sync.two_world import BOTH, DESK, ROOM, TwoWorld

EITHER = st.sampled_from(BOTH)
MODES = st.sampled_from(["changes", "full"])
FIELDS = st.sampled_from(["phone", "position", DESK])
EVENTS = st.sampled_from(["save", "save", "room", "drain", "order", "switch", "take", "go", "run"])


class TwoHistories(SourceHistories):
    """What may happen to the two, beside what may happen to all sources."""

    world: TwoWorld
    die = None  # it dies anywhere here

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.world = TwoWorld(folder)
        self.steps = Steps()
        for each in self.world.servers.values():
            each.watch(self.steps.asked)

    @initialize()
    def begin(self) -> None:
        super().begin()

    # What administrators do.

    @rule()
    def change_order(self) -> None:
        if not self.world.removed:
            self.world.change_order()

    @rule(key=EITHER)
    def switch(self, key: str) -> None:
        if key != self.world.removed:
            self.world.switch(key)

    @rule(name=FIELDS, key=st.sampled_from([*BOTH, "", ""]))
    def take(self, name: str, key: str) -> None:
        if not key or key != self.world.removed:
            self.world.take(name, key)

    @precondition(lambda self: not self.world.removed and not self.world.off)
    @rule(key=EITHER, is_wanted=st.integers(0, 2))
    def remove(self, key: str, is_wanted: int) -> None:
        if is_wanted == 0:
            with suppress(AlreadyRunning):
                self.world.remove(key)

    @rule(key=EITHER, is_on=st.booleans())
    def rely_on_marks(self, key: str, is_on: bool) -> None:
        if key == self.world.removed:
            return
        with transaction():
            rows = select(Directory).where(Directory.key == key)
            db.session.scalars(rows).one().marks = is_on

    # What people enter, and what becomes of it.

    @rule(who=WHO, room=ROOMS)
    def save(self, who: str, room: str) -> None:
        self.world.enter(who, room)

    @rule(key=EITHER, who=WHO, room=ROOMS)
    def change_room(self, key: str, who: str, room: str) -> None:
        if self.world.entry(key, who):
            self.world.servers[key].set(who, ROOM, [room.encode()] if room else [])

    @rule()
    def drain(self) -> None:
        with transaction():
            db.session.execute(delete(Breaker))
            db.session.execute(update(OutboxMessage).values(not_before=clock.now()))
        for number in (1, 2):
            writeback.drain(number, secret_key=SECRET_KEY, connect=self.world.connect)

    # What is run.

    def ended(self, key: str, mode: str) -> str:
        if key in {*self.world.off, self.world.removed}:
            return "off"
        return super().ended(key, mode)

    def work(self, kind: str, key: str, mode: str) -> None:
        """Do a piece of work, without a look at it."""
        if kind == "drain":
            self.drain()
        elif kind == "undo":
            self.undo()
        elif key not in {*self.world.off, self.world.removed}:
            self.world.read(key, mode)

    def recover(self) -> None:
        """Do again what died; as the scheduler does, end what cannot begin any more."""
        try:
            super().recover()
        except NotFound as error:
            with transaction():
                for run in db.session.scalars(select(Run)):
                    if run.state.is_active:
                        runs.finish(run.id, RunState.FAILED, error.message)

    def undo(self) -> None:
        """Take the newest run back."""
        rows = select(Run.id).where(Run.id > len(KEYS) + 1).order_by(Run.id.desc())
        run_id = db.session.scalar(rows)
        db.session.rollback()
        if run_id is not None:
            undo(run_id, trigger="test")

    @rule(kind=st.sampled_from(["run", "run", "drain", "undo"]), key=SOURCES, mode=MODES,
          after=STEP)  # fmt: skip
    def die_anywhere(self, kind: str, key: str, mode: str, after: int) -> None:
        before = ties()
        with self.steps.counted(), self.steps.dying(after), suppress(LupwebError):
            self.work(kind, key, mode)
        let_leases_run_out()
        self.check_always(before, kind)

    @rule(kind=st.sampled_from(["run", "run", "drain"]), key=SOURCES, mode=MODES, after=STEP,
          what=EVENTS, other=EITHER, who=WHO, room=ROOMS)  # fmt: skip
    def meanwhile(  # noqa: PLR0913, PLR0917 all named
        self, kind: str, key: str, mode: str, after: int, what: str, other: str, who: str, room: str
    ) -> None:
        happening: dict[str, Callable[[], object]] = {
            "save": lambda: self.save(who, room),
            "room": lambda: self.change_room(other, who, room),
            "drain": self.drain,
            "order": self.change_order,
            "switch": lambda: self.switch(other),
            "take": lambda: self.take("phone", other),
            "go": lambda: self.come_or_go(other, who),
            "run": lambda: self.work("run", other, mode),
        }
        before = ties()
        act = happening[what]
        with self.steps.counted(), self.steps.meanwhile(after, act), suppress(LupwebError):
            self.work(kind, key, mode)
        self.check_always(before, kind)

    def check_always(self, before: Ties, kind: str) -> None:
        """Nobody is hidden whose entry is there, unless what showed them was taken back."""
        assert kind == "undo" or not self.world.wrongly_hidden(before)

    @precondition(lambda self: shown())
    @rule(key=EITHER, who=WHO)
    def make_anew(self, key: str, who: str) -> None:
        others = [each for each in BOTH if each != key and self.world.entry(each, who)]
        if self.world.entry(key, who) and not others:
            self.world.servers[key].delete(who)
            an_entry(self.world.servers[key], who, telephoneNumber=f"{key} anew")

    def teardown(self) -> None:
        if not shown():
            return
        let_leases_run_out()
        for key in sorted(self.world.off):
            self.world.switch(key)
        with later(hours=1):
            for _round in range(4):
                self.recover()
                self.drain()
                sources = [key for key in (*KEYS, "file") if key != self.world.removed]
                ended = {key: self.ended(key, "full") for key in sources}
            assert set(ended.values()) <= {"done", "partial", "held", "refused"}, ended
            check_everybody(self.world, is_imported=ended["file"] != "refused")
        check_derived()
        check_history()
        check_leases()


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (5, 4, 3))
    monkeypatch.setattr(apply, "BLOCK", 3)


@pytest.mark.usefixtures("in_app", "_small_steps")
def test_whatever_happens_to_two_directories_every_value_is_that_of_its_supplier(
    tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(lambda: TwoHistories(tmp_path), tmp_path, sqlite_with_tables, usually=2, steps=8)


@pytest.mark.thorough
@pytest.mark.usefixtures("in_app", "_small_steps")
def test_many_histories_of_two_directories(tmp_path: Path, sqlite_with_tables: Path) -> None:
    histories(lambda: TwoHistories(tmp_path), tmp_path, sqlite_with_tables, usually=40, steps=20)
