"""What a run of a source holds, and what names exactly this set."""

from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy import select

from lupweb.database import db
from lupweb.runs.models import PlanItem


def digest_of(run_id: int) -> str:
    """Return what names exactly the set that a run holds: people, fields and values."""
    rows = held_items(run_id)
    lines = [f"{each.person_id}|{sorted(each.changes.items())}" for each in rows]
    return blake2b("\n".join(lines).encode(), digest_size=8).hexdigest() if lines else ""


def held_items(run_id: int) -> Sequence[PlanItem]:
    """Return what a run holds, in the order in which it was kept."""
    rows = select(PlanItem).where(PlanItem.run_id == run_id, PlanItem.guard != "")
    return db.session.scalars(rows.order_by(PlanItem.id)).all()
