"""Read who differs while the sweep goes on: over a connection of its own, in between two pages.

The sweep is made by a process of its own, and by the server; its parent has time meanwhile.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from lupweb.directories.models import DirectoryRole
from lupweb.ldap.session import Directory as LdapSession
from lupweb.sync.changed import ChangedReading
from lupweb.sync.modes import is_too_different


@dataclass
class Beside:
    """Fetches ahead for a reading of changes; to be used in a `with` block.

    :param connect: gives another connection with the rights of the service account; it is asked
        for when there is something to fetch
    """

    reading: ChangedReading
    connect: Callable[[], AbstractContextManager[LdapSession]]
    search_filter: str
    _session: LdapSession | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def fetch(self) -> None:
        """Fetch those who differ, if they are enough for a question, and not too many.

        Nobody is fetched in vain: where most people differ everybody is read in the end, and of a
        directory whose people come by signing in, most of those who differ are strangers.

        :raises DirectoryError: as a sweep does
        """
        sweep, role = self.reading.sweep, self.reading.task.facts.role
        is_wanted = role is not DirectoryRole.DELEGATED and self.reading.waits_for_a_question
        if not is_wanted or is_too_different(len(sweep.differing), sweep.seen):
            return
        if self._session is None:
            self._session = self._open.enter_context(self.connect())
        self.reading.fetch_ahead(self._session, self.search_filter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
