"""Record what changed; read it back by run and by person."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
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


def record(
    changes: Iterable[Change], *, source: str, run_id: int | None, at: datetime, actor: str = ""
) -> None:
    """Record changes of one transaction; one statement.

    :param actor: who did it: `person:<id>` or `account:<id>`; "" for a source, or the operator
    """
    common = {"source": source, "run_id": run_id, "at": at, "actor": actor}
    rows = [
        {
            "person_id": each.person_id,
            "field_key": each.field_key,
            "old": each.old,
            "new": each.new,
            **common,
        }
        for each in changes
    ]
    if rows:  # by the table: a run brings thousands, and no object is made of any
        db.session.connection().execute(insert(History.__table__), rows)  # type: ignore[arg-type]


def changes_of_run(run_id: int) -> list[History]:
    """Return what a run changed, in the order in which it was written."""
    rows = select(History).where(History.run_id == run_id).order_by(History.id)
    return list(db.session.scalars(rows))


def changes_of_person(
    person_id: int, keys: Collection[str] | None, *, before: int | None, limit: int
) -> list[History]:
    """Return what was changed of a person, the newest first.

    :param keys: only these fields; None: all of them
    :param before: only what is older than the line of this number
    """
    rows = select(History).where(History.person_id == person_id)
    if keys is not None:
        rows = rows.where(History.field_key.in_(keys))
    if before is not None:
        rows = rows.where(History.id < before)
    return list(db.session.scalars(rows.order_by(History.id.desc()).limit(limit)))


def values_before(person_id: int, keys: Collection[str]) -> Mapping[str, list[str]]:
    """Return what each of these fields was before each of its changes, the newest first."""
    found: dict[str, list[str]] = {key: [] for key in keys}
    rows = (
        select(History.field_key, History.old)
        .where(History.person_id == person_id, History.field_key.in_(keys))
        .order_by(History.id.desc())
    )
    for key, old in db.session.execute(rows):
        found[key].append(old)
    return found
