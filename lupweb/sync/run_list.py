"""Runs as a list, narrowed and a page at a time."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from dataclasses import field as made

from sqlalchemy import ColumnElement, func, select

from lupweb.database import db
from lupweb.runs.decided import decisions
from lupweb.runs.models import Run, RunProblem
from lupweb.runs.states import OVERTAKES, RunState
from lupweb.sources.releasing import source_of
from lupweb.sync.holding import COMPLETE

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
    :param outdated: run that holds something -> the later one that has read since
    :param kept: runs that hold something which somebody decided to keep as it is
    """

    runs: Sequence[Run]
    problems: Mapping[int, int]
    total: int
    number: int
    count: int
    outdated: Mapping[int, int] = made(default_factory=dict)
    kept: Set[int] = frozenset()

    @property
    def first(self) -> int:
        """Return the place of the first run of the page."""
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the place of the last run of the page."""
        return min(self.number * PAGE, self.total)


def runs_listed(asked: Asked, *, most: int = PAGE) -> RunPage:
    """Return a page of runs; three queries, three more if one of them holds something.

    :param most: how many at most; the page is the first one then
    """
    wanted = _conditions(asked)
    total = db.session.scalar(select(func.count()).select_from(Run).where(*wanted)) or 0
    count = max(1, math.ceil(total / PAGE))
    number = min(max(asked.page, 1), count)
    rows = select(Run).where(*wanted).order_by(Run.id.desc())
    runs = db.session.scalars(rows.limit(most).offset((number - 1) * PAGE)).all()
    problems = problem_counts([run.id for run in runs])
    kept = decisions([run for run in runs if run.state is RunState.HELD])
    return RunPage(runs, problems, total, number, count, outdated_by(runs), kept.keys())


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


def outdated_by(runs: Sequence[Run]) -> dict[int, int]:
    """Return run that holds something -> the later run because of which it is out of date.

    Such a set cannot be released any more (`lupweb.sync.holding`); two queries at most.
    """
    held = [run for run in runs if run.state is RunState.HELD and not run.dry_run]
    if not held:
        return {}
    newest = (
        select(func.max(Run.id))
        .where(
            Run.subject.in_({run.subject for run in held}),
            Run.state.in_(COMPLETE),
            Run.mode.in_(OVERTAKES),
            Run.dry_run.is_(False),
        )
        .group_by(Run.subject)
    )
    later = {run.subject: run for run in db.session.scalars(select(Run).where(Run.id.in_(newest)))}
    return {
        run.id: after.id
        for run in held
        if (after := later.get(run.subject)) is not None
        and after.id > run.id
        and not _holds_the_same(after, run)
    }


def _holds_the_same(after: Run, run: Run) -> bool:
    """Return whether a later run holds the same set, which is released with either of the two."""
    is_equal = after.state is RunState.HELD and after.held_digest == run.held_digest
    return is_equal and source_of(run.subject) is None


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
