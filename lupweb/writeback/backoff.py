"""When a value is tried again, and when a directory is left alone for a while. Pure.

Full jitter: the longest wait doubles, and how much of it is waited is left to chance, so that
values that failed together do not come back together (writeback.md section 10).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

BASE = timedelta(seconds=2)
FACTOR = 2
CAP = timedelta(minutes=15)
MOST_ATTEMPTS = 40
LONGEST = timedelta(hours=72)
FAILURES_TO_OPEN = 5
FIRST_OPEN = timedelta(seconds=30)
LONGEST_OPEN = timedelta(minutes=5)
BATCH = 20
"""Most messages of one claim; a breaker that is half open lets one through."""
TRIAL = timedelta(seconds=60)
"""How long the one that is let through has the directory to itself."""


class Cause(StrEnum):
    """Why a directory is left alone."""

    UNREACHABLE = "unreachable"
    CREDENTIALS = "credentials"
    READ_ONLY = "read_only"


@dataclass(frozen=True)
class BreakerState:
    """What is known of a directory: closed while `open_until` is None.

    :param failures: connection failures since the last answer
    :param openings: how many times it was opened since the last answer
    """

    failures: int = 0
    openings: int = 0
    open_until: datetime | None = None
    cause: Cause | None = None

    def admits(self, now: datetime) -> int:
        """Return how many messages may be sent: none while it is open, one to try it again."""
        if self.open_until is None:
            return BATCH
        return 0 if now < self.open_until else 1

    def trying(self, now: datetime) -> "BreakerState":
        """Return it as it is while one message tries the directory: open for all others."""
        return self if self.open_until is None else replace(self, open_until=now + TRIAL)

    def failed(self, cause: Cause, now: datetime) -> "BreakerState":
        """Return it after the directory did not answer, or took nothing.

        Refused credentials open it at once for as long as it goes, so that the account of lupweb is
        not locked; so does a server that takes no changes, for a shorter time.
        """
        failures = self.failures + 1
        waits = cause is Cause.UNREACHABLE and not self.openings and failures < FAILURES_TO_OPEN
        if waits:
            return BreakerState(failures, cause=cause)
        return BreakerState(
            failures, self.openings + 1, now + open_for(self.openings, cause), cause
        )


CLOSED = BreakerState()


def open_for(openings: int, cause: Cause) -> timedelta:
    """Return how long a breaker stays open that was opened so many times before."""
    if cause is Cause.CREDENTIALS:
        return LONGEST_OPEN
    return min(LONGEST_OPEN, FIRST_OPEN * float(FACTOR ** min(openings, 10)))


def delay(attempts: int, chance: float) -> timedelta:
    """Return how long a message waits after its `attempts`th failure.

    :param attempts: 1 for the first
    :param chance: from 0 to 1, by lot
    """
    longest = BASE * float(FACTOR ** min(max(attempts, 1) - 1, 20))
    return min(CAP, longest) * chance


def is_over(attempts: int, first_tried_at: datetime | None, now: datetime) -> bool:
    """Return whether a message was tried for too long: 40 times, or for 72 hours."""
    if attempts >= MOST_ATTEMPTS:
        return True
    return first_tried_at is not None and now - first_tried_at > LONGEST
