"""Runs as a list, narrowed and a page at a time."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from lupweb.database import db
from lupweb.runs.models import Run, RunProblem
from lupweb.runs.states import RunState

PAGE = 50
WENT = {
    "good": (RunState.DONE,),
    "attention": (RunState.PARTIAL, RunState.HELD),
    "bad": (RunState.FAILED, RunState.REFUSED),
    "stopped": (RunState.CANCELLED, RunState.PAUSED, RunState.PAUSING, RunState.STOPPING),
    "open": (RunState.QUEUED, RunState.RUNNING),
}
"""What people choose by -> the states that it stands for."""


@dataclass(frozen=True)
class Asked:
    """How the list is narrowed; "" is all.

    :param went: one of `WENT`
    """

    subject: str = ""
    went: str = ""
    mode: str = ""
    page: int = 1


@dataclass(frozen=True)
class RunPage:
    """A page of runs, the newest first.

    :param problems: run -> how many problems it met
    """

    runs: Sequence[Run]
    problems: Mapping[int, int]
    total: int
    number: int
    count: int

    @property
    def first(self) -> int:
        """Return the place of the first run of the page."""
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the place of the last run of the page."""
        return min(self.number * PAGE, self.total)


def runs_listed(asked: Asked, *, most: int = PAGE) -> RunPage:
    """Return a page of runs; three queries.

    :param most: how many at most; the page is the first one then
    """
    wanted = _conditions(asked)
    total = db.session.scalar(select(func.count()).select_from(Run).where(*wanted)) or 0
    count = max(1, math.ceil(total / PAGE))
    number = min(max(asked.page, 1), count)
    rows = select(Run).where(*wanted).order_by(Run.id.desc())
    runs = db.session.scalars(rows.limit(most).offset((number - 1) * PAGE)).all()
    return RunPage(runs, problem_counts([run.id for run in runs]), total, number, count)


def runs_before(before: int | None, subject: str, state: str, *, most: int) -> Sequence[Run]:
    """Return runs, the newest first; one query, however far back.

    :param before: only runs with a lower number
    :param subject: what was read; "" is all
    :param state: how it stands or ended; "" is all
    """
    wanted = select(Run).order_by(Run.id.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(Run.id < before)
    if subject:
        wanted = wanted.where(Run.subject == subject)
    if state:
        wanted = wanted.where(Run.state == state)
    return db.session.scalars(wanted).all()


def runs_numbered(ids: Set[int]) -> Sequence[Run]:
    """Return these runs, the oldest first."""
    return db.session.scalars(select(Run).where(Run.id.in_(ids)).order_by(Run.id)).all()


def runs_about(run_id: int) -> Sequence[Run]:
    """Return the runs that took this one back, or applied its plan, the oldest first."""
    return db.session.scalars(select(Run).where(Run.about_run_id == run_id).order_by(Run.id)).all()


def subjects_known() -> list[str]:
    """Return every subject that there are runs of."""
    return list(db.session.scalars(select(Run.subject).distinct().order_by(Run.subject)))


def problem_counts(run_ids: Sequence[int]) -> dict[int, int]:
    """Return how many problems each of these runs met."""
    rows = select(RunProblem.run_id, func.count()).where(RunProblem.run_id.in_(run_ids))
    return dict(db.session.execute(rows.group_by(RunProblem.run_id)).all()) if run_ids else {}


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.subject:
        found.append(Run.subject == asked.subject)
    if asked.went in WENT:
        found.append(Run.state.in_(WENT[asked.went]))
    if asked.mode:
        found.append(Run.mode == asked.mode)
    return found
