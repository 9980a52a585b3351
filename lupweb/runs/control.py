"""Pause a run, let it go on, stop it: asked for in its row, done between two blocks."""

from functools import partial

from lupweb import clock
from lupweb.database import after_commit, db
from lupweb.errors import Forbidden
from lupweb.runs import leases
from lupweb.runs.models import Run
from lupweb.runs.service import cancel, get_run, tell_queued
from lupweb.runs.states import BROKEN_OFF, WHOLE_SUBJECT, RunState
from lupweb.texts import _


def pause(run_id: int, *, by: str) -> RunState:
    """Let a run that waits or works pause; call inside a transaction.

    Who works on it gives the work back at the next block: nothing waits in memory, and no worker
    is kept from other runs. Until it goes on, the same is not begun by a schedule.

    :param by: who asks, in words
    :returns: how it stands: paused, or pausing while its process is in the middle of a block
    :raises NotFound: if there is no such run
    :raises Forbidden: if it has ended, or cannot be done again from its start
    """
    run, is_alive = _locked(run_id)
    if run.state not in {RunState.QUEUED, RunState.RUNNING} or run.mode not in WHOLE_SUBJECT:
        raise Forbidden(_("Run %(run)s cannot be paused now. Nothing was changed.", run=run_id))
    run.state = RunState.PAUSING if is_alive else RunState.PAUSED
    run.message = str(
        _("Paused by %(name)s. What was written stays, and nothing more is read.", name=by)
    )
    return run.state


def go_on(run_id: int) -> None:
    """Let a paused run wait for a worker again; call inside a transaction.

    It reads from the beginning; what it has written already is found to be the same.

    :raises NotFound: if there is no such run
    :raises Forbidden: if it is not paused
    """
    run, _is_alive = _locked(run_id)
    if run.state is not RunState.PAUSED:
        raise Forbidden(_("Run %(run)s is not paused. Nothing was changed.", run=run_id))
    run.state = RunState.QUEUED
    run.message = ""
    run.progress = 0
    run.started_at = clock.now()
    after_commit(partial(tell_queued, run_id))


def stop(run_id: int, *, by: str) -> RunState:
    """Stop a run that has not ended; call inside a transaction.

    :param by: who asks, in words
    :returns: how it stands: cancelled, or stopping while its process is in the middle of a block
    :raises NotFound: if there is no such run
    :raises Forbidden: if it has ended
    """
    run, is_alive = _locked(run_id)
    if not is_alive:
        cancel(run_id, by=by)
        return RunState.CANCELLED
    if run.state is not RunState.STOPPING:
        run.state = RunState.STOPPING
        run.message = str(
            _("Stopped by %(name)s. What was written stays; the next run goes on.", name=by)
        )
    return run.state


def is_leaving(run: Run) -> bool:
    """Return whether a run was asked to pause or to stop, and its process has not done so yet."""
    return run.state in BROKEN_OFF


def _locked(run_id: int) -> tuple[Run, bool]:
    """Return the run as it is now, and whether a process works on it that gives signs of life."""
    lease = leases.lock(get_run(run_id).subject)
    run = db.session.get_one(Run, run_id, populate_existing=True)
    is_alive = lease.run_id == run_id and leases.is_held(lease, leases.database_now())
    return run, run.state.is_at_work and is_alive
