"""Values on their way to a directory: promised with the save, claimed, settled.

Nothing here commits or asks a directory: call it inside a transaction (writeback.md sections 3, 4).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from blinker import Signal
from sqlalchemy import ColumnElement, and_, or_, select, update

from lupweb import clock
from lupweb.database import after_commit, db
from lupweb.directories.models import TAKES_WRITES as DIRECTORY_TAKES_WRITES
from lupweb.directories.models import Directory
from lupweb.errors import LeaseLost
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.rows import add_message, claimed_of, place_of, wanted_of
from lupweb.outbox.states import OPEN, OutboxState
from lupweb.outbox.values import Claimed, Place, Verdict, Wanted, packed
from lupweb.people.models import Person
from lupweb.texts import _

LEASE = timedelta(seconds=60)
AT_ONCE = 20
"""Messages of one claim."""
FAILED = (OutboxState.REJECTED, OutboxState.DEAD)
RUNNING = (OutboxState.LEASED, OutboxState.UNKNOWN)
AGAIN = (OutboxState.QUEUED, OutboxState.WAITING, OutboxState.UNKNOWN)
TAKES_WRITES = (DIRECTORY_TAKES_WRITES, Directory.is_enabled)

promised = Signal("the id of a directory that something is to be saved to; after the commit")


@dataclass(frozen=True)
class _Tell:
    """Sends `promised`; several of one transaction are equal, and so sent once."""

    directory_id: int

    def __call__(self) -> None:
        promised.send(self.directory_id)


def promise(place: Place, wanted: Wanted) -> int | None:
    """Keep a value until the directory has it; return the number of its message.

    What is open for the same field already gets the new value: the first `expected` stays. Where it
    may have been sent, a message of its own follows it, which knows what was sent. After a conflict
    it begins anew, so `wanted` has to name the value that was found. Sends `promised`.

    :returns: None if nothing is to be saved (any more), since the directory holds the value
    """
    standing = _open_message(place.person_id, place.field_key)
    if standing is not None and place_of(standing) != place:
        cancel(standing, "moved")
        standing = None
    if standing is None:
        message = None if wanted.new_value == wanted.old_value else add_message(place, wanted)
    elif standing.state == OutboxState.CONFLICT:
        message = _after_conflict(standing, place, wanted)
    else:
        message = _coalesced(standing, place, wanted)
    _forget_failed(place, message)
    if message is None:
        return None
    tell_promised(place.directory_id)
    return message.id


def tell_promised(directory_id: int) -> None:
    """Send `promised` behind the commit of the transaction at work."""
    after_commit(_Tell(directory_id))


def claim(directory_id: int, *, limit: int = AT_ONCE) -> list[Claimed]:
    """Take what is due, the oldest first; nobody else gets it for 60 seconds.

    What belongs to an entry that somebody is at work on stays. Two who claim of the same directory
    do so one after the other. What a directory is not to have now waits until it may.
    """
    now = clock.now()
    lock = select(Directory.id).where(Directory.id == directory_id, *TAKES_WRITES)
    if db.session.scalar(lock.with_for_update(key_share=True)) is None:
        return []
    busy = select(OutboxMessage.unique_id).where(
        OutboxMessage.directory_id == directory_id, OutboxMessage.lease_until > now
    )
    rows = (
        select(OutboxMessage)
        .where(
            OutboxMessage.directory_id == directory_id,
            is_due(now),
            OutboxMessage.unique_id.not_in(busy),
        )
        .order_by(OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = list(db.session.scalars(rows, execution_options={"populate_existing": True}))
    for each in found:
        _lease(each, now)
    db.session.flush()
    return [claimed_of(each) for each in found]


def due(directory_id: int, *, limit: int = AT_ONCE) -> list[int]:
    """Return the messages that `claim` might take now, the oldest first."""
    rows = select(OutboxMessage.id).where(
        OutboxMessage.directory_id == directory_id, is_due(clock.now())
    )
    return list(db.session.scalars(rows.order_by(OutboxMessage.id).limit(limit)))


def directories_due() -> list[int]:
    """Return the directories that something is to be saved to now; one query."""
    rows = (
        select(OutboxMessage.directory_id)
        .join(Directory, Directory.id == OutboxMessage.directory_id)
        .where(is_due(clock.now()), *TAKES_WRITES)
        .distinct()
    )
    return sorted(db.session.scalars(rows))


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a message that is to be sent; one whose lease ran out is."""
    return and_(
        or_(
            OutboxMessage.state.in_(AGAIN),
            and_(OutboxMessage.state == OutboxState.LEASED, OutboxMessage.lease_until <= now),
        ),
        OutboxMessage.not_before <= now,
    )


def settle(message_id: int, token: str, verdict: Verdict) -> OutboxMessage:
    """Write down what became of a message that was claimed; return it.

    Where it was superseded or cancelled meanwhile it stays so; its successor learns what the
    directory holds now. What was written is to be confirmed whatever state is returned.

    :raises LeaseLost: if somebody else has claimed it since
    """
    message = _held(message_id)
    if not token or message.lease_token != token:
        raise LeaseLost(_("Somebody else has taken over. This one wrote nothing more."))
    message.lease_token, message.lease_until = "", None
    message.last_code, message.last_info = verdict.code, verdict.info
    message.base_stamp = verdict.base_stamp or message.base_stamp
    message.server = verdict.server or message.server
    message.attempts += int(verdict.counts)
    if message.state == OutboxState.LEASED:
        _take_verdict(message, verdict)
    elif message.state == OutboxState.CANCELLED and verdict.state == OutboxState.WRITTEN:
        message.state = OutboxState.WRITTEN
    _tell_successor(message, verdict.state)
    db.session.flush()
    return message


