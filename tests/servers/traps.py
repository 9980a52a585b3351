"""What the fault proxy does to an answer when its time has come."""

from dataclasses import dataclass
from enum import Enum, auto


class Fate(Enum):
    """What happens to an answer when its time has come."""

    RESET = auto()
    FINISH = auto()
    HANG = auto()
    DROP = auto()


@dataclass
class Trap:
    """Goes off once: after so many bytes of answers, or instead of the answer with that number."""

    fate: Fate
    bytes_left: int | None = None
    answers_left: int | None = None

    def passing(self, answer: bytes) -> bytes:
        """Return what of `answer` may pass; `is_due` tells whether the trap goes off behind it."""
        if self.answers_left is not None:
            self.answers_left -= 1
            return b"" if self.is_due else answer
        passed = answer[: self.bytes_left]
        self.bytes_left = (self.bytes_left or 0) - len(passed)
        return passed

    @property
    def is_due(self) -> bool:
        """Return whether it goes off now."""
        return 0 in (self.bytes_left, self.answers_left)
