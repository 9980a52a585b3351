"""Random histories in which things happen while work is under way, or it dies anywhere in between.

Whatever lasts is a commit or a question to the directory, so every named place of faults.md section
3 lies between two of the steps that are counted here.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import delete, select

from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.errors import AlreadyRunning, LupwebError
from lupweb.options.registry import PURGE_AFTER_DAYS, READ_ONLY
from lupweb.options.service import options, set_option
from lupweb.orgchart import keeping as charts
from lupweb.orgchart.models import SubtreeCount
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.purging.due import find_due
from lupweb.purging.service import purge
from lupweb.runs import recovery
from lupweb.runs.models import Lease, Run
from lupweb.runs.states import RunState
from lupweb.search import index, keeping
from lupweb.search.column_models import PeopleBlock
from lupweb.search.engine import TABLES
from lupweb.sync import service
from lupweb.sync.records import record
from lupweb.undo.service import undo
from tests.factories import SECRET_KEY
from tests.sync.happenings import WHO
from tests.sync.interrupting import Steps, let_leases_run_out
from tests.sync.observing import PARTS
from tests.sync.saving import ROOMS, Saving, later
from tests.sync.test_histories import MODES, known_people
from tests.sync.world import check_own_values, people

WORKS = st.sampled_from(["run", "run", "drain", "groups", "apply", "undo", "recover", "approve"])
EVENTS = st.sampled_from(["save", "save", "room", "drain", "read", "change", "delete", "add",
                          "edit", "move", "rename", "swap", "run", "map", "group"])  # fmt: skip
STEP = st.integers(0, 45)


class Busy(Saving):
    """What happens between two steps of a piece of work."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = Steps()

    def work(self, kind: str, mode: str) -> None:
        """Do a piece of work, as a worker or a command line does, and look at what it says."""
        doing: dict[str, Callable[[], object]] = {
            "run": lambda: self.begin_run(mode, self.connect),
            "groups": lambda: self.begin_run("groups", self.connect),
            "drain": self.drain,
            "apply": self.apply,
            "undo": self.undo,
            "recover": self.begin_again,
            "approve": lambda: service.approve(self.newest_held()),
        }
        with suppress(LupwebError):
            doing[kind]()

    def connect(self, *server: Any) -> Any:
        """Reach the directory, whose questions are counted."""
        return self.directory.connect(*server)

    def begin_again(self) -> None:
        """Do again what died, without a look at it."""
        for run_id in recovery.dead_runs():
            with transaction():
                again = recovery.start_again(run_id)
            if again is not None:
                self.perform(again)

    def apply(self) -> None:
        """Plan a run, and do what it found."""
        given = {"secret_key": SECRET_KEY, "connect": self.connect, "trigger": "test"}
        service.apply_plan(service.plan_only("main", **given), **given)

    def undo(self) -> None:
        """Take the newest run back that changed anything."""
        newest = select(Run.id).where(Run.dry_run.is_(False), Run.id > 1)
        run_id = db.session.scalar(newest.order_by(Run.id.desc()))
        db.session.rollback()
        if run_id is not None:
            undo(run_id, trigger="test")
            self.world.remember()

    def newest_held(self) -> int:
        """Return the newest run that holds anything; 0: none does."""
        rows = select(Run.id).where(Run.state == RunState.HELD).order_by(Run.id.desc())
        found = db.session.scalar(rows) or 0
        db.session.rollback()
        return found

    @rule(kind=WORKS, mode=MODES, after=STEP)
    def die_anywhere(self, kind: str, mode: str, after: int) -> None:
        before, last = known_people(), self.last_run()
        with self.steps.counted(), self.steps.dying(after):
            self.work(kind, mode)
        let_leases_run_out()
        self.world.remember()
        self.afterwards(before, last)

    @rule(kind=WORKS, mode=MODES, after=STEP, what=EVENTS, who=WHO, other=WHO, room=ROOMS)
    def meanwhile(  # noqa: PLR0913, PLR0917 all named
        self, kind: str, mode: str, after: int, what: str, who: int, other: int, room: str
    ) -> None:
        happening: dict[str, Callable[[], object]] = {
            "save": lambda: self.save(who % 4, room),
            "room": lambda: self.change_room(who % 4, room),
            "drain": self.drain,
            "read": lambda: self.read_one(who),
            "change": lambda: self.change(who, "telephoneNumber", f"+49 30 {other}"),
            "delete": lambda: self.delete(who),
            "add": lambda: self.add(who),
            "edit": lambda: self.edit(who, "nickname"),
            "move": lambda: self.move(who, "ou=groups,dc=example,dc=com"),
            "rename": lambda: self.rename(who),
            "swap": lambda: self.swap(who, other),
            "run": lambda: self.another_run(mode),
            "map": lambda: self.map("position", "title" if who % 2 else "mobile"),
            "group": lambda: self.group({who, other}),
        }
        before, last = known_people(), self.last_run()
        with self.steps.counted(), self.steps.meanwhile(after, happening[what]):
            self.work(kind, mode)
        self.world.remember()
        self.afterwards(before, last)

    def another_run(self, mode: str) -> None:
        """Begin a second run beside one that may be at work."""
        with suppress(AlreadyRunning):
            self.begin_run(mode, self.directory.connect)

    def last_run(self) -> int:
        """Return the number of the newest run."""
        found = db.session.scalar(select(Run.id).order_by(Run.id.desc())) or 0
        db.session.rollback()
        return found

    def afterwards(self, before: set[int], last: int) -> None:
        """Look at what holds however work ended, and at what all runs since say of themselves."""
        self.is_as_read, self.last_held = False, 0
        self.check_always(before)
        runs = list(db.session.scalars(select(Run.id).where(Run.id > last)))
        db.session.rollback()
        for run_id in runs:
            document = record(run_id)
            if document["state"] in {"done", "partial", "held"} and document["mode"] != "undo":
                assert document["seen"] == sum(document[part] for part in PARTS), document

    @rule(is_on=st.booleans())
    def rely_on_marks(self, is_on: bool) -> None:
        with transaction():
            db.session.scalars(select(Directory)).one().marks = is_on

    @rule(mode=MODES, kind=WORKS)
    def be_read_only(self, mode: str, kind: str) -> None:
        before = known_people()
        with transaction():
            set_option(READ_ONLY, True)
        self.work(kind, mode)
        with transaction():
            set_option(READ_ONLY, False)
        self.last_held = 0
        assert known_people() == before
        check_own_values(self.world)

    @rule(days=st.integers(1, 60))
    def purge(self, days: int) -> None:
        """Clear the values of who left long ago; it is as if so many days had passed."""
        with transaction():
            set_option(PURGE_AFTER_DAYS, 7)
        with later(days=days):
            due = find_due(options()).ids
            db.session.rollback()
            purge(secret_key=SECRET_KEY, trigger="test", agreed=len(due))
        with transaction():
            set_option(PURGE_AFTER_DAYS, 0)
        self.is_as_read, self.last_held = False, 0
        cleared = {each.id for each in people() if each.state == PersonState.PURGED}
        assert set(due) <= cleared if days > 7 else not due
        self.world.forget(cleared)

    def heal(self) -> None:
        super().heal()
        let_leases_run_out()
        for _round in range(5):
            self.recover()

    def teardown(self) -> None:
        super().teardown()
        check_derived()
        check_leases()