def cancel(message: OutboxMessage, reason: str) -> None:
    """Give a message up; one that is being sent right now may still be written, and is so noted."""
    message.state, message.reason, message.settled_at = OutboxState.CANCELLED, reason, clock.now()
    db.session.flush()


def settle_as(
    message: OutboxMessage, state: OutboxState, *, found_value: str = "", reason: str = ""
) -> None:
    """Settle a message that nobody is at work on, as a run does that read the entry."""
    unsure = state == OutboxState.CONFLICT and (message.is_unsure or message.maybe_applied)
    verdict = Verdict(state, found_value=found_value, reason=reason, maybe_applied=unsure)
    _take_verdict(message, verdict)
    _tell_successor(message, state)
    db.session.flush()


def _held(message_id: int) -> OutboxMessage:
    """Return a message and hold it, behind its person: whoever saves takes them in that order."""
    whose = select(OutboxMessage.person_id).where(OutboxMessage.id == message_id)
    db.session.execute(
        select(Person.id).where(Person.id == whose.scalar_subquery()).with_for_update()
    )
    rows = select(OutboxMessage).where(OutboxMessage.id == message_id).with_for_update()
    return db.session.execute(rows, execution_options={"populate_existing": True}).scalar_one()


def _open_message(person_id: int, field_key: str) -> OutboxMessage | None:
    rows = select(OutboxMessage).where(
        OutboxMessage.person_id == person_id,
        OutboxMessage.field_key == field_key,
        OutboxMessage.state.in_(OPEN),
    )
    options = {"populate_existing": True}
    return db.session.execute(rows.with_for_update(), execution_options=options).scalar()


def _after_conflict(standing: OutboxMessage, place: Place, wanted: Wanted) -> OutboxMessage | None:
    if wanted.new_value == wanted.old_value:
        cancel(standing, "theirs")
        return None
    return _superseded(standing, place, wanted, [])


def _coalesced(standing: OutboxMessage, place: Place, wanted: Wanted) -> OutboxMessage | None:
    if standing.new_value == wanted.new_value:
        return standing
    before = wanted_of(standing)
    first = replace(wanted, old_value=before.old_value, expected=before.expected)
    if standing.state in RUNNING or standing.is_unsure:
        sent: dict[str, Any] = {"value": standing.new_value, "desired": standing.desired}
        return _superseded(standing, place, first, [*standing.in_flight, sent])
    if wanted.new_value == standing.old_value and not standing.in_flight:
        cancel(standing, "as_before")
        return None
    standing.new_value, standing.desired = wanted.new_value, packed(wanted.desired)
    standing.created_by, standing.not_before = wanted.by, clock.now()
    standing.attempts, standing.first_tried_at = 0, None
    db.session.flush()
    return standing


def _superseded(
    standing: OutboxMessage, place: Place, wanted: Wanted, in_flight: Sequence[dict[str, Any]]
) -> OutboxMessage:
    """Let a new message follow one that was sent; the lease of that one keeps the entry to it."""
    standing.state, standing.settled_at = OutboxState.SUPERSEDED, clock.now()
    db.session.flush()  # one open message for each field, also for a moment
    message = add_message(place, wanted, in_flight)
    standing.superseded_by = message.id
    db.session.flush()
    return message


def _forget_failed(place: Place, message: OutboxMessage | None) -> None:
    """Let what the directory would not have make room for what was entered instead."""
    state = OutboxState.SUPERSEDED if message else OutboxState.CANCELLED
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.person_id == place.person_id,
            OutboxMessage.field_key == place.field_key,
            OutboxMessage.state.in_(FAILED),
        )
        .values(state=state, superseded_by=message.id if message else None)
    )


def _lease(message: OutboxMessage, now: datetime) -> None:
    message.is_unsure = message.is_unsure or message.state in RUNNING
    message.state = OutboxState.LEASED
    message.lease_token, message.lease_until = secrets.token_hex(16), now + LEASE
    message.first_tried_at = message.first_tried_at or now


def _take_verdict(message: OutboxMessage, verdict: Verdict) -> None:
    state = verdict.state
    if message.is_unsure and state in {OutboxState.QUEUED, OutboxState.WAITING}:
        state = OutboxState.UNKNOWN  # nobody has read the entry since it was sent
    message.state, message.reason = state, verdict.reason
    message.is_unsure = state == OutboxState.UNKNOWN
    message.found_value, message.maybe_applied = verdict.found_value, verdict.maybe_applied
    if state in AGAIN:
        message.not_before = verdict.not_before or clock.now()
    else:
        message.settled_at = clock.now()


def _tell_successor(message: OutboxMessage, state: OutboxState) -> None:
    """Let those that follow this one know whether the directory holds its value now."""
    gone = {"value": message.new_value, "desired": message.desired}
    follows = message.superseded_by if state not in AGAIN else None
    while follows is not None:
        successor = db.session.get_one(OutboxMessage, follows)
        if state == OutboxState.WRITTEN:
            successor.old_value, successor.expected = message.new_value, message.desired
        successor.in_flight = _unanswered(successor.in_flight, gone, state)
        follows = successor.superseded_by


def _unanswered(
    sent: list[dict[str, Any]], answered: dict[str, Any], state: OutboxState
) -> list[dict[str, Any]]:
    """Return those of the sent values whose answer is still unknown, once one was answered.

    What was written replaced all that was sent before it.
    """
    if state == OutboxState.WRITTEN and answered in sent:
        return sent[sent.index(answered) + 1 :]
    return [each for each in sent if each != answered]
