"""What “Test writing” finds: steps, each with what became of it. Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lupweb.texts import Text, _


class AccessState(StrEnum):
    """How a step came out; `LOOK`: no fault, and nothing that was proved either."""

    OK = "ok"
    PROBLEM = "problem"
    LOOK = "look"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class AccessStep:
    """One step; `fix` is what to do, "" where nothing is."""

    id: str
    state: AccessState
    text: Text | str
    fix: Text | str = ""
    seconds: float = 0.0

    def document(self) -> dict[str, Any]:
        """Return it as the command line prints it."""
        return {
            "id": self.id,
            "ok": self.state in {AccessState.OK, AccessState.LOOK},
            "text": str(self.text),
            "seconds": self.seconds,
            "fix": str(self.fix),
        }


@dataclass(frozen=True)
class Subject:
    """Whose entry is tried.

    :param unique_id: in the directory that is tried; "" if the person is not in it
    :param elsewhere: name of another directory that has the person; "" for local people
    """

    person_id: int
    name: str
    login: str
    unique_id: str = ""
    elsewhere: str = ""


@dataclass(frozen=True)
class AccessTest:
    """What became of one person and one attribute.

    :param directory: its key; "" if the person is in none
    :param wrote: whether the value was to be written again
    :param rule: what gives the right, for the directory team; "" where it is not lacking
    """

    subject: Subject
    directory: str
    attribute: str
    wrote: bool
    steps: Sequence[AccessStep]
    rule: str = ""

    @property
    def is_well(self) -> bool:
        """Return whether every step was gone, and none failed."""
        return all(each.state in {AccessState.OK, AccessState.LOOK} for each in self.steps)

    @property
    def failed(self) -> AccessStep | None:
        """Return the step that failed, or None."""
        return next((each for each in self.steps if each.state is AccessState.PROBLEM), None)

    @property
    def has_signed_in(self) -> bool:
        """Return whether the directory took the name and password of lupweb."""
        return any(each.id == "connection" and each.state is AccessState.OK for each in self.steps)

    @property
    def is_unproved(self) -> bool:
        """Return whether a step could not be checked."""
        return any(each.state is AccessState.LOOK for each in self.steps)

    def document(self) -> dict[str, Any]:
        """Return it as the command line prints it (interface.md section 3)."""
        return {"ok": self.is_well, "steps": [each.document() for each in self.steps]}


def not_done(name: str) -> AccessStep:
    """Return a step that was not gone."""
    return AccessStep(name, AccessState.SKIPPED, _("Not done"))
