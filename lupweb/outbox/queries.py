"""What is on its way to a directory: for its owner, for lists, and in numbers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, or_, select

from lupweb.database import db
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OPEN, TROUBLED, OutboxState
from lupweb.outbox.values import PICTURE

TOLD = (*OPEN, OutboxState.REJECTED, OutboxState.DEAD)
"""States of a message that its owner is told of."""
MOST_LISTED = 200
REPLICA_LAGS = timedelta(minutes=5)
"""How long the others of several servers may not know what one has taken (writeback.md 7)."""


@dataclass(frozen=True)
class Counts:
    """How many messages stand where.

    :param by_state: only states that some are in
    :param oldest_at: since when the oldest one waits that is to be sent; None: none waits
    """

    by_state: dict[OutboxState, int]
    oldest_at: datetime | None

    @property
    def waiting(self) -> int:
        """Return how many are to be sent, or are being sent."""
        others = (self.by_state.get(each, 0) for each in OPEN if each is not OutboxState.CONFLICT)
        return sum(others)

    @property
    def troubled(self) -> int:
        """Return how many somebody has to look at."""
        return sum(self.by_state.get(each, 0) for each in TROUBLED)


def open_messages(person_ids: Collection[int]) -> dict[int, dict[str, OutboxMessage]]:
    """Return what is not settled: person id -> field key -> message; one query."""
    return _by_person(person_ids, OPEN)


def told_messages(person_ids: Collection[int]) -> dict[int, dict[str, OutboxMessage]]:
    """Return what these people are told of: person id -> field key -> message; one query.

    What is open, and what the directory would not have, as long as nothing else was entered.
    """
    return _by_person(person_ids, TOLD)


def messages(
    states: Collection[OutboxState] = TOLD,
    *,
    directory_id: int | None = None,
    before: int | None = None,
    limit: int = MOST_LISTED,
) -> Sequence[OutboxMessage]:
    """Return messages of these states, the newest first.

    :param before: only those with a lower number
    """
    rows = select(OutboxMessage).where(OutboxMessage.state.in_(states))
    if directory_id is not None:
        rows = rows.where(OutboxMessage.directory_id == directory_id)
    if before is not None:
        rows = rows.where(OutboxMessage.id < before)
    return db.session.scalars(rows.order_by(OutboxMessage.id.desc()).limit(limit)).all()


def counts(directory_id: int | None = None) -> Counts:
    """Return how many messages stand where, and since when the oldest one waits; two queries."""
    rows = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    oldest = select(func.min(OutboxMessage.created_at)).where(
        OutboxMessage.state.in_(OPEN), OutboxMessage.state != OutboxState.CONFLICT
    )
    if directory_id is not None:
        rows = rows.where(OutboxMessage.directory_id == directory_id)
        oldest = oldest.where(OutboxMessage.directory_id == directory_id)
    found = {OutboxState(state): int(n) for state, n in db.session.execute(rows)}
    return Counts(found, db.session.scalar(oldest))


def read_against(directory_id: int, now: datetime) -> dict[int, list[OutboxMessage]]:
    """Return what a reading of a directory is to be compared with, by person; one query.

    What is open, and what was written so lately that a replica may not have it.
    """
    is_new = and_(
        OutboxMessage.state == OutboxState.WRITTEN,
        OutboxMessage.settled_at > now - REPLICA_LAGS,
    )
    rows = select(OutboxMessage).where(
        OutboxMessage.directory_id == directory_id,
        or_(OutboxMessage.state.in_(OPEN), is_new),
    )
    found: dict[int, list[OutboxMessage]] = defaultdict(list)
    newest = {"populate_existing": True}
    for each in db.session.scalars(rows.order_by(OutboxMessage.id), execution_options=newest):
        found[each.person_id].append(each)
    return dict(found)


def server_of(person_id: int, now: datetime) -> str:
    """Return the server that took the last write about a person, if that was just now, or ""."""
    rows = select(OutboxMessage.server).where(
        OutboxMessage.person_id == person_id,
        OutboxMessage.state == OutboxState.WRITTEN,
        OutboxMessage.settled_at > now - REPLICA_LAGS,
    )
    return db.session.scalar(rows.order_by(OutboxMessage.settled_at.desc()).limit(1)) or ""


def pictures_needed(hashes: Collection[str]) -> Select[str]:
    """Return the query for those of these pictures that are on their way."""
    return select(OutboxMessage.new_value).where(
        OutboxMessage.field_key == PICTURE,
        OutboxMessage.state.in_(TOLD),
        OutboxMessage.new_value.in_(hashes),
    )


def _by_person(
    person_ids: Collection[int], states: Collection[OutboxState]
) -> dict[int, dict[str, OutboxMessage]]:
    rows = select(OutboxMessage).where(
        OutboxMessage.person_id.in_(person_ids), OutboxMessage.state.in_(states)
    )
    found: dict[int, dict[str, OutboxMessage]] = defaultdict(dict)
    for each in db.session.scalars(rows.order_by(OutboxMessage.id)):
        found[each.person_id][each.field_key] = each
    return dict(found)
