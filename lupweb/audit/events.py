"""Who changed the set-up, and what of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from lupweb import clock
from lupweb.audit.models import AuditEvent
from lupweb.database import db

LONGEST = 2_000
"""Characters of a text that are kept; a help text may hold a million."""


def note_event(
    actor: str,
    kind: str,
    about: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Record a change of the set-up; in the transaction that makes it.

    :param actor: who did it: `person:<id>`, `account:<id>`, or "" for the operator
    :param kind: what was done, as in "field.changed"
    :param about: key of what it was done to
    :param before: the settings as they were; only what differs is kept
    """
    changes = {
        name: [_kept(before.get(name)), _kept(after.get(name))]
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name) != after.get(name)
    }
    event = AuditEvent(at=clock.now(), actor=actor, kind=kind, about=about, changes=changes)
    db.session.add(event)
    db.session.flush()


def events_about(about: str) -> list[AuditEvent]:
    """Return what was done to a part of the set-up, the newest first."""
    rows = select(AuditEvent).where(AuditEvent.about == about).order_by(AuditEvent.id.desc())
    return list(db.session.scalars(rows))


def _kept(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}…"
    return list(value) if isinstance(value, tuple) else value
