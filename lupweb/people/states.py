"""The states of a person, and which step is allowed. Pure."""

from enum import StrEnum


class PersonState(StrEnum):
    """What the directories say about a person.

    `MERGED`: the record was put together with another one of the same person, and leads there.
    `PURGED`: everything that was known of somebody who left long ago was cleared for good.
    """

    ACTIVE = "active"
    DISABLED = "disabled"
    MISSING = "missing"
    MERGED = "merged"
    PURGED = "purged"


SHOWN = frozenset({PersonState.ACTIVE})
"""States in which a person stands in the people directory."""
