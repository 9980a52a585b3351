"""Which of several servers is asked first: one that failed a moment ago comes last."""

from collections.abc import Callable, Sequence
from time import monotonic

REST_S = 60.0


class Failover:
    """What a process remembers of servers that failed. Any number of threads may share one.

    Without it every connection would wait again for the time-out of the same dead server.

    :param now: seconds of a clock that never goes back
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failed: dict[str, float] = {}

    def in_order(self, uris: Sequence[str]) -> list[str]:
        """Return the servers in the order in which to try them: those that failed come last."""
        return sorted(uris, key=self.is_resting)

    def is_resting(self, uri: str) -> bool:
        """Return whether the server failed within the last minute."""
        failed = self._failed.get(uri)
        return failed is not None and self._now() - failed < REST_S

    def failed(self, uri: str) -> None:
        """Remember that no connection could be made."""
        self._failed[uri] = self._now()

    def answered(self, uri: str) -> None:
        """Forget what went wrong before."""
        self._failed.pop(uri, None)
