"""The states of a person, and which step is allowed. Pure."""

from enum import StrEnum


class PersonState(StrEnum):
    """What the directories say about a person."""

    ACTIVE = "active"
    DISABLED = "disabled"
    MISSING = "missing"


SHOWN = frozenset({PersonState.ACTIVE})
"""States in which a person stands in the people directory."""
