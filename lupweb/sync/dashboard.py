"""How synchronization stands: each directory, what works now, what is next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.runs.models import Run, RunProblem, Schedule
from lupweb.runs.states import ACTIVE, CHANGES, FOUND, FULL, GROUPS, PERSON, TOLD, RunState
from lupweb.runs.undone import UNDO, paused_subjects
from lupweb.sync.records import PREFIX
from lupweb.texts import Text, _

READ = frozenset({DirectoryRole.CONNECTOR, DirectoryRole.DELEGATED})
SUBJECTS: Mapping[str, Text] = {
    "pictures": _("Pictures"), "xml": _("XML file"), "groups": _("Groups"),
    "purge": _("People who left"),
}  # fmt: skip
"""What is no directory: beginning of the subject -> how people call it."""


@dataclass(frozen=True)
class Standing:
    """How one directory stands.

    :param active: the run that works or waits, or None
    :param last: the last run that ended and was of everybody, or None
    :param next_at: mode -> when it is due, of the schedules that are on
    :param people: how many people the last complete reading had
    """

    directory: Directory
    active: Run | None
    last: Run | None
    next_at: Mapping[str, datetime]
    people: int

    @property
    def is_read(self) -> bool:
        """Return whether runs of it can be asked for."""
        return self.directory.is_enabled and self.directory.role in READ


@dataclass(frozen=True)
class ActiveRun:
    """A run that has not ended.

    :param name: what it reads
    :param waits_for_s: how long it has waited for a worker; 0 for one that works
    :param left_s: how long it will take, as far as one can tell; None if one cannot
    :param problems: how many problems it has met
    """

    run: Run
    name: Text | str
    waits_for_s: float
    left_s: int | None
    problems: int

    @property
    def found(self) -> Mapping[str, int]:
        """Return what becomes of those read so far: new, changed and unchanged -> how many."""
        counted = self.run.counters
        return {key: counted[FOUND + key] for key in TOLD if FOUND + key in counted}

    @property
    def percent(self) -> int:
        """Return how far it is, 0 to 99: it is not done before it is."""
        if not self.run.expected:
            return 0
        return min(99, 100 * self.run.progress // self.run.expected)


def directory_standings() -> list[Standing]:
    """Return the directories in their order; five queries, however many there are."""
    ordered = select(Directory).order_by(Directory.position, Directory.id)
    directories = db.session.scalars(ordered).all()
    active = {run.subject: run for run in _active()}
    last = _last()
    due = _due()
    people = _people()
    return [
        Standing(
            directory=each,
            active=active.get(PREFIX + each.key),
            last=last.get(PREFIX + each.key),
            next_at=due.get(PREFIX + each.key, {}),
            people=people.get(each.id, 0),
        )
        for each in directories
    ]


def active_runs_shown(names: Mapping[str, str], now: datetime) -> list[ActiveRun]:
    """Return the runs that have not ended, the oldest first; two queries.

    :param names: key of each directory -> what people call it
    """
    runs = _active()
    counted = (
        select(RunProblem.run_id, func.count())
        .where(RunProblem.run_id.in_([run.id for run in runs]))
        .group_by(RunProblem.run_id)
    )
    problems = dict(db.session.execute(counted).all()) if runs else {}
    return [
        ActiveRun(
            run=run,
            name=name_of(run.subject, names),
            waits_for_s=0.0 if run.state.is_at_work else (now - run.started_at).total_seconds(),
            left_s=_left(run, now),
            problems=problems.get(run.id, 0),
        )
        for run in runs
    ]


@dataclass(frozen=True)
class Resting:
    """A subject whose schedule rests, because a run of it was taken back.

    :param undo: the run that took it back
    :param dry_run: what the next run would do, as a later dry run has found; None if there is none
    """

    name: Text | str
    undo: Run
    dry_run: Run | None


def resting(names: Mapping[str, str]) -> list[Resting]:
    """Return the subjects whose schedules rest, in the order in which that began; three queries.

    :param names: key of each directory -> what people call it
    """
    paused = paused_subjects()
    if not paused:
        return []
    undone = select(func.max(Run.id)).where(Run.subject.in_(paused), Run.mode == UNDO)
    dry = plans(paused)
    found = []
    for undo in _numbered(undone.where(Run.state == RunState.DONE).group_by(Run.subject)):
        plan = dry.get(undo.subject)
        is_later = plan is not None and plan.id > undo.id
        found.append(Resting(name_of(undo.subject, names), undo, plan if is_later else None))
    return found


def plans(subjects: Collection[str]) -> dict[str, Run]:
    """Return subject -> the last dry run of it that went well; one query."""
    if not subjects:
        return {}
    later = select(func.max(Run.id)).where(
        Run.subject.in_(subjects), Run.dry_run, Run.state.in_((RunState.DONE, RunState.PARTIAL))
    )
    return {run.subject: run for run in _numbered(later.group_by(Run.subject))}


def name_of(subject: str, names: Mapping[str, str]) -> Text | str:
    """Return what people call the subject of a run.

    :param names: key of each directory -> what people call it
    """
    if subject.startswith(PREFIX):
        key = subject.removeprefix(PREFIX)
        return names.get(key, key)
    return SUBJECTS.get(subject.partition(":")[0], subject)


def rules_of(directory: Directory, options: Mapping[str, Any]) -> dict[str, str]:
    """Return the schedules that count for a directory: mode -> cron text."""
    return {
        FULL: directory.schedule_full or options["schedule_full"],
        CHANGES: directory.schedule_changes or options["schedule_changes"],
    }


def _active() -> Sequence[Run]:
    return db.session.scalars(select(Run).where(Run.state.in_(ACTIVE)).order_by(Run.id)).all()


def _last() -> dict[str, Run]:
    """Return the last run of each subject that ended and may have changed people.

    Runs of groups or one person are left out, and so are dry runs: what an earlier run holds, or
    could not do, is as true after them as before.
    """
    ended = Run.state.not_in(ACTIVE), Run.mode.not_in((GROUPS, PERSON)), Run.dry_run.is_(False)
    newest = select(func.max(Run.id)).where(*ended).group_by(Run.subject)
    return {run.subject: run for run in _numbered(newest)}


def _numbered(ids: Select[int]) -> Sequence[Run]:
    return db.session.scalars(select(Run).where(Run.id.in_(ids)).order_by(Run.id)).all()


def _due() -> dict[str, dict[str, datetime]]:
    found: dict[str, dict[str, datetime]] = {}
    rows = select(Schedule.subject, Schedule.mode, Schedule.next_at)
    for subject, mode, at in db.session.execute(rows):
        if at is not None:
            found.setdefault(subject, {})[mode] = at
    return found


def _people() -> dict[int, int]:
    present = select(Identity.directory_id, func.count()).where(Identity.is_gone.is_(False))
    return dict(db.session.execute(present.group_by(Identity.directory_id)).all())


def _left(run: Run, now: datetime) -> int | None:
    if not run.state.is_at_work or not run.progress or run.expected <= run.progress:
        return None
    gone = (now - run.started_at).total_seconds()
    return max(1, round(gone / run.progress * (run.expected - run.progress)))
