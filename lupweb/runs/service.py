"""Ask for, start, note and finish runs. A run is a row; whoever reads it sees how far it is."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from blinker import Signal
from sqlalchemy import delete, select, update

from lupweb import clock
from lupweb.database import after_commit, db
from lupweb.errors import Forbidden, NotFound
from lupweb.runs import leases
from lupweb.runs.models import Lease, Run, RunProblem
from lupweb.runs.states import ACTIVE, BROKEN_OFF, FOUND, RunState, covers
from lupweb.texts import Text, _

queued = Signal("the id of a run that waits for a worker; after the commit")

MOST_PROBLEMS = 1000
"""Problems that are kept for one run; the counters count all."""


def request(
    subject: str,
    *,
    trigger: str,
    mode: str,
    reason: Text | str,
    dry_run: bool = False,
    about: int | None = None,
) -> int:
    """Ask for a run; return its number. Call inside a transaction.

    If a run that does the same waits or works already, that one is it: however often somebody
    presses the button, there is one run (B106). Sends `queued` after the commit of a new one.

    :param trigger: who or what asks, in words
    :param mode: full, changes, fill, or auto for what is needed
    :param dry_run: nothing is to be written but the run, and its plan
    :param about: the dry run whose plan is to be applied
    """
    now = leases.database_now()
    lease = leases.lock(subject)
    for run in _active(subject):
        is_dead = run.state.is_at_work and not leases.is_held(lease, now)
        is_leaving = run.state in BROKEN_OFF
        is_alike = run.dry_run == dry_run and run.about_run_id == about
        if is_alike and covers(run.mode, mode) and not is_dead and not is_leaving:
            return run.id
    run_id = _add(subject, RunState.QUEUED, trigger=trigger, mode=mode, reason=reason)
    run = get_run(run_id)
    run.dry_run, run.about_run_id = dry_run, about
    after_commit(partial(tell_queued, run_id))
    return run_id


def start(subject: str, *, trigger: str, mode: str, reason: Text | str) -> int:
    """Record that a run began without having waited; return its number."""
    return _add(subject, RunState.RUNNING, trigger=trigger, mode=mode, reason=reason)


def begin(run_id: int, *, mode: str | None = None, reason: Text | str | None = None) -> bool:
    """Let a run begin that has waited; False if it does not wait any more.

    Call it in the transaction that takes the lease: of two workers one gets True.

    :param mode: what was found to be needed, if the run was asked for as auto
    """
    run = db.session.get(Run, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.state != RunState.QUEUED:
        return False
    run.state = RunState.RUNNING
    run.started_at = clock.now()
    run.mode = mode or run.mode
    run.reason = run.reason if reason is None else str(reason)
    db.session.flush()
    return True


def tell_mode(run_id: int, mode: str, reason: Text | str = "") -> None:
    """Record what a run turned out to do, and why; an empty reason leaves what was recorded."""
    values = {"mode": mode, "reason": str(reason)} if str(reason) else {"mode": mode}
    db.session.execute(update(Run).where(Run.id == run_id).values(**values))


def tell_server(run_id: int, server: Mapping[str, Any]) -> None:
    """Record what the server said of itself."""
    db.session.execute(update(Run).where(Run.id == run_id).values(server=dict(server)))


def get_run(run_id: int) -> Run:
    """Return the run.

    :raises NotFound: if there is none of this number
    """
    run = db.session.get(Run, run_id)
    if run is None:
        raise NotFound(_("There is no run %(number)s.", number=run_id))
    return run


def find_active(subject: str) -> Run | None:
    """Return the run of the subject that works now, else the one that waits, or None."""
    runs = sorted(_active(subject), key=lambda run: not run.state.is_at_work)
    return runs[0] if runs else None


def tell_progress(
    run_id: int,
    done: int,
    expected: int | None = None,
    found: Mapping[str, int] | None = None,
) -> None:
    """Record how many people a run has worked on.

    :param expected: how many there will be, as far as one knows; None leaves what was recorded
    :param found: what becomes of those read so far: new, changed and the like -> how many
    """
    values: dict[str, Any] = {"progress": done}
    if expected is not None:
        values["expected"] = expected
    if found:
        values["counters"] = {f"{FOUND}{kind}": n for kind, n in found.items()}
    db.session.execute(update(Run).where(Run.id == run_id).values(**values))


def note_problem(run_id: int, text: Text | str, *, login: str = "", field: str = "") -> None:
    """Record what did not go well for a person, or for a field of theirs."""
    db.session.add(RunProblem(run_id=run_id, login=login, field=field, text=str(text)))


def finish(
    run_id: int, state: RunState, message: Text | str, counters: Mapping[str, int] | None = None
) -> RunState:
    """Record how a run ended; nothing happens if somebody else has ended it.

    That is so for one that was cancelled, or whose process woke up after its lease was lost. One
    that did not come to its end since it was asked to pause or to stop has done what was asked.

    :param counters: what it counted; None leaves what was recorded
    :returns: how it stands now
    """
    run = get_run(run_id)
    if not run.state.is_active and run.state != RunState.HELD:
        return run.state
    asked = BROKEN_OFF.get(run.state) if state is RunState.FAILED else None
    run.state = asked or state
    run.message = run.message if asked else str(message)
    ended_at = run.ended_at or clock.now()  # what was held is released long after the run
    run.ended_at = None if asked is RunState.PAUSED else ended_at
    if counters is not None:
        run.counters = dict(counters)
    return run.state


def forget(run_id: int) -> None:
    """Take away the record of a run that had nothing to do; inside the transaction of its end."""
    db.session.execute(delete(RunProblem).where(RunProblem.run_id == run_id))
    db.session.delete(get_run(run_id))
    db.session.flush()


def cancel(run_id: int, *, by: str) -> None:
    """Cancel a run that waits or works; who works notices at its next block. In a transaction.

    :param by: who cancels, in words
    :raises Forbidden: if it has ended
    """
    lease = leases.lock(get_run(run_id).subject)
    run = db.session.get_one(Run, run_id, populate_existing=True)
    if not run.state.is_active:
        raise Forbidden(_("Run %(run)s has ended. Nothing was changed.", run=run_id))
    if lease.run_id == run_id:
        leases.take_away(lease)
    finish(
        run_id,
        RunState.CANCELLED,
        _("Cancelled by %(name)s. What was written stays; the next run goes on.", name=by),
    )


def end_interrupted(run_id: int | None) -> None:
    """Record that a run's process died: its lease was found without a sign of life."""
    if run_id is None:
        return
    run = get_run(run_id)
    if run.state.is_at_work:
        finish(run_id, RunState.FAILED, f"{how_far(run)} {_('The next run goes on.')}")


