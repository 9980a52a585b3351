"""What the rest of lupweb asks of a directory server, whoever answers."""

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeVar

from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import MOST_PAGES, PAGE_SIZE, Question
from lupweb.ldap.server import ServerTraits
from lupweb.ldap.syncing import SyncAnswer
from lupweb.ldap.writing import Right, Wish, Written

Made = TypeVar("Made")


class Directory(Protocol):
    """What the rest of lupweb asks of a directory server."""

    def bind(self, dn: str, password: str) -> None:
        """Sign in as `dn`; what is asked afterwards is asked with its rights.

        Nothing is sent for an empty name or password, since many servers take that for success,
        nor for one that a server might cut off (NUL) or choke on (more than 1024 bytes).

        :raises CredentialsRefused: if they do not belong together; the connection has ended then,
            since Samba would go on with the rights of before
        """

    def traits(self) -> ServerTraits:
        """Return what the server says it is and can do."""

    def who_am_i(self) -> str | None:
        """Return whom the server takes us for, as it writes names; "" for nobody (RFC 4532).

        None if it cannot be asked, as on Samba.
        """

    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        """Return one entry with these attributes, all their values included.

        :param attributes: also what `named_entries.asking_ids` says, here and in `made_of_pages`
        :raises DirectoryRefused: if the server gives values piece by piece, but not all of them
        :raises EntryNotFound: if there is none, or this account may not see it
        """

    def read_all_values(self, dn: str, attribute: str) -> list[bytes]:
        """Return all values of one attribute, however many, as `read` does."""

    def search(
        self, base_dn: str, search_filter: str, attributes: Sequence[str], *, limit: int
    ) -> list[Entry]:
        """Return at most `limit` entries at or below `base_dn`; there may be more of them.

        :raises EntryNotFound: if the base is not there, or this account may not see it
        :raises LimitExceeded: if the server stopped before `limit`
        """

    def pages(
        self,
        base_dn: str,
        search_filter: str,
        attributes: Sequence[str],
        *,
        page_size: int = PAGE_SIZE,
        max_pages: int = MOST_PAGES,
        shows_deleted: bool = False,
    ) -> Iterator[list[Entry]]:
        """Yield all entries at or below `base_dn`, page by page.

        Ends without an error only if the answer was complete.

        :param max_pages: more of them are taken for a server without end
        :param shows_deleted: also what was deleted and is still kept (`ServerTraits.shows_deleted`)
        :raises LimitExceeded: if the server cut the answer off
        :raises DirectoryUnavailable: if the search must begin again on a new connection
        :raises EntryNotFound: if the base is not there, or this account may not see it
        """

    def made_of_pages(
        self,
        question: Question,
        make: Callable[[list[Entry]], list[Made]],
        *,
        page_size: int = PAGE_SIZE,
        expected: int = 0,
        meanwhile: Callable[[], None] = ...,
    ) -> Iterator[list[Made]]:
        """Yield what `make` makes of each page; raises what `pages` does.

        A long list is read and made in a process of its own, beside what the caller does with it.
        That takes the connection with it: nothing more can be asked over it.

        :param make: without effects; returns a list of tuples, lists, dicts, text, bytes and
            numbers. It may be called for parts of a page, whose lists are put together
        :param expected: about how many entries will come; 0 if nothing is known
        :param meanwhile: called here, once, while the directory makes the first page
        """

    def sync_cookie(self, base_dn: str) -> bytes:
        """Return what stands for the state in which the server is now (RFC 4533).

        b"" if it gives none, or cannot be asked what has changed since.
        """

    def changed_since(self, cookie: bytes, question: Question, *, most: int) -> SyncAnswer:
        """Return what was written and removed since a cookie, of what is asked for.

        :param most: entries that may be named; with more the answer is broken off
        :raises DirectoryUnavailable: if a new connection is needed
        :raises DirectoryRefused: if the server will not be asked that
        """

    def entry_of(self, base_dn: str, unique_id: str, attributes: Sequence[str]) -> Entry:
        """Return the entry of a unique id with these attributes, its id and its change stamp.

        Wherever it is now: a DN that was stored may be another person's today.

        :param unique_id: as `unique_id_of` gives it
        :raises EntryNotFound: if there is none, or this account may not see it
        """

    def compare_and_set(self, entry: Entry, wishes: Sequence[Wish]) -> Written:
        """Give attributes new values in one request, if the entry is still what was read.

        Values are compared by their bytes. Nothing is sent if `entry` does not hold what is
        expected; nobody's newer value is overwritten.

        :param entry: as `entry_of` gave it, with all the attributes wished for
        :raises ChangedMeanwhile: if somebody else was faster; read again, compare, and decide
        :raises WriteRefused: if the server will not have it; nothing was changed
        :raises DirectoryReadOnly: if it takes no changes at the moment
        :raises DirectoryUnavailable: if the request did not reach it
        :raises OutcomeUnknown: if the answer was lost, or what the entry holds now
        :raises EntryNotFound: if the entry is gone
        """

    def may_write(self, entry: Entry, attribute: str) -> tuple[Right, str]:
        """Return whether this account may write an attribute of an entry; nothing is written.

        :param entry: as `entry_of` gave it, with the attribute
        :returns: the right, and the server's own words, or ""
        """

    @property
    def references(self) -> int:
        """Return how many references to other servers were dropped since the first question."""

    @property
    def connected_uri(self) -> str | None:
        """Return which server answers, or None while there is no connection."""

    @property
    def received_bytes(self) -> int:
        """Return how many bytes came over the network; 0 where the system does not count them."""

    def close(self) -> None:
        """End the connection. Nothing can be asked afterwards."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
