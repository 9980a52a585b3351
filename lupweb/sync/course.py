"""How a run went: where its time was spent, and what it asked for (sync.md section 16).

A few readings of a clock for each phase, and one count for each page: nothing for each entry.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar

from lupweb.ldap.session import Directory as LdapSession

PROBING, READING, PLANNING, APPLYING = "probing", "reading", "planning", "applying"
GROUPS, PICTURES, RETIRING, LINKING = "groups", "pictures", "retiring", "linking"
OTHER = "other"
"""What belongs to no phase: to begin, to end, to hand things over."""
PHASES = (PROBING, READING, PLANNING, APPLYING, GROUPS, PICTURES, RETIRING, LINKING, OTHER)
Page = TypeVar("Page")


@dataclass
class Course:
    """What is noted while a run goes on.

    Phases may stand inside each other, as where people are written while others are read: a
    second counts for the innermost.

    :param pages: of entries that came, of people and of whatever else was listed
    :param questions: for entries that were read whole by their unique ids
    :param tries: how often the enumeration was begun
    :param retries: how often something else had to begin again
    :param received: bytes that came over the network, encrypted where that is so; 0 where the
        system does not count them
    """

    pages: int = 0
    questions: int = 0
    tries: int = 0
    retries: int = 0
    received: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=monotonic)
    _phase: str = OTHER

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Let the time of the block count for a phase."""
        before = self._turn_to(name)
        try:
            yield
        finally:
            self._turn_to(before)

    @contextmanager
    def listening(self, session: LdapSession) -> Iterator[None]:
        """Count what comes over a connection while the block lasts."""
        try:
            yield
        finally:
            self.received += session.received_bytes

    def counted(self, pages: Iterable[Page]) -> Iterator[Page]:
        """Yield the pages, and count them."""
        for page in pages:
            self.pages += 1
            yield page

    def document(
        self, before: Mapping[str, Any], after: Mapping[str, Any], next_at: datetime | None
    ) -> dict[str, Any]:
        """Return it as it is stored; the clock goes on.

        :param before: what the server said of itself in the last run that ended well
        :param after: what it has said in this one, if it is kept
        :param next_at: when the next run is due
        """
        self._turn_to(self._phase)
        return {
            "phases": [
                {"phase": name, "seconds": round(self.seconds[name], 3)}
                for name in PHASES
                if name in self.seconds
            ],
            "pages": self.pages,
            "questions": self.questions,
            "retries": max(self.tries - 1, 0) + self.retries,
            "bytes": self.received or None,
            "marks": {"before": _marks(before), "after": _marks(after)},
            "next": next_at.isoformat() if next_at else None,
        }

    def _turn_to(self, name: str) -> str:
        """Count the time since the last turn; return for which phase it was."""
        now, phase = monotonic(), self._phase
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._began
        self._began, self._phase = now, name
        return phase


def _marks(server: Mapping[str, Any]) -> str | None:
    return ", ".join(server.get("marks", ())) or None
