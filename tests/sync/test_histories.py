"""Whatever happens, in whatever order: nothing is lost, nobody disappears (faults.md section 5).

Random histories against the stand-in. One that fails is printed as a program; it replays. The
default tests have some of `test_histories_busy.py`, in which all of this happens, too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.errors import Forbidden
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.runs import recovery
from lupweb.runs.models import Run
from lupweb.runs.states import PERSON, WHOLE_SUBJECT, RunState
from lupweb.sync import apply, phases, service
from lupweb.sync.one_person import read_person
from lupweb.sync.records import record
from lupweb.undo.service import undo
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.sync.happenings import WHO, Happenings
from tests.sync.interrupting import Died, let_leases_run_out
from tests.sync.observing import PARTS
from tests.sync.past import check_history
from tests.sync.telling import histories
from tests.sync.world import (
    Held,
    check_everybody,
    check_own_values,
    check_values,
    is_by_mark,
    people,
    present,
    snapshot,
)

MODES = st.sampled_from(["changes", "changes", "full", "auto"])
WRITTEN = {RunState.DONE, RunState.PARTIAL, RunState.HELD}
DEATHS = st.sampled_from(
    [(apply.Writer, "_write_block"), (apply.Writer, "_retire_block"), (phases, "read_groups"),
     (phases, "link"), (phases, "forget_groups"), (service, "_finish")]
)  # fmt: skip


class Histories(Happenings):
    """What may happen to a company and to the installation that reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.last_held = 0

    @initialize()
    def begin(self) -> None:
        self.world.begin()
        self.run_it("full")
        self.backup = deepcopy(self.server.entries)

    # What is run.

    @rule(mode=MODES)
    def run_it(self, mode: str) -> None:
        self.checked(lambda: self.begin_run(mode, self.directory.connect))

    def begin_run(self, mode: str, connect: Callable[..., FakeDirectory]) -> int:
        return service.run(
            "main", secret_key=SECRET_KEY, connect=connect, trigger="test", mode=mode
        )

    @rule(mode=MODES, connection=st.integers(1, 4), page=st.integers(1, 4), times=st.integers(1, 4))
    def run_over_a_bad_line(self, mode: str, connection: int, page: int, times: int) -> None:
        made = [0]

        def connect(*_server: object) -> FakeDirectory:
            made[0] += 1
            is_bad = connection <= made[0] < connection + times
            self.directory.fail_at_page(page if is_bad else 0)
            return self.directory.connect()

        self.checked(lambda: self.begin_run(mode, connect))
        self.directory.fail_at_page(0)

    @rule(mode=MODES, place=DEATHS, after=st.integers(0, 3), is_done=st.booleans())
    def die(self, mode: str, place: tuple[Any, str], after: int, is_done: bool) -> None:
        before = known_people()
        with dying(*place, after, is_done=is_done):
            try:
                self.begin_run(mode, self.directory.connect)
            except Died:
                db.session.rollback()
        let_leases_run_out()
        self.is_as_read = False
        self.check_always(before)

    @rule()
    def recover(self) -> None:
        for run_id in recovery.dead_runs():
            with transaction():
                again = recovery.start_again(run_id)
            if again is not None:
                self.checked(lambda again=again: self.perform(again))

    def perform(self, run_id: int) -> int:
        service.perform(run_id, secret_key=SECRET_KEY, connect=self.directory.connect)
        return run_id

    @rule()
    def read_groups(self) -> None:
        before = snapshot()[:2]
        self.begin_run("groups", self.directory.connect)
        assert snapshot()[:2] == before

    @rule(who=WHO)
    def read_one(self, who: int) -> None:
        found = [(each.unique_id, person.id) for each, person in present().values()]
        unique_id, person_id = found[who % len(found)]
        number = read_person(
            f"id:{person_id}", secret_key=SECRET_KEY, connect=self.directory.connect, trigger="test"
        )
        db.session.rollback()
        if record(number)["state"] == "done":
            person = db.session.get_one(Person, person_id)
            left = held_of_newest().parts.get(unique_id, frozenset())
            check_values(self.world, self.world.in_scope()[unique_id], person, left)
        self.is_as_read = False

    @rule()
    def plan_and_apply(self) -> None:
        before = snapshot()
        planned = service.plan_only(
            "main", secret_key=SECRET_KEY, connect=self.directory.connect, trigger="test"
        )
        assert snapshot() == before
        if record(planned)["state"] in {"done", "partial"}:
            self.checked(
                lambda: service.apply_plan(
                    planned, secret_key=SECRET_KEY, connect=self.directory.connect, trigger="test"
                )
            )

    @precondition(lambda self: self.last_held)
    @rule()
    def approve(self) -> None:
        run_id, self.last_held = self.last_held, 0
        before = known_people()
        try:
            service.approve(run_id)
        except Forbidden:
            return
        if self.is_as_read and record(run_id)["state"] == "done":
            self.run_it("changes")
            assert not self.last_held, "it was approved, and is held again"
        self.check_always(before)

    @rule()
    def take_back(self) -> None:
        newest = select(Run.id).where(Run.state.in_(WRITTEN), Run.dry_run.is_(False))
        run_id = db.session.scalar(newest.where(Run.mode != PERSON).order_by(Run.id.desc()))
        db.session.rollback()
        if run_id is None or run_id == 1:
            return
        undo(run_id, trigger="test")
        self.world.remember()
        self.is_as_read, self.last_held = False, 0
        check_own_values(self.world)

    # What always holds.

    def checked(self, work: Callable[[], int]) -> None:
        """Do a run, and compare what it says with what it did."""
        everything, before = snapshot(), known_people()
        run_id = work()
        document = record(run_id)
        state = RunState(document["state"])
        assert document["seen"] == sum(document[part] for part in PARTS), document
        self.check_always(before)
        if document["dry_run"] or state is RunState.REFUSED:
            assert snapshot() == everything
        elif state in WRITTEN:
            check_everybody(self.world, run_id)
            self.last_held = run_id if state is RunState.HELD else 0
            self.is_as_read = not is_by_mark(run_id)
            came = document["new"] + document["back"] - document["missing"]
            is_whole = state is not RunState.HELD  # who is back, and held in part, is skipped
            assert not is_whole or len(known_people()) == len(before) + came, document

    def check_always(self, before: set[int]) -> None:
        """Nobody disappeared whose entry is there; what people entered stands."""
        check_own_values(self.world)
        gone = before - known_people()
        here = {person.id for unique_id, (_entry, person) in present().items()}
        assert not gone & here

    def teardown(self) -> None:
        if not db.session.get(Run, 1):
            return
        for _round in range(6):  # an undo makes the first one dry; then what is held is released
            self.run_it("changes")
            if self.last_held:
                service.approve(self.last_held)
            elif self.is_as_read:
                break
        document = record(self.begin_run("full", self.directory.connect))
        moved = {key: document[key] for key in ("new", "changed", "back", "missing", "held")}
        assert not any(moved.values()), f"a full reading found what no other had: {moved}"
        check_everybody(self.world, document["run"])
        check_history()


