"""Is everything at work? For whoever watches the site, and for scripts that wait."""

import sys
from typing import Any

import click

from lupweb.app import Parts, create_app
from lupweb.cli.application import parts_of
from lupweb.cli.output import json_option, print_json
from lupweb.database import db
from lupweb.directories.service import enabled_directories
from lupweb.jobs import queue_answers, workers_alive
from lupweb.jobs.scheduler import SUBJECT as SCHEDULER
from lupweb.runs.leases import shows_life
from lupweb.runs.service import active_runs
from lupweb.runs.states import RunState
from lupweb.tables import database_answers, schema_is_current
from lupweb.texts import Text, _
from lupweb.writeback.records import numbers

NO_WRITEBACK = {"queued": 0, "oldest_seconds": None, "conflicts": 0}
A_MINUTE_S = 60


@click.command()
@json_option
def health(*, as_json: bool) -> None:
    """Tell whether database, queue, workers and scheduler are at work; 1 if one is not."""
    app = create_app()
    with app.app_context():
        try:
            found = document(parts_of(app))
        finally:
            db.session.remove()
            db.engine.dispose()
    if as_json:
        print_json(found)
    else:
        for line in _lines(found):
            click.echo(str(line))
    sys.exit(0 if found["ok"] else 1)


def document(parts: Parts) -> dict[str, Any]:
    """Return what is at work (interface.md section 3)."""
    has_database = database_answers() and schema_is_current()
    found: dict[str, Any] = {
        "database": has_database,
        "queue": queue_answers(parts.settings),
        "workers": workers_alive(parts.settings),
        "scheduler": has_database and shows_life(SCHEDULER),
        "runs": _runs() if has_database else {},
        "directories": _directories() if has_database else [],
        "writeback": dict(numbers()) if has_database else NO_WRITEBACK,
    }
    is_ok = all(found[part] for part in ("database", "queue", "workers", "scheduler"))
    return {"ok": is_ok, **found}


def _runs() -> dict[str, int]:
    states = [run.state for run, _lease in active_runs()]
    return {
        "queued": states.count(RunState.QUEUED),
        "running": states.count(RunState.RUNNING),
    }


def _directories() -> list[dict[str, Any]]:
    return [
        {
            "key": each.key,
            "state": each.state,
            "last_full": each.last_full_at and each.last_full_at.isoformat(),
            "last_changes": each.last_changes_at and each.last_changes_at.isoformat(),
        }
        for each in enabled_directories()
    ]


def _lines(found: dict[str, Any]) -> list[Text | str]:
    yes, no = _("yes"), _("no")
    lines: list[Text | str] = [
        _("Database of this version answers: %(is_so)s", is_so=yes if found["database"] else no),
        _("Queue server answers: %(is_so)s", is_so=yes if found["queue"] else no),
        _("Workers: %(count)s", count=found["workers"]),
        _("Scheduler is at work: %(is_so)s", is_so=yes if found["scheduler"] else no),
    ]
    if found["runs"]:
        lines.append(_("Runs: %(running)s at work, %(queued)s waiting", **found["runs"]))
    if found["writeback"]["queued"] or found["writeback"]["conflicts"]:
        lines.append(_values(found["writeback"]))
    for each in found["directories"]:
        never = _("never")
        lines.append(
            _(
                "Directory %(key)s: %(state)s, read completely: %(full)s, changes: %(changes)s",
                key=each["key"],
                state=each["state"] or _("not read yet"),
                full=each["last_full"] or never,
                changes=each["last_changes"] or never,
            )
        )
    return lines


def _values(found: dict[str, Any]) -> Text:
    """Return how many values are on their way to the directories."""
    return _(
        "Values on their way to directories: %(queued)s, the oldest for %(minutes)s min;"
        " in conflict: %(conflicts)s",
        queued=found["queued"],
        minutes=(found["oldest_seconds"] or 0) // A_MINUTE_S,
        conflicts=found["conflicts"],
    )
