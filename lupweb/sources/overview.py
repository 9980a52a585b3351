"""How a source stands, for the page of administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.database import db
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.models import Run, RunProblem, Schedule
from lupweb.runs.states import ACTIVE, FULL
from lupweb.sources.people import fields_of
from lupweb.texts import _


@dataclass(frozen=True)
class SourceStanding:
    """How a source stands.

    :param active: the run that waits or works
    :param last: the run that ended last, dry ones included
    :param problems: of the last run
    :param next_at: None where nothing is scheduled
    """

    fields: Sequence[FieldLayout]
    active: Run | None
    last: Run | None
    problems: int
    next_at: datetime | None


def source_standing(viewer: Viewer, layout: Layout, source: Source, subject: str) -> SourceStanding:
    """Return how a source stands; four queries.

    :param subject: what its runs are filed under
    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    ended = select(Run).where(Run.subject == subject, Run.state.not_in(ACTIVE))
    last = db.session.scalar(ended.order_by(Run.id.desc()).limit(1))
    problems = select(func.count()).select_from(RunProblem)
    due = select(func.min(Schedule.next_at)).where(Schedule.subject == subject)
    return SourceStanding(
        fields=fields_of(layout, source),
        active=runs.find_active(subject),
        last=last,
        problems=db.session.scalar(problems.where(RunProblem.run_id == last.id)) or 0
        if last
        else 0,
        next_at=db.session.scalar(due),
    )


def start(viewer: Viewer, subject: str) -> int:
    """Ask for a run that reads everything; return its number. Call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    reason = _("everything was asked for")
    return runs.request(subject, trigger=viewer.actor or "operator", mode=FULL, reason=reason)
