"""What runs of a directory did lately, as far as it concerns one person and their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lupweb.database import db
from lupweb.runs.models import PlanItem, Run, RunProblem, Schedule
from lupweb.runs.states import ACTIVE, WHOLE_SUBJECT, RunState


@dataclass(frozen=True)
class RunLine:
    """One run, in short."""

    id: int
    mode: str
    state: RunState
    started_at: datetime
    message: str


@dataclass(frozen=True)
class Lately:
    """The run that waits or works, the last one that ended, and what it could not do.

    :param problems: what that run noted about the person and the field
    :param held: what it would do with the person, and holds back; "" if nothing
    :param holds_field: a new value of the field is among it
    """

    active: RunLine | None = None
    last: RunLine | None = None
    problems: Sequence[str] = ()
    held: str = ""
    holds_field: bool = False


@dataclass(frozen=True)
class OtherSource:
    """The XML file, or the other LDAP.

    :param subject: of its runs; "" if it is not set up
    """

    subject: str = ""
    last: RunLine | None = None


NOTHING_LATELY = Lately()


@dataclass(frozen=True)
class OfPerson:
    """The same for every field of a person.

    :param problems: field -> what the last run noted
    :param held: what it would do with the person, and the changes that are part of it
    """

    active: RunLine | None = None
    last: RunLine | None = None
    problems: Sequence[tuple[str, str]] = ()
    held: Sequence[tuple[str, Mapping[str, Any]]] = ()

    def about(self, field_key: str) -> Lately:
        """Return what concerns one field."""
        return Lately(
            self.active,
            self.last,
            [text for key, text in self.problems if key == field_key],
            next((action for action, _changes in self.held), ""),
            any(field_key in changes for _action, changes in self.held),
        )


def lately(subject: str, person_id: int, login: str) -> OfPerson:
    """Return what happened lately in a directory; four queries."""
    active = _newest(subject, ended=False)
    last = _newest(subject, ended=True)
    if last is None:
        return OfPerson(active)
    rows = select(RunProblem.field, RunProblem.text).where(
        RunProblem.run_id == last.id, RunProblem.login == login
    )
    problems = [(key, text) for key, text in db.session.execute(rows)]
    return OfPerson(active, last, problems, _held(last, person_id))


def other_source(subject: str) -> OtherSource:
    """Return how a source of values stands; one query."""
    return OtherSource(subject, _newest(subject, ended=True)) if subject else OtherSource()


def next_time(subject: str) -> datetime | None:
    """Return when a run that reads values of a directory is due next; None if none is planned."""
    reads_values = Schedule.subject == subject, Schedule.mode.in_(WHOLE_SUBJECT)
    return db.session.scalar(select(func.min(Schedule.next_at)).where(*reads_values))


def at_work(subject: str) -> RunLine | None:
    """Return the run of a directory that waits or works; one query."""
    return _newest(subject, ended=False)


def _newest(subject: str, *, ended: bool) -> RunLine | None:
    is_active = Run.state.in_(ACTIVE)
    rows = (
        select(Run)
        .where(
            Run.subject == subject,
            Run.mode.in_(WHOLE_SUBJECT),
            Run.dry_run.is_(False),
            ~is_active if ended else is_active,
        )
        .order_by(Run.id.desc())
        .limit(1)
    )
    run = db.session.scalar(rows)
    if run is None:
        return None
    return RunLine(run.id, run.mode, RunState(run.state), run.started_at, run.message)


def _held(last: RunLine, person_id: int) -> list[tuple[str, Mapping[str, Any]]]:
    if last.state is not RunState.HELD:
        return []
    rows = select(PlanItem.action, PlanItem.changes).where(
        PlanItem.run_id == last.id, PlanItem.person_id == person_id, PlanItem.guard != ""
    )
    return [(action, changes) for action, changes in db.session.execute(rows)]
