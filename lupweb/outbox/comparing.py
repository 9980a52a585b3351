"""Is what the directory holds what we want, what we know, or something else? Pure."""

from collections.abc import Sequence
from enum import StrEnum

from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType
from lupweb.ldap.dn import folded_dn
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.rows import wanted_of
from lupweb.outbox.values import Claimed, Wanted, unpacked


class Held(StrEnum):
    """What the directory holds.

    `DESIRED`: what is to be written. `EXPECTED`: what was there when it was entered, or what we
    sent ourselves before. `FOREIGN`: somebody else's.
    """

    DESIRED = "desired"
    EXPECTED = "expected"
    FOREIGN = "foreign"


def what_is_held(claimed: Claimed, kind: FieldType, values: Sequence[bytes]) -> Held:
    """Return what the values of the attribute are for a message (writeback.md section 4, step 2).

    Values are the same if their bytes are, or if they are read as the same value. Where a field
    has one value and the attribute several, somebody added one that nobody was shown (X14).

    :param values: as they were read just now
    """
    held, wanted = sorted(values), claimed.wanted
    known = [(wanted.old_value, wanted.expected)]
    known += [(each.value, each.desired) for each in claimed.in_flight]
    if held == sorted(wanted.desired):
        return Held.DESIRED
    if any(held == sorted(sent) for _value, sent in known):
        return Held.EXPECTED
    if len(held) > 1 and not kind.is_multiple:
        return Held.FOREIGN
    return _as_read(read_as(kind, values), kind, wanted, known)


def what_was_read(message: OutboxMessage, kind: FieldType, value: str) -> Held:
    """Return the same for a value that a run has read, as documents store it."""
    known = [(message.old_value, unpacked(message.expected))]
    known += [(each["value"], unpacked(each["desired"])) for each in message.in_flight]
    return _as_read(_compared(kind, value), kind, wanted_of(message), known)


def _as_read(
    found: frozenset[str] | None,
    kind: FieldType,
    wanted: Wanted,
    known: Sequence[tuple[str, Sequence[bytes]]],
) -> Held:
    if found is None:
        return Held.FOREIGN
    if found == _read_again(kind, wanted.new_value, wanted.desired):
        return Held.DESIRED
    is_known = any(found == _read_again(kind, value, sent) for value, sent in known)
    return Held.EXPECTED if is_known else Held.FOREIGN


def read_as(kind: FieldType, values: Sequence[bytes]) -> frozenset[str] | None:
    """Return the single values that a field reads here, as they are compared; None: unreadable."""
    try:
        return _compared(kind, kind.read(values))
    except InvalidValue:
        return None


def _read_again(kind: FieldType, value: str, sent: Sequence[bytes]) -> frozenset[str] | None:
    """Return how a value is compared; people are known by the entries that were named for them."""
    if kind.refers_to_person or kind.refers_to_people:
        return read_as(kind, sent)
    return _compared(kind, value)


def _compared(kind: FieldType, value: str) -> frozenset[str]:
    items = kind.split(value)
    if kind.refers_to_person or kind.refers_to_people:
        return frozenset(folded_dn(item) or item for item in items)
    return frozenset(items)
