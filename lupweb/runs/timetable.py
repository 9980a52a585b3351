"""The schedule rows: made to fit what was configured, and claimed by one scheduler each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.runs.models import Schedule
from lupweb.runs.quiet import Quiet, quiet_until
from lupweb.runs.schedules import is_off, next_due
from lupweb.runs.service import request
from lupweb.runs.states import FULL
from lupweb.texts import _

TRIGGER = "schedule"
OF_A_DIRECTORY = "directory:"

log = structlog.get_logger()

Key = tuple[str, str]
"""Subject and mode."""
Rule = tuple[str, str]
"""Cron text and time zone."""


@dataclass(frozen=True)
class Due:
    """A schedule whose time has come, as it was read: what a claim compares with."""

    subject: str
    mode: str
    cron: str
    zone: str
    due_at: datetime | None


def differs_from(wanted: Mapping[Key, Rule]) -> bool:
    """Return whether the rows do not fit what was configured; reads only."""
    return _kept() != _on(wanted)


def arrange(wanted: Mapping[Key, Rule], now: datetime) -> None:
    """Make the rows fit what was configured; call inside a transaction.

    A new or changed rule counts from now. Schedules that are off have no row.
    """
    kept, on = _kept(), _on(wanted)
    for subject, mode in kept.keys() - on.keys():
        db.session.execute(
            delete(Schedule).where(Schedule.subject == subject, Schedule.mode == mode)
        )
    for key, rule in on.items():
        if kept.get(key) != rule:
            _store(key, rule, now)


def due(now: datetime) -> list[Due]:
    """Return the schedules whose time has come; reads only."""
    rows = (
        select(Schedule.subject, Schedule.mode, Schedule.cron, Schedule.zone, Schedule.next_at)
        .where(Schedule.next_at <= now)
        .order_by(Schedule.next_at)
    )
    return [Due(*row) for row in db.session.execute(rows)]


def upcoming() -> list[Schedule]:
    """Return the schedules that are on, the next one first."""
    rows = select(Schedule).where(Schedule.next_at.is_not(None)).order_by(Schedule.next_at)
    return list(db.session.scalars(rows))


def claim(due: Due, now: datetime, quiet: Quiet | None = None) -> int | None:
    """Move a due schedule on and ask for its run; None if another scheduler was quicker.

    Call inside a transaction. However many times were missed, there is one run.

    :param quiet: when no directory is read as a whole: it is put off until that is over, and None
        is returned
    """
    later = _put_off(due, now, quiet)
    moved = db.session.connection().execute(
        update(Schedule)
        .where(
            Schedule.subject == due.subject,
            Schedule.mode == due.mode,
            Schedule.next_at == due.due_at,
        )
        .values(next_at=later or _next(due.cron, due.zone, now))
    )
    if moved.rowcount != 1 or later:
        return None
    reason = _("its time had come")
    return request(due.subject, trigger=TRIGGER, mode=due.mode, reason=reason)


def _put_off(due: Due, now: datetime, quiet: Quiet | None) -> datetime | None:
    is_whole = due.mode == FULL and due.subject.startswith(OF_A_DIRECTORY)
    return quiet_until(quiet, due.zone, now) if quiet and is_whole else None


def _kept() -> dict[Key, Rule]:
    rows = select(Schedule.subject, Schedule.mode, Schedule.cron, Schedule.zone)
    return {(row.subject, row.mode): (row.cron, row.zone) for row in db.session.execute(rows)}


def _on(wanted: Mapping[Key, Rule]) -> dict[Key, Rule]:
    return {key: rule for key, rule in wanted.items() if not is_off(rule[0])}


def _store(key: Key, rule: Rule, now: datetime) -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    (subject, mode), (cron, zone) = key, rule
    values = {"cron": cron, "zone": zone, "next_at": _next(cron, zone, now)}
    row = insert(Schedule).values(subject=subject, mode=mode, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["subject", "mode"], set_=values))


def _next(cron: str, zone: str, now: datetime) -> datetime | None:
    try:
        return next_due(cron, zone, now)
    except InvalidValue as error:  # one row that cannot be read must not stop the others
        log.error("a schedule cannot be read and is never due", cron=cron, why=str(error))
        return None
