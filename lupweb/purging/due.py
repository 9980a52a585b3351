"""Who has been missing for so long that their values go (sync.md section 18)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from lupweb import clock
from lupweb.audit.models import History
from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.people.states import SHOWN, PersonState
from lupweb.sync import brake

STATE = "@state"


@dataclass(frozen=True)
class Due:
    """Whose values are to go, and up to how many go without being asked."""

    ids: Sequence[int] = ()
    limit: int = brake.LEAST

    @property
    def is_too_much(self) -> bool:
        """Return whether an administrator is to look at it first."""
        return len(self.ids) > self.limit


def find_due(options: Mapping[str, Any]) -> Due:
    """Return who is due now; nobody where purging is off. Two queries.

    It counts since when the record of changes says that somebody is missing; whom it says nothing
    of stays, and so does whoever an entry of a directory still belongs to.
    """
    days = options["purge_after_days"]
    if not days:
        return Due()
    last = (
        select(History.person_id, func.max(History.id).label("id"))
        .where(History.field_key == STATE)
        .group_by(History.person_id)
        .subquery()
    )
    has_entry = select(Identity.id).where(
        Identity.person_id == Person.id, Identity.is_gone.is_(False)
    )
    rows = (
        select(Person.id)
        .join(last, last.c.person_id == Person.id)
        .join(History, History.id == last.c.id)
        .where(
            Person.state == PersonState.MISSING,
            History.new == str(PersonState.MISSING),
            History.at < clock.now() - timedelta(days=days),
            ~has_entry.exists(),
        )
        .order_by(Person.id)
    )
    ids = db.session.scalars(rows).all()
    shown = select(func.count(Person.id)).where(Person.state.in_(SHOWN))
    return Due(ids, brake.limit(db.session.scalar(shown) or 0))
