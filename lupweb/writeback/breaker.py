"""Which directories are left alone for a while, and how fast one is written to.

It stands in a row, so that every process that delivers knows it. Call inside transactions.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lupweb import clock
from lupweb.database import db
from lupweb.texts import Text
from lupweb.writeback.backoff import CLOSED, BreakerState, Cause
from lupweb.writeback.models import Breaker


@dataclass(frozen=True)
class Left:
    """A directory that does not take what is to be saved now.

    :param text: the directory's answer, for administrators
    :param until: when it is tried again; None: at once, it has failed too seldom
    """

    cause: Cause
    text: str
    since: datetime
    until: datetime | None


def state_of(directory_id: int) -> BreakerState:
    """Return how the breaker of a directory stands; reads only."""
    row = db.session.get(Breaker, directory_id, populate_existing=True)
    return _state(row) if row else CLOSED


def left_alone() -> dict[int, Left]:
    """Return the directories that failed last: id -> why, since when; one query."""
    rows = db.session.scalars(select(Breaker).where(Breaker.cause != ""))
    return {
        row.directory_id: Left(Cause(row.cause), row.text, row.since or clock.now(), row.open_until)
        for row in rows
    }


def held_state(directory_id: int) -> BreakerState:
    """Return how the breaker stands; nobody else is told until the transaction ends."""
    return _state(_locked(directory_id))


def begin(directory_id: int, changes: int, per_second: int, now: datetime) -> datetime:
    """Note that messages were claimed; return when the first of these changes may be sent.

    Who tries a directory is alone with it. Whoever else delivers to it, in whatever process, sends
    after them.
    """
    row = _locked(directory_id)
    _store(row, _state(row).trying(now))
    first = max(now, row.paced_until or now)
    row.paced_until = first + timedelta(seconds=changes / per_second)
    return first


def note_answer(directory_id: int) -> bool:
    """Remember that a directory answered; return whether it had failed before."""
    row = db.session.get(Breaker, directory_id, populate_existing=True)
    if row is None or _state(row) == CLOSED:
        return False
    _store(row, CLOSED)
    row.text, row.since = "", None
    return True


def note_failure(directory_id: int, cause: Cause, text: Text | str, now: datetime) -> BreakerState:
    """Remember that a directory did not answer, or takes nothing; return how it stands now."""
    row = _locked(directory_id)
    state = _state(row).failed(cause, now)
    _store(row, state)
    row.text, row.since = str(text), row.since or now
    return state


def _state(row: Breaker) -> BreakerState:
    cause = Cause(row.cause) if row.cause else None
    return BreakerState(row.failures, row.openings, row.open_until, cause)


def _store(row: Breaker, state: BreakerState) -> None:
    row.failures, row.openings = state.failures, state.openings
    row.open_until, row.cause = state.open_until, str(state.cause or "")


def _locked(directory_id: int) -> Breaker:
    """Return the row, which nobody else changes until the transaction ends."""
    dialect = db.session.connection().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    blank = {"directory_id": directory_id, "failures": 0, "openings": 0, "cause": "", "text": ""}
    if db.session.get(Breaker, directory_id) is None:
        db.session.execute(insert(Breaker).values(blank).on_conflict_do_nothing())
    return db.session.get_one(Breaker, directory_id, with_for_update=True, populate_existing=True)
