"""Runs as the outside reads them (interface.md section 5)."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from lupweb.audit.service import changes_of_run
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.people.models import Person
from lupweb.runs.models import Run, Schedule
from lupweb.runs.service import get_run, problems
from lupweb.runs.states import RunState
from lupweb.sync.holding import held_people

COUNTERS = (
    "seen", "new", "changed", "unchanged", "disabled", "missing", "back", "skipped", "shadowed",
    "failed", "held", "values_changed",
)  # fmt: skip
PREFIX = "directory:"
AT_WORK = (RunState.QUEUED, RunState.RUNNING)


def record(run_id: int) -> dict[str, Any]:
    """Return a run as one JSON document.

    :raises NotFound: if there is no such run
    """
    run = get_run(run_id)
    return {
        "run": run.id,
        "directory": run.subject.partition(":")[2],
        "trigger": run.trigger,
        "mode": run.mode,
        "reason": run.reason,
        "state": str(run.state),
        "started": run.started_at.isoformat(),
        "seconds": _seconds(run),
        **{name: run.counters.get(name, 0) for name in COUNTERS},
        "message": run.message,
        "errors": [
            {"login": each.login, "field": each.field, "text": each.text}
            for each in problems(run_id)
        ],
    }


def details(run_id: int) -> dict[str, Any]:
    """Return a run with every person and field that it changed, before and after.

    The first reading of a directory lists its people without their values: there is no before.

    :raises NotFound: if there is no such run
    """
    changes: dict[int, list[dict[str, str]]] = defaultdict(list)
    for each in changes_of_run(run_id):
        changes[each.person_id].append(
            {"field": each.field_key, "before": each.old, "after": each.new}
        )
    new = set(db.session.scalars(select(Identity.person_id).where(Identity.first_run_id == run_id)))
    people = select(Person).where(Person.id.in_(new | changes.keys())).order_by(Person.id)
    return {
        **record(run_id),
        "people": [
            {
                "id": person.id,
                "login": person.login,
                "name": person.name,
                "new": person.id in new,
                "changes": changes[person.id],
            }
            for person in db.session.scalars(people)
        ],
        "held_people": [
            {"id": person.id, "login": person.login, "name": person.name, "action": action}
            for person, action in held_people(run_id)
        ],
    }


def status() -> dict[str, Any]:
    """Return what runs, what ran last, what is next, and how each directory stands."""
    directories = db.session.scalars(select(Directory).order_by(Directory.position)).all()
    return {
        "running": [record(run.id) for run in _at_work()],
        "last": [record(run.id) for each in directories if (run := _last(each.key)) is not None],
        "next": [
            {
                "directory": schedule.subject.removeprefix(PREFIX),
                "mode": schedule.mode,
                "at": schedule.next_at.isoformat() if schedule.next_at else None,
            }
            for schedule in db.session.scalars(select(Schedule).order_by(Schedule.next_at))
        ],
        "directories": [
            {
                "key": each.key,
                "state": each.state or "never",
                "last_full": each.last_full_at.isoformat() if each.last_full_at else None,
                "last_changes": None,
                "mode": "full",
                "mark": None,
            }
            for each in directories
        ],
    }


def _at_work() -> list[Run]:
    rows = select(Run).where(Run.subject.startswith(PREFIX), Run.state.in_(AT_WORK))
    return list(db.session.scalars(rows.order_by(Run.id)))


def _last(key: str) -> Run | None:
    rows = select(Run).where(Run.subject == PREFIX + key, Run.state.not_in(AT_WORK))
    return db.session.scalar(rows.order_by(Run.id.desc()).limit(1))


def _seconds(run: Run) -> float | None:
    return round((run.ended_at - run.started_at).total_seconds(), 3) if run.ended_at else None
