"""What is handed to the outbox and taken from it. Pure."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lupweb.outbox.states import OutboxState

PICTURE = "@picture"
"""The key of a message about a picture, which has no field."""


@dataclass(frozen=True)
class Place:
    """One attribute of one entry, and the field of the person that it supplies.

    :param field_id: None for the picture, whose `field_key` is `PICTURE`
    """

    directory_id: int
    unique_id: str
    person_id: int
    field_id: int | None
    field_key: str
    attribute: str


@dataclass(frozen=True)
class Wanted:
    """What somebody entered.

    :param old_value: the confirmed value, as documents store it
    :param new_value: what was entered, in the same form; "" takes the value away
    :param expected: what the directory holds for the confirmed value
    :param desired: what it is to hold; none clears the attribute
    :param by: who entered it, as `Viewer.actor` says
    """

    old_value: str
    new_value: str
    expected: Sequence[bytes]
    desired: Sequence[bytes]
    by: str


@dataclass(frozen=True)
class Sent:
    """A value that was sent and whose answer nobody knows."""

    value: str
    desired: tuple[bytes, ...]


@dataclass(frozen=True)
class Claimed:
    """A message that somebody holds, as it was when it was claimed.

    :param token: proves in `settle` that it is still held
    :param in_flight: what the directory may hold instead of `expected`, by our own hand
    :param is_unsure: it was sent before, and nobody knows what became of that
    :param attempts: answers about this very value so far
    """

    id: int
    token: str
    place: Place
    wanted: Wanted
    in_flight: tuple[Sent, ...]
    is_unsure: bool
    attempts: int
    base_stamp: str
    created_at: datetime
    first_tried_at: datetime


@dataclass(frozen=True)
class Verdict:
    """What became of a message that was claimed.

    :param state: `QUEUED` gives it back untried; `WAITING` and `UNKNOWN` are tried again at
        `not_before`; `WRITTEN`, `CONFLICT`, `REJECTED` and `DEAD` settle it
    :param found_value: of a conflict: what the directory holds, as documents store it
    :param base_stamp: the entry's stamp as it was read last, before the change; "" leaves the one
        of before
    :param code: result code of RFC 4511, 0 for none
    :param info: the server's own words, cleaned
    :param reason: why, as a short key of `lupweb.writeback`
    :param server: the address of the server that answered; "" leaves the one of before
    :param counts: the answer was about this value, and not about the server
    """

    state: OutboxState
    not_before: datetime | None = None
    found_value: str = ""
    base_stamp: str = ""
    code: int = 0
    info: str = ""
    reason: str = ""
    counts: bool = False
    maybe_applied: bool = False
    server: str = ""


def packed(values: Iterable[bytes]) -> list[str]:
    """Return values as a row keeps them."""
    return [b64encode(value).decode() for value in values]


def unpacked(texts: Iterable[str]) -> tuple[bytes, ...]:
    """Return the values that `packed` kept."""
    return tuple(b64decode(text) for text in texts)
