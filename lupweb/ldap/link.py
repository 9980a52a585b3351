"""One connection: opened at its first question, and never silently made again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from weakref import finalize

import ldap

from lupweb.errors import DirectoryUnavailable, LimitExceeded, LupwebError
from lupweb.ldap.connection import Server, open_handle
from lupweb.ldap.handle import Handle
from lupweb.ldap.patience import Patience
from lupweb.ldap.results import in_our_words
from lupweb.ldap.watch import MOST_BYTES, Watch
from lupweb.texts import Text, _

LOST = (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT, ldap.DECODING_ERROR)


class Link:
    """A connection to the first server of several that answers. It is used by one thread.

    :param check: called before each question; it may raise
    """

    def __init__(self, server: Server, check: Callable[[], None]) -> None:
        self.server = server
        self._check = check
        self._handle: Handle | None = None
        self._watch: Watch | None = None
        self._is_over = False
        self._received = 0

    @property
    def received_bytes(self) -> int:
        """Return how many bytes have come so far; 0 where the system does not count them."""
        watch = None if self._is_over else self._watch
        return watch.received() if watch else self._received

    @property
    def uri(self) -> str | None:
        """Return which server answers, or None while there is no connection."""
        return None if self._handle is None else str(self._handle.get_option(ldap.OPT_URI))

    @contextmanager
    def asking(self, doing: Text, *, secrets: tuple[str, ...] = ()) -> Iterator[Handle]:
        """Give the handle for one question; what goes wrong comes out as lupweb's error.

        :raises LimitExceeded: if the answer is too large
        :raises DirectoryUnavailable: if the connection is or was lost
        """
        self._check()
        handle, watch = self._connected()
        with in_our_words(doing, secrets=secrets):
            try:
                with watch.over():
                    yield handle
            except LOST as error:
                # libldap would silently connect again, and go on as nobody.
                self.close()
                raise _why_lost(watch, error) from error

    def patience(self) -> Patience:
        """Return how long this connection waits for each message of a list."""
        _handle, watch = self._connected()
        return Patience(self.server.timeout_s, self.server.page_timeout_s, watch.received)

    def survive_fork(self) -> None:
        """Look on in this process, which was forked off and goes on with the connection."""
        if self._handle is not None:
            self._watch = Watch(self._handle.fileno())

    def close(self) -> None:
        """End the connection. Nothing can be asked afterwards."""
        self._received = self.received_bytes
        handle, self._handle, self._is_over = self._handle, None, True
        if handle is not None:
            with suppress(ldap.LDAPError):  # it may be gone already
                handle.unbind_ext_s()
        if self._watch is not None:
            self._watch.close()

    def _connected(self) -> tuple[Handle, Watch]:
        if self._is_over:
            raise DirectoryUnavailable(
                _(
                    "The connection to the directory server has ended. Nothing was changed;"
                    " a new connection must be opened."
                )
            )
        if self._handle is None or self._watch is None:
            self._handle = open_handle(self.server)
            self._watch = Watch(self._handle.fileno())
            finalize(self, self._watch.close)
        return self._handle, self._watch


def _why_lost(watch: Watch, error: ldap.LDAPError) -> LupwebError | ldap.LDAPError:
    """Return what ended a connection: our own watch, or what libldap met."""
    if not watch.has_hung_up:
        return error
    return LimitExceeded(
        _(
            "The server sent more than %(most)s MiB in one answer, so the connection was ended"
            " and nothing was changed. Look for entries with very large values, or leave such"
            " attributes out.",
            most=MOST_BYTES // 1024**2,
        )
    )
