"""What somebody decided about what a run holds: it is done, or people stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lupweb.audit.events import note_event
from lupweb.audit.models import AuditEvent
from lupweb.database import db
from lupweb.runs.models import Run
from lupweb.runs.states import RunState

APPROVED = "run.approved"
KEPT = "run.kept"
HELD_SET = "held:"
"""Begins what a decision is about: the digest of the set follows, whichever run has found it."""


@dataclass(frozen=True)
class Decision:
    """What was decided about a held set, by whom and when.

    :param actor: `person:<id>`, `account:<id>`, or "" for the operator
    :param run_id: the run whose list was looked at
    """

    is_approved: bool
    actor: str
    at: datetime
    run_id: int


def note_decision(actor: str, kind: str, run: Run) -> None:
    """Record what was decided about what a run held; in the transaction that does it.

    :param kind: `APPROVED` or `KEPT`
    """
    note_event(actor, kind, HELD_SET + run.held_digest, {}, {"run": run.id})


def decisions(runs: Sequence[Run]) -> Mapping[int, Decision]:
    """Return run -> the last decision about the set that it held; one query, none if none held.

    An approval says nothing of a run that still holds an equal set, nor does it stay kept then.
    """
    asked = {each.id: HELD_SET + each.held_digest for each in runs if each.held_digest}
    if not asked:
        return {}
    rows = select(AuditEvent).where(
        AuditEvent.about.in_(set(asked.values())), AuditEvent.kind.in_((APPROVED, KEPT))
    )
    events = list(db.session.scalars(rows.order_by(AuditEvent.id)))
    found: dict[int, Decision] = {}
    for run in runs:
        wanted = KEPT if run.state is RunState.HELD else APPROVED
        about = [each for each in events if each.about == asked.get(run.id)]
        if about and about[-1].kind == wanted:
            found[run.id] = _read(about[-1])
    return found


def _read(event: AuditEvent) -> Decision:
    _before, number = event.changes.get("run", (None, 0))
    return Decision(event.kind == APPROVED, event.actor, event.at, int(number or 0))
