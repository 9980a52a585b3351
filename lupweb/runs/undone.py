"""What follows the undo of a run: no schedule, and a dry run first (sync.md section 17)."""

from collections.abc import Collection

from sqlalchemy import func, select

from lupweb.database import db
from lupweb.runs.models import Run
from lupweb.runs.states import PICTURES, WHOLE_SUBJECT, RunState

UNDO = "undo"
"""The mode of a run that takes another one back."""
COMPLETE = (RunState.DONE, RunState.PARTIAL, RunState.HELD)


def needs_dry_run(run: Run) -> bool:
    """Return whether nothing has been read of the subject since a run of it was taken back.

    What was taken back would be done again at once; so somebody looks at it first.
    """
    if run.mode not in WHOLE_SUBJECT or run.about_run_id is not None:
        return False
    before = (
        select(Run.mode)
        .where(
            Run.subject == run.subject,
            Run.id < run.id,
            Run.state.in_(COMPLETE),
            Run.mode.in_([*WHOLE_SUBJECT, UNDO]),
        )
        .order_by(Run.id.desc())
    )
    return db.session.scalar(before.limit(1)) == UNDO


def paused_subjects() -> Collection[str]:
    """Return the subjects whose schedules rest: the last run that wrote took another one back.

    Pictures from addresses go on: the same ones are not taken again.
    """
    last = (
        select(func.max(Run.id))
        .where(
            Run.state.in_(COMPLETE),
            Run.mode.in_([*WHOLE_SUBJECT, UNDO]),
            Run.dry_run.is_(False),
            Run.subject != PICTURES,
        )
        .group_by(Run.subject)
    )
    rows = select(Run.subject).where(Run.id.in_(last), Run.mode == UNDO)
    return frozenset(db.session.scalars(rows))