def derived() -> list[Any]:
    """Return the words and columns by which people are found, and where they stand in charts."""
    words = [
        sorted(map(tuple, db.session.connection().exec_driver_sql(f"SELECT rowid, * FROM {name}")))  # noqa: S608
        for name in TABLES
    ]
    blocks = select(PeopleBlock.column_id, PeopleBlock.number, PeopleBlock.codes)
    stands = select(*SubtreeCount.__table__.c)
    return [*words, *(sorted(map(tuple, db.session.execute(each))) for each in (blocks, stands))]


def check_derived() -> None:
    """What is kept up to date with each change is what making it anew gives."""
    with transaction():
        charts.count_outdated()
        before = derived()
    with transaction():
        index.rebuild()
        keeping.renew(list(db.session.scalars(select(Person.id))))
        db.session.execute(delete(SubtreeCount))
        charts.note_outdated()
        charts.count_outdated()
        assert derived() == before


def check_leases() -> None:
    """No run is said to be at work, or to wait, and nobody holds a lease for one (I7)."""
    db.session.rollback()
    at_work = [each.id for each in db.session.scalars(select(Run)) if each.state.is_active]
    assert at_work == []
    assert list(db.session.scalars(select(Lease.run_id).where(Lease.run_id.is_not(None)))) == []
