"""The states of a person, and which step is allowed. Pure."""

from enum import StrEnum


class PersonState(StrEnum):
    """What the directories say about a person.

    `MERGED`: the record was put together with another one of the same person, and leads there.
    """

    ACTIVE = "active"
    DISABLED = "disabled"
    MISSING = "missing"
    MERGED = "merged"


SHOWN = frozenset({PersonState.ACTIVE})
"""States in which a person stands in the people directory."""
