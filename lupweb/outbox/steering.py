"""What administrators do about values that did not reach a directory; inside a transaction."""

from collections.abc import Callable, Collection
from contextlib import suppress

from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.audit.events import note_event
from lupweb.database import db
from lupweb.errors import InvalidValue, NotFound
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import cancel, tell_promised
from lupweb.outbox.states import OPEN, OutboxState
from lupweb.texts import _

TRIED_AGAIN = (
    OutboxState.QUEUED,
    OutboxState.WAITING,
    OutboxState.UNKNOWN,
    OutboxState.REJECTED,
    OutboxState.DEAD,
)
DROPPED = (*OPEN, OutboxState.REJECTED, OutboxState.DEAD)


def retry(viewer: Viewer, message_id: int) -> None:
    """Have a message tried again now, also one that was given up.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such message
    :raises InvalidValue: if there is nothing to try, or something newer was entered
    """
    require_administrator(viewer)
    message = _message(message_id)
    if message.state not in TRIED_AGAIN or _has_newer(message):
        raise InvalidValue(
            _("This value is not tried again: it is settled, or something newer was entered.")
        )
    before = str(message.state)
    if message.state != OutboxState.UNKNOWN:
        message.state = OutboxState.QUEUED
    message.not_before, message.settled_at = clock.now(), None
    message.attempts, message.first_tried_at = 0, None
    db.session.flush()
    _note(viewer, "writeback.retried", message, before)
    tell_promised(message.directory_id)


def drop(viewer: Viewer, message_id: int) -> None:
    """Give a message up: the confirmed value stays what it is.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such message
    :raises InvalidValue: if it is settled already
    """
    require_administrator(viewer)
    message = _message(message_id)
    if message.state not in DROPPED:
        raise InvalidValue(_("This value is settled already. Nothing was changed."))
    before = str(message.state)
    cancel(message, "dropped")
    _note(viewer, "writeback.dropped", message, before)


def retry_all(viewer: Viewer, message_ids: Collection[int]) -> int:
    """Have all of these tried again that can be; return how many.

    :raises Forbidden: if `viewer` is no administrator
    """
    return _each(viewer, message_ids, retry)


def drop_all(viewer: Viewer, message_ids: Collection[int]) -> int:
    """Give all of these up that are not settled; return how many.

    :raises Forbidden: if `viewer` is no administrator
    """
    return _each(viewer, message_ids, drop)


def _each(viewer: Viewer, message_ids: Collection[int], act: Callable[[Viewer, int], None]) -> int:
    done = 0
    for message_id in message_ids:
        with suppress(InvalidValue, NotFound):  # settled meanwhile
            act(viewer, message_id)
            done += 1
    return done


def _message(message_id: int) -> OutboxMessage:
    rows = select(OutboxMessage).where(OutboxMessage.id == message_id).with_for_update()
    found = db.session.execute(rows, execution_options={"populate_existing": True}).scalar()
    if found is None:
        raise NotFound(_("There is no such value any more."))
    return found


def _has_newer(message: OutboxMessage) -> bool:
    rows = select(OutboxMessage.id).where(
        OutboxMessage.person_id == message.person_id,
        OutboxMessage.field_key == message.field_key,
        OutboxMessage.id > message.id,
        OutboxMessage.state.in_(OPEN),
    )
    return db.session.scalar(rows.limit(1)) is not None


def _note(viewer: Viewer, kind: str, message: OutboxMessage, before: str) -> None:
    """Record it without the value: not everybody who reads this may see that."""
    about = f"{message.person_id}:{message.field_key}"
    note_event(viewer.actor, kind, about, {"state": before}, {"state": str(message.state)})
