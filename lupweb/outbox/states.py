"""What becomes of a value that is to be saved to a directory (writeback.md section 8). Pure."""

from enum import StrEnum


class OnConflict(StrEnum):
    """Whose value stays where the directory has a third one by the time of saving.

    `ASK`: the person chooses. `DIRECTORY`: the directory's. `PERSON`: what the person entered.
    """

    ASK = "ask"
    DIRECTORY = "directory"
    PERSON = "person"


THEIRS = "theirs"
"""Why a message was given up: what the directory has stays."""


class OutboxState(StrEnum):
    """Where a message stands.

    `LEASED`: somebody is at it. `UNKNOWN`: it was sent, and the answer was lost. `REJECTED`: the
    directory will not have it. `DEAD`: it was tried for too long.
    """

    QUEUED = "queued"
    LEASED = "leased"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    WRITTEN = "written"
    REJECTED = "rejected"
    DEAD = "dead"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


OPEN = (
    OutboxState.QUEUED,
    OutboxState.LEASED,
    OutboxState.WAITING,
    OutboxState.UNKNOWN,
    OutboxState.CONFLICT,
)
"""Not settled: a person has at most one such message for each field."""
DUE = (OutboxState.QUEUED, OutboxState.WAITING, OutboxState.UNKNOWN, OutboxState.LEASED)
"""To be sent, once `not_before` has come; a leased one once its lease has run out."""
TROUBLED = (OutboxState.CONFLICT, OutboxState.REJECTED, OutboxState.DEAD)
"""Somebody has to look at them."""
