"""Runs as the outside reads them (interface.md section 5)."""

from collections import defaultdict
from typing import Any

from sqlalchemy import and_, or_, select

from lupweb.audit.service import changes_of_run
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.profiles.layout import load_layout
from lupweb.runs.models import PlanItem, Run, Schedule
from lupweb.runs.service import get_run, problems
from lupweb.runs.states import ACTIVE, CHANGES, FULL, GROUPS, PERSON
from lupweb.sources import xml_file
from lupweb.sync.holding import held_items, reason_of, verdicts_of
from lupweb.sync.items import Action, Changes, action_of_step
from lupweb.sync.rules import STATE, Rules

COUNTERS = (
    "seen", "new", "changed", "unchanged", "disabled", "missing", "back", "skipped", "shadowed",
    "failed", "held", "values_changed",
)  # fmt: skip
PREFIX = "directory:"


def record(run_id: int) -> dict[str, Any]:
    """Return a run as one JSON document.

    :raises NotFound: if there is no such run
    """
    errors = [
        {"login": each.login, "field": each.field, "text": each.text} for each in problems(run_id)
    ]
    return {**summary(get_run(run_id)), "errors": errors}


def summary(run: Run) -> dict[str, Any]:
    """Return a run as one JSON document, without what went wrong for single people."""
    return {
        "run": run.id,
        "directory": run.subject.removeprefix(PREFIX),
        "trigger": run.trigger,
        "mode": run.mode,
        "reason": run.reason,
        "state": str(run.state),
        "started": run.started_at.isoformat(),
        "seconds": _seconds(run),
        **{name: run.counters.get(name, 0) for name in COUNTERS},
        "message": run.message,
        "dry_run": run.dry_run,
    }


def details(run_id: int) -> dict[str, Any]:
    """Return a run with every person and field that it changed, before and after.

    The first reading of a directory lists its people without their values: there is no before.

    :raises NotFound: if there is no such run
    """
    run, layout = get_run(run_id), load_layout()
    rules = Rules(layout, run)
    people = _planned(run, rules) if run.dry_run else _changed(run, rules)
    return {
        **record(run_id),
        **run.course,
        "people": people,
        "guards": [
            {**each, "reason": str(reason_of(layout, verdict))}
            for each, verdict in zip(run.guards, verdicts_of(run), strict=True)
        ],
        "held_people": [
            {
                "id": each.person_id,
                "login": each.login,
                "name": each.name,
                "action": each.action,
                "guard": each.guard,
                "changes": _of_plan(each.changes, rules),
            }
            for each in held_items(run_id)
        ],
    }


def _changed(run: Run, rules: Rules) -> list[dict[str, Any]]:
    changes: dict[int, list[dict[str, str]]] = defaultdict(list)
    steps: dict[int, tuple[str, str]] = {}
    for each in changes_of_run(run.id):
        rule = rules.rule(each.field_key, each.new, each.source)
        said = {"field": each.field_key, "before": each.old, "after": each.new, "rule": str(rule)}
        changes[each.person_id].append(said)
        if each.field_key == STATE:
            steps[each.person_id] = (each.old, each.new)
    new = set(db.session.scalars(select(Identity.person_id).where(Identity.first_run_id == run.id)))
    people = select(Person).where(Person.id.in_(new | changes.keys())).order_by(Person.id)
    return [
        {
            "id": person.id,
            "login": person.login,
            "name": person.name,
            "new": person.id in new,
            "action": str(Action.NEW if person.id in new else action_of_step(steps.get(person.id))),
            "changes": changes[person.id],
        }
        for person in db.session.scalars(people)
    ]


def _planned(run: Run, rules: Rules) -> list[dict[str, Any]]:
    rows = select(PlanItem).where(PlanItem.run_id == run.id, PlanItem.guard == "")
    return [
        {
            "id": each.person_id,
            "login": each.login,
            "name": each.name,
            "new": each.action == Action.NEW,
            "action": each.action,
            "changes": _of_plan(each.changes, rules),
        }
        for each in db.session.scalars(rows.order_by(PlanItem.id))
    ]


def _of_plan(changes: Changes, rules: Rules) -> list[dict[str, str]]:
    return [
        {"field": key, "before": pair[0], "after": pair[1], "rule": str(rules.rule(key, pair[1]))}
        for key, pair in sorted(changes.items())
    ]


def status() -> dict[str, Any]:
    """Return what runs, what ran last, what is next, and how each directory stands."""
    directories = db.session.scalars(select(Directory).order_by(Directory.position)).all()
    subjects = [PREFIX + each.key for each in directories]
    if options()["xml_file"]:
        subjects.append(xml_file.SUBJECT)
    return {
        "running": [record(run.id) for run in _at_work()],
        "last": [record(run.id) for each in subjects if (run := _last(each)) is not None],
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
                "last_changes": each.last_changes_at.isoformat() if each.last_changes_at else None,
                "mode": CHANGES if each.incremental else FULL,
                "mark": ", ".join(each.server.get("marks", ())) or None,
            }
            for each in directories
        ],
    }


def _at_work() -> list[Run]:
    of_people = or_(Run.subject.startswith(PREFIX), Run.subject == xml_file.SUBJECT)
    rows = select(Run).where(of_people, Run.state.in_(ACTIVE))
    return list(db.session.scalars(rows.order_by(Run.id)))


def _last(subject: str) -> Run | None:
    of_here = and_(Run.subject == subject, Run.mode.not_in((GROUPS, PERSON)))
    rows = select(Run).where(of_here, Run.state.not_in(ACTIVE))
    return db.session.scalar(rows.order_by(Run.id.desc()).limit(1))


def _seconds(run: Run) -> float | None:
    return round((run.ended_at - run.started_at).total_seconds(), 3) if run.ended_at else None
