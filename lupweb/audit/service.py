"""Record what changed; read it back by run and by person."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select

from lupweb.audit.models import History
from lupweb.database import db


@dataclass(frozen=True)
class Change:
    """One value that changed; "" is no value."""

    person_id: int
    field_key: str
    old: str
    new: str


def record(changes: Iterable[Change], *, source: str, run_id: int | None, at: datetime) -> None:
    """Record changes of one transaction; one statement."""
    rows = [{**asdict(each), "source": source, "run_id": run_id, "at": at} for each in changes]
    if rows:
        db.session.execute(insert(History), rows)


def changes_of_run(run_id: int) -> list[History]:
    """Return what a run changed, in the order in which it was written."""
    rows = select(History).where(History.run_id == run_id).order_by(History.id)
    return list(db.session.scalars(rows))
