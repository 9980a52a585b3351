"""Runs whose process died: ended, and asked for again (faults.md I7, X21, X22)."""

from datetime import datetime, timedelta

from sqlalchemy import select

from lupweb.database import db
from lupweb.runs import leases
from lupweb.runs.models import Lease, Run
from lupweb.runs.service import active_runs, finish, get_run, how_far, request
from lupweb.runs.states import WHOLE_SUBJECT, RunState
from lupweb.runs.undone import UNDO
from lupweb.texts import Text, _

TRIGGER = "started again"
MOST_IN_A_ROW = 10
"""Runs that are started again one after the other; then the next one that is due goes on."""
REPEATABLE = WHOLE_SUBJECT | {UNDO}
"""Modes of which another run does what the one that died has not."""
WITHOUT_LEASE = timedelta(seconds=45)


def dead_runs() -> list[int]:
    """Return the runs that are said to work although nobody gives a sign of life for them."""
    now = leases.database_now()
    return [
        run.id for run, lease in active_runs() if run.state.is_at_work and _is_dead(run, lease, now)
    ]


def start_again(run_id: int, *, is_stopping: bool = False) -> int | None:
    """End a run as interrupted and ask for another of its mode; call inside a transaction.

    Its lease is taken away first: whatever is left of its process writes nothing more.

    :param is_stopping: its process lives, is told to stop, and hands the work back itself
    :returns: the number of the new run; None if the run lives after all, or none was asked for
    """
    lease = leases.lock(get_run(run_id).subject)
    run = db.session.get_one(Run, run_id, populate_existing=True)
    if not run.state.is_at_work:
        return None
    if not is_stopping and not _is_dead(run, lease, leases.database_now()):
        return None
    if lease.run_id == run_id:
        leases.take_away(lease)
    if finish(run_id, RunState.FAILED, how_far(run)) is not RunState.FAILED:
        return None  # it was to pause or to stop anyway
    next_id = _ask_again(run)
    run.message = f"{run.message} {_what_follows(next_id)}"
    return next_id


def _is_dead(run: Run, lease: Lease | None, now: datetime) -> bool:
    if lease is None or lease.run_id != run.id:
        return now - run.started_at > WITHOUT_LEASE
    return not leases.is_held(lease, now)


def _ask_again(run: Run) -> int | None:
    if run.mode not in REPEATABLE or _in_a_row(run.subject) >= MOST_IN_A_ROW:
        return None
    reason = _("run %(run)s was interrupted", run=run.id)
    return request(
        run.subject,
        trigger=TRIGGER,
        mode=run.mode,
        reason=reason,
        dry_run=run.dry_run,
        about=run.about_run_id,
    )


def _in_a_row(subject: str) -> int:
    """Return how many of the subject's latest runs were started again, and died again."""
    rows = (
        select(Run.trigger, Run.state)
        .where(Run.subject == subject)
        .order_by(Run.id.desc())
        .limit(MOST_IN_A_ROW)
    )
    found = 0
    for trigger, state in db.session.execute(rows):
        if trigger != TRIGGER or state != RunState.FAILED:
            break
        found += 1
    return found


def _what_follows(next_id: int | None) -> Text:
    if next_id is None:
        return _("The next run goes on.")
    return _("Started again as run %(run)s.", run=next_id)
