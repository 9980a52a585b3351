"""Messages of the outbox as rows, and what is read off them."""

from collections.abc import Sequence
from typing import Any

from lupweb import clock
from lupweb.database import db
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.values import Claimed, Place, Sent, Wanted, packed, unpacked


def add_message(
    place: Place, wanted: Wanted, in_flight: Sequence[dict[str, Any]] = ()
) -> OutboxMessage:
    """Store a new message that is due at once; return it."""
    now = clock.now()
    message = OutboxMessage(
        directory_id=place.directory_id,
        unique_id=place.unique_id,
        person_id=place.person_id,
        field_id=place.field_id,
        field_key=place.field_key,
        attribute=place.attribute,
        old_value=wanted.old_value,
        new_value=wanted.new_value,
        expected=packed(wanted.expected),
        desired=packed(wanted.desired),
        in_flight=list(in_flight),
        not_before=now,
        created_by=wanted.by,
        created_at=now,
    )
    db.session.add(message)
    db.session.flush()
    return message


def place_of(message: OutboxMessage) -> Place:
    """Return where a message goes."""
    return Place(
        message.directory_id,
        message.unique_id,
        message.person_id,
        message.field_id,
        message.field_key,
        message.attribute,
    )


def wanted_of(message: OutboxMessage) -> Wanted:
    """Return what a message is to change."""
    return Wanted(
        message.old_value,
        message.new_value,
        unpacked(message.expected),
        unpacked(message.desired),
        message.created_by,
    )


def claimed_of(message: OutboxMessage) -> Claimed:
    """Return what whoever claimed a message works with."""
    sent = (Sent(each["value"], unpacked(each["desired"])) for each in message.in_flight)
    return Claimed(
        id=message.id,
        token=message.lease_token,
        place=place_of(message),
        wanted=wanted_of(message),
        in_flight=tuple(sent),
        is_unsure=message.is_unsure,
        attempts=message.attempts,
        base_stamp=message.base_stamp,
        created_at=message.created_at,
        first_tried_at=message.first_tried_at or message.created_at,
    )
