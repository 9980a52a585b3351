"""The connection over which writing is tested."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from lupweb.directories.connect import Connect
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import LupwebError
from lupweb.ldap.session import Directory as LdapSession


@dataclass
class Contact:
    """One connection for all tests of a directory; it is opened and signed in once.

    :param barred: attributes that are not written there beside those that never are
    :param picture: the attribute that holds pictures; "" if none does
    """

    facts: DirectoryFacts
    connect: Connect
    barred: Sequence[str] = ()
    picture: str = ""
    _stack: ExitStack = field(default_factory=ExitStack, init=False)
    _session: LdapSession | None = field(default=None, init=False)
    _problem: LupwebError | None = field(default=None, init=False)

    def __enter__(self) -> "Contact":
        return self

    def __exit__(self, *_what: object) -> None:
        self._stack.close()

    def session(self) -> LdapSession:
        """Return the connection, signed in.

        :raises LupwebError: what became of it when it was tried first
        """
        if self._problem is not None:
            raise self._problem
        if self._session is None:
            try:
                session = self._stack.enter_context(self.connect(self.facts.server))
                session.bind(self.facts.bind_dn, self.facts.password)
            except LupwebError as error:
                self._problem = error
                raise
            self._session = session
        return self._session