def how_far(run: Run) -> Text:
    """Return in words how far a run was when its process died, and what that means."""
    if not run.progress:
        return _("Interrupted before anybody was read: its process gave no sign of life.")
    if not run.expected:
        return _(
            "Interrupted after %(done)s people: its process gave no sign of life."
            " What was written stays.",
            done=run.progress,
        )
    return _(
        "Interrupted at %(done)s of %(expected)s people (%(percent)s %%): its process gave no"
        " sign of life. What was written stays.",
        done=run.progress,
        expected=run.expected,
        percent=min(100, 100 * run.progress // run.expected),
    )


def problems(run_id: int) -> list[RunProblem]:
    """Return the problems of a run, in the order in which they were met."""
    rows = select(RunProblem).where(RunProblem.run_id == run_id).order_by(RunProblem.id)
    return list(db.session.scalars(rows.limit(MOST_PROBLEMS)))


def active_runs() -> list[tuple[Run, Lease | None]]:
    """Return the runs that wait or work, each with the lease of its subject; oldest first."""
    rows = (
        select(Run, Lease)
        .outerjoin(Lease, Lease.subject == Run.subject)
        .where(Run.state.in_(ACTIVE))
        .order_by(Run.id)
    )
    return [(run, lease) for run, lease in db.session.execute(rows)]


def tell_queued(run_id: int) -> None:
    """Send `queued`; belongs behind the commit of the run's row."""
    queued.send(run_id)


def _active(subject: str) -> list[Run]:
    rows = select(Run).where(Run.subject == subject, Run.state.in_(ACTIVE)).order_by(Run.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def _add(subject: str, state: RunState, *, trigger: str, mode: str, reason: Text | str) -> int:
    run = Run(
        subject=subject,
        state=state,
        trigger=trigger,
        mode=mode,
        reason=str(reason),
        started_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    return run.id
