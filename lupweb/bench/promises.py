"""What became of saves that were accepted, as the outbox and the history tell it."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from lupweb.audit.models import History
from lupweb.database import db, end_reading
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.people.models import Person

Place = tuple[str, str]
"""Login of a person, key of a field."""
OPEN = (OutboxState.QUEUED, OutboxState.LEASED, OutboxState.WAITING, OutboxState.UNKNOWN)
"""On their way; what is in conflict is not: it waits for its person."""


def steps_of_messages() -> tuple[dict[Place, dict[str, set[str]]], dict[Place, set[str]]]:
    """Return what each value of ours may have replaced, and the values that were surely written.

    A message that follows others may have found what any of them had sent.
    """
    rows = select(OutboxMessage, Person.login).join(Person, Person.id == OutboxMessage.person_id)
    before: dict[int | None, set[str]] = {}
    seen: dict[Place, dict[str, set[str]]] = {}
    sure: dict[Place, set[str]] = {}
    for each, login in db.session.execute(rows.order_by(OutboxMessage.id)):
        place = (login, each.field_key)
        sent = {str(one["value"]) for one in each.in_flight}
        known = before.get(each.id, set()) | {each.old_value} | sent
        seen.setdefault(place, {})[each.new_value] = known - {each.new_value}
        before[each.superseded_by] = known | {each.new_value}
        if each.state == OutboxState.WRITTEN:
            sure.setdefault(place, set()).add(each.new_value)
    end_reading()
    return seen, sure


def states_of_messages() -> Mapping[str, int]:
    """Return how many messages stand where."""
    rows = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    found = Counter({str(state): count for state, count in db.session.execute(rows)})
    end_reading()
    return found


def written_twice() -> int:
    """Return how many values the history says were saved more than once."""
    rows = (
        select(func.count() - 1)
        .where(History.actor != "", History.new != "")
        .group_by(History.person_id, History.field_key, History.new)
        .having(func.count() > 1)
    )
    found = sum(db.session.scalars(rows))
    end_reading()
    return found


def is_anything_open() -> bool:
    """Return whether anything is still on its way."""
    rows = select(OutboxMessage.id).where(OutboxMessage.state.in_(OPEN)).limit(1)
    found = db.session.scalar(rows) is not None
    end_reading()
    return found