def held_of_newest() -> Held:
    """Return what the newest run that ended well holds; somebody read alone does not lose it."""
    newest = select(Run.id).where(Run.state.in_(WRITTEN), Run.dry_run.is_(False))
    run_id = db.session.scalar(newest.where(Run.mode.in_(WHOLE_SUBJECT)).order_by(Run.id.desc()))
    return Held.of(run_id or 0)


def known_people() -> set[int]:
    """Return who is not missing."""
    return {each.id for each in people() if each.state != PersonState.MISSING}


@contextmanager
def dying(owner: Any, name: str, after: int, *, is_done: bool) -> Iterator[None]:
    """Let the process die at a call; before it, or as soon as it is done."""
    true, calls = getattr(owner, name), [0]

    def dies(*given: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] <= after:
            return true(*given, **named)
        if is_done:
            true(*given, **named)
        raise Died

    with pytest.MonkeyPatch.context() as patched:
        if name != "_finish":
            patched.setattr(service, "_finish", lambda *_given: None)
        patched.setattr(owner, name, dies)
        yield


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phases, "PAGE_SIZES", (9, 5, 3))
    monkeypatch.setattr(apply, "BLOCK", 4)


@pytest.mark.thorough
@pytest.mark.usefixtures("in_app", "_small_steps")
def test_whatever_happens_nothing_is_lost_and_nobody_disappears(
    tmp_path: Path, sqlite_with_tables: Path
) -> None:
    histories(Histories, tmp_path, sqlite_with_tables, usually=60)
