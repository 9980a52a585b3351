"""Only one at a time: leases with fencing tokens (sync.md section 10)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from lupweb.database import WRITE, UtcDateTime, db
from lupweb.errors import AlreadyRunning, LeaseLost, LupwebError
from lupweb.runs.models import Lease, Run
from lupweb.runs.states import BROKEN_OFF
from lupweb.texts import _

STALE = timedelta(seconds=30)
BEAT_EVERY_S = 5.0
LONGEST_RUN_S = 30 * 60.0
"""The budget of a whole run, whoever does it: a worker, the scheduler, or a command line."""
LONGEST_WORK_S = LONGEST_RUN_S + 60.0
"""How long work may go on without a transaction of its own, before it counts as hung."""
LAST_BEAT_WITHIN_S = 6.0

log = structlog.get_logger()


class BrokenOff(LupwebError):
    """Somebody asked the run to pause or to stop. `runs.service.finish` records which."""


class TookTooLong(LupwebError):
    """The run has used up the time that a whole run may take."""


def _end_of_budget() -> float:
    return time.monotonic() + LONGEST_RUN_S


@dataclass(frozen=True)
class HeldLease:
    """The right to work on a subject, until somebody takes it over.

    :param told: set as soon as the holder was told to break off
    :param until: when the run is to be over, by the clock of `time.monotonic`, in seconds
    """

    subject: str
    token: int
    interrupted_run_id: int | None
    told: threading.Event = field(default_factory=threading.Event, compare=False, repr=False)
    until: float = field(default_factory=_end_of_budget, compare=False, repr=False)

    def heartbeat(self) -> None:
        """Say that the holder lives; belongs at the start of each transaction that writes.

        :raises LeaseLost: if somebody else holds the lease now
        :raises BrokenOff: if the run is to pause or to stop; once, so that its end can be written
        :raises TookTooLong: if its time is over; once as well
        """
        self.hold()
        if self.told.is_set():
            return
        if self._is_to_break_off():
            self.told.set()
            raise BrokenOff(_("Broken off between two blocks. What was written stays."))
        if time.monotonic() > self.until:
            self.told.set()
            raise TookTooLong(
                _(
                    "Broken off after %(n)s minutes, the longest that a run may take. What was"
                    " written stays, and the next run tries again. Look why it is slow: test the"
                    " connection, and see how long its steps take.",
                    n=int(LONGEST_RUN_S // 60),
                )
            )

    def hold(self) -> None:
        """Say that the holder lives, in the transaction that writes the end of the run.

        :raises LeaseLost: if somebody else holds the lease now
        """
        if not _touch(self, heartbeat_at=database_now()):
            raise LeaseLost(_("Another run took over. This one wrote nothing more."))

    def release(self) -> None:
        """Give the lease back; nothing happens if it was lost."""
        _touch(self, heartbeat_at=None, run_id=None, holder="")

    def _is_to_break_off(self) -> bool:
        asked = select(Run.id).where(
            Run.id == select(Lease.run_id).where(Lease.subject == self.subject).scalar_subquery(),
            Run.state.in_(list(BROKEN_OFF)),
        )
        return db.session.scalar(asked) is not None


def take(subject: str, holder: str) -> HeldLease:
    """Take the lease of `subject`; call inside a transaction.

    :raises AlreadyRunning: if somebody holds it and has given a sign of life within 30 s
    """
    lease = lock(subject)
    now = database_now()
    if is_held(lease, now):
        raise AlreadyRunning(
            _(
                "Run %(run)s of this directory is at work, started by %(holder)s.",
                run=lease.run_id,
                holder=lease.holder,
            )
        )
    interrupted = lease.run_id
    lease.token += 1
    lease.holder = holder
    lease.heartbeat_at = now
    lease.run_id = None
    return HeldLease(subject, lease.token, interrupted)


def take_away(lease: Lease) -> None:
    """Free a lease whose holder is dead or must stop: it will write nothing more."""
    lease.token += 1
    lease.holder = ""
    lease.heartbeat_at = None
    lease.run_id = None


def lock(subject: str) -> Lease:
    """Return the row of the subject's lease, locked until the transaction ends."""
    _make_sure_of(subject)
    return db.session.get_one(Lease, subject, with_for_update=True, populate_existing=True)


def is_held(lease: Lease | None, now: datetime) -> bool:
    """Return whether the lease has a holder that has given a sign of life lately.

    :param now: the time of the database's clock
    """
    if lease is None or lease.heartbeat_at is None:
        return False
    return now - lease.heartbeat_at < STALE


def name_run(lease: HeldLease, run_id: int) -> None:
    """Remember which run the lease is held for."""
    _touch(lease, run_id=run_id)


def running_run(subject: str) -> int | None:
    """Return the run that the lease of `subject` is held for, or None."""
    return db.session.scalar(select(Lease.run_id).where(Lease.subject == subject))


@contextmanager
def beating(lease: HeldLease) -> Iterator[None]:
    """Give a sign of life every 5 s while the block lasts, also while a directory is asked.

    Each beat is one statement in a transaction of its own, from a thread with its own connection.
    A lease that was lost is not noticed here but by the next `heartbeat()` of the block itself.
    """
    over = threading.Event()
    beats = threading.Thread(
        target=_beat, args=(db.engine, lease, over), name=f"beats of {lease.subject}", daemon=True
    )
    beats.start()
    try:
        yield
    finally:
        over.set()
        beats.join(LAST_BEAT_WITHIN_S)


def show_life(subject: str, holder: str) -> None:
    """Note that a service lives; several of a kind share one row."""
    _make_sure_of(subject)
    db.session.connection().execute(
        update(Lease)
        .where(Lease.subject == subject)
        .values(heartbeat_at=database_now(), holder=holder)
    )


def shows_life(subject: str) -> bool:
    """Return whether a service of this kind has noted that it lives, within 30 s."""
    return is_held(db.session.get(Lease, subject), database_now())


def database_now() -> datetime:
    """Return the time of the database's clock: machines may disagree, it does not."""
    now: datetime | None = db.session.scalar(select(func.current_timestamp(type_=UtcDateTime)))
    if now is None:
        raise LeaseLost(_("The database did not say what time it is."))
    return now


def _beat(engine: Engine, lease: HeldLease, over: threading.Event) -> None:
    writing = engine.execution_options(**{WRITE: True})
    hung_at = time.monotonic() + LONGEST_WORK_S
    beat = (
        update(Lease)
        .where(Lease.subject == lease.subject, Lease.token == lease.token)
        .values(heartbeat_at=func.current_timestamp())
    )
    while not over.wait(BEAT_EVERY_S) and time.monotonic() < hung_at:
        try:
            with writing.begin() as connection:
                is_ours = connection.execute(beat).rowcount == 1
        except SQLAlchemyError as error:  # the next beat tries again; 30 s are six beats
            log.warning("no beat was written", subject=lease.subject, why=type(error).__name__)
            continue
        if not is_ours:
            return


def _make_sure_of(subject: str) -> None:
    """Make the row unless it is there; two that do so at once do not collide."""
    if db.session.get(Lease, subject) is not None:
        return
    dialect = db.session.connection().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = {"subject": subject, "token": 0, "holder": ""}
    db.session.execute(insert(Lease).values(row).on_conflict_do_nothing())


def _touch(lease: HeldLease, **values: object) -> bool:
    result = db.session.connection().execute(
        update(Lease)
        .where(Lease.subject == lease.subject, Lease.token == lease.token)
        .values(**values)
    )
    return result.rowcount == 1
