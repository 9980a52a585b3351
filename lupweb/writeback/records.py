"""What is on its way, as the command line tells it (interface.md section 3)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from lupweb import clock
from lupweb.database import db
from lupweb.errors import NotFound
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import TOLD, counts
from lupweb.outbox.service import is_due
from lupweb.outbox.states import OutboxState
from lupweb.people.models import Person
from lupweb.texts import _
from lupweb.writeback.sentences import administrator_sentence

PAGE = 500


def record(message_id: int) -> dict[str, Any]:
    """Return one message as it stands now.

    :raises NotFound: if there is none
    """
    found = db.session.execute(_rows().where(OutboxMessage.id == message_id)).first()
    if found is None:
        raise NotFound(_("There is no such value any more."))
    return _record(*found)


def records(states: Sequence[OutboxState] = TOLD) -> list[dict[str, Any]]:
    """Return every message of these states, the oldest first; no value stands in them.

    For whoever has the shell: the server's words may name people.
    """
    found: list[dict[str, Any]] = []
    after = 0
    while rows := _page(states, after):
        found += [_record(message, login) for message, login in rows]
        after = rows[-1][0].id
    return found


def numbers() -> Mapping[str, int | None]:
    """Return how many wait, for how long the oldest does, and how many are in conflict."""
    found = counts()
    age = None
    if found.oldest_at is not None:
        age = max(0, int((clock.now() - found.oldest_at).total_seconds()))
    return {
        "queued": found.waiting,
        "oldest_seconds": age,
        "conflicts": found.by_state.get(OutboxState.CONFLICT, 0),
    }


def due_since() -> dict[int, datetime]:
    """Return the directories that something is to be saved to now, and since when; one query."""
    rows = (
        select(OutboxMessage.directory_id, func.min(OutboxMessage.not_before))
        .where(is_due(clock.now()))
        .group_by(OutboxMessage.directory_id)
    )
    return dict(db.session.execute(rows).all())


def _rows() -> Select[OutboxMessage, str]:
    rows = select(OutboxMessage, Person.login)
    return rows.join(Person, Person.id == OutboxMessage.person_id)


def _page(states: Sequence[OutboxState], after: int) -> Sequence[Row[OutboxMessage, str]]:
    rows = _rows().where(OutboxMessage.state.in_(states), OutboxMessage.id > after)
    return db.session.execute(rows.order_by(OutboxMessage.id).limit(PAGE)).all()


def _record(message: OutboxMessage, login: str) -> dict[str, Any]:
    return {
        "id": message.id,
        "login": login,
        "field": message.field_key,
        "attribute": message.attribute,
        "state": str(message.state),
        "attempts": message.attempts,
        "last_error": _last_error(message),
        "created": message.created_at.isoformat(),
        "not_before": message.not_before.isoformat(),
    }


def _last_error(message: OutboxMessage) -> str:
    if not (message.reason or message.last_code or message.last_info):
        return ""
    return str(administrator_sentence(message))
