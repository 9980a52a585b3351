"""Start, note and finish runs. A run is a row; whoever reads it sees how far it is."""

from collections.abc import Mapping

from sqlalchemy import select

from lupweb import clock
from lupweb.database import db
from lupweb.errors import NotFound
from lupweb.runs.models import Run, RunProblem
from lupweb.runs.states import RunState
from lupweb.texts import Text, _

MOST_PROBLEMS = 1000
"""Problems that are kept for one run; the counters count all."""


def start(subject: str, *, trigger: str, mode: str, reason: Text | str) -> int:
    """Record that a run began; return its number."""
    run = Run(
        subject=subject, trigger=trigger, mode=mode, reason=str(reason), started_at=clock.now()
    )
    db.session.add(run)
    db.session.flush()
    return run.id


def get_run(run_id: int) -> Run:
    """Return the run.

    :raises NotFound: if there is none of this number
    """
    run = db.session.get(Run, run_id)
    if run is None:
        raise NotFound(_("There is no run %(number)s.", number=run_id))
    return run


def note_problem(run_id: int, text: Text | str, *, login: str = "", field: str = "") -> None:
    """Record what did not go well for a person, or for a field of theirs."""
    db.session.add(RunProblem(run_id=run_id, login=login, field=field, text=str(text)))


def finish(
    run_id: int, state: RunState, message: Text | str, counters: Mapping[str, int] | None = None
) -> None:
    """Record how a run ended.

    :param counters: what it counted; None leaves what was recorded
    """
    run = get_run(run_id)
    run.state = state
    run.message = str(message)
    run.ended_at = clock.now()
    if counters is not None:
        run.counters = dict(counters)


def end_interrupted(run_id: int | None) -> None:
    """Record that a run's process died: its lease was found without a sign of life."""
    if run_id is None:
        return
    run = get_run(run_id)
    if run.state == RunState.RUNNING:
        finish(
            run_id,
            RunState.FAILED,
            _("Interrupted: its process ended. What was written stays; the next run goes on."),
        )


def problems(run_id: int) -> list[RunProblem]:
    """Return the problems of a run, in the order in which they were met."""
    rows = select(RunProblem).where(RunProblem.run_id == run_id).order_by(RunProblem.id)
    return list(db.session.scalars(rows.limit(MOST_PROBLEMS)))
