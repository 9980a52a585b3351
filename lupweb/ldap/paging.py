"""A search as a stream of pages (RFC 2696).

The next page is asked for before the caller works on this one, and an answer is complete only
with result code 0 and an empty cookie. A cookie belongs to its connection: after any break the
search begins again from its first page, and two searches on one connection break each other.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import ldap
from ldap.controls import (
    KNOWN_RESPONSE_CONTROLS,
    RequestControl,
    ResponseControl,
    SimplePagedResultsControl,
)

from lupweb.errors import DirectoryRefused, DirectoryUnavailable
from lupweb.ldap.connection import NO_ATTRIBUTES
from lupweb.ldap.handle import Handle, Received
from lupweb.ldap.patience import Patience
from lupweb.texts import _

PAGE_SIZE = 1_000  # what Active Directory gives at most
MOST_PAGES = 10_000
# What servers answer to a cookie that they do not know (any more): OpenLDAP 2 or 53, AD 12.
LOST_COOKIE = (ldap.PROTOCOL_ERROR, ldap.UNWILLING_TO_PERFORM, ldap.UNAVAILABLE_CRITICAL_EXTENSION)
SEQUENCE, INTEGER, OCTET_STRING = 0x30, 0x02, 0x04
LONG_FORM = 0x80
Row = tuple[str, Mapping[str, Sequence[bytes]]]
"""A DN and its attributes, as python-ldap hands them over."""


@dataclass(frozen=True)
class Question:
    """What is searched for: the subtree below `base_dn`, and the attributes wanted of each."""

    base_dn: str
    search_filter: str
    attributes: Sequence[str]


class PageAnswer(ResponseControl):
    """The server's half of the paging control; `cookie` is None if it cannot be read.

    Read here and not by libldap: python-ldap 3.4.8 dies of an empty control value (signal 11),
    and a hostile server may send one with any answer.
    """

    controlType = SimplePagedResultsControl.controlType  # noqa: N815 (python-ldap's name)
    cookie: bytes | None = None

    def decodeControlValue(self, encoded: bytes | None) -> None:  # noqa: N802 (python-ldap's name)
        """Read SEQUENCE { size INTEGER, cookie OCTET STRING }."""
        try:
            inside, _rest = _ber_value(SEQUENCE, encoded or b"")
            _size, inside = _ber_value(INTEGER, inside)
            self.cookie, _rest = _ber_value(OCTET_STRING, inside)
        except ValueError:
            self.cookie = None


KNOWN_RESPONSE_CONTROLS[PageAnswer.controlType] = PageAnswer


@dataclass
class PagedSearch:
    """One search, to be walked through once, on a connection that does nothing else meanwhile.

    :param in_pages: whether the server knows the control; without it the answer comes in one
        piece and is cut into pages here
    :param max_pages: the endless guard: with more pages, or entries for more pages, it fails
    :param patience: how long to wait for each entry
    """

    handle: Handle
    question: Question
    patience: Patience
    page_size: int = PAGE_SIZE
    max_pages: int = MOST_PAGES
    in_pages: bool = True
    more_controls: Sequence[RequestControl] = ()
    part_size: int = field(default=0, init=False)
    """Entries that are handed over before their page is complete; 0: whole pages. Small parts are
    worked on while they are still in the caches of the processor."""
    references: int = field(default=0, init=False)
    """Search references that came. They are dropped and never followed."""
    _message: int | None = field(default=None, init=False)
    _pages_asked: int = field(default=0, init=False)
    _entries: int = field(default=0, init=False)

    @property
    def is_over(self) -> bool:
        """Return whether the last page has come."""
        return self._message is None

    @property
    def pages_asked(self) -> int:
        """Return how many pages were asked for; the next one is before this one is over."""
        return self._pages_asked

    def __iter__(self) -> Generator[list[Row], None, None]:
        """Yield the pages or their parts, none of them empty or longer than `page_size`.

        :raises DirectoryUnavailable: if the server lost the cookie: begin again from page 1
        :raises DirectoryRefused: if there is no end, or paging is broken on this server
        :raises ldap.LDAPError: whatever else goes wrong, the size limit among it
        """
        self.begin()
        try:
            while self._message is not None:
                yield from self._page(self._message)
        finally:
            self._abandon()

    def begin(self) -> None:
        """Ask for the first page, if nobody did; whoever walks takes it when it has come."""
        if not self._pages_asked:
            self._ask(b"")

    def _page(self, message: int) -> Iterator[list[Row]]:
        part: list[Row] = []
        received = 0
        while True:
            # one more than is handed over: behind the last one of a page its end must be seen
            other = self._receive(message, part, (self.part_size or self.page_size) + 1)
            if other is None:  # also of more than was asked for, not all is kept in memory
                first = part.pop()
                received += self._count(len(part))
                yield part
                part = [first]
                continue
            kind, rows, controls = other
            if kind == ldap.RES_SEARCH_RESULT:
                break
            self.references += len(rows)
        received += self._count(len(part))
        self._ask_for_next(controls, received)
        if part:
            yield part

    def _ask(self, cookie: bytes) -> None:
        self._pages_asked += 1
        control = SimplePagedResultsControl(criticality=True, size=self.page_size, cookie=cookie)
        controls = [*([control] if self.in_pages else ()), *self.more_controls]
        self._message = self.handle.search_ext(
            self.question.base_dn,
            ldap.SCOPE_SUBTREE,
            self.question.search_filter,
            list(self.question.attributes) or [NO_ATTRIBUTES],
            serverctrls=controls or None,
        )

    def _receive(self, message: int, rows: list[Row], most: int) -> Received | None:
        try:
            return self.patience.receive(self.handle, message, rows, most)
        except LOST_COOKIE as error:
            if self._pages_asked == 1:
                raise
            raise DirectoryUnavailable(
                _(
                    "The server lost its place in the list after page %(page)s. Nothing was"
                    " changed; the search must begin again.",
                    page=self._pages_asked - 1,
                )
            ) from error

    def _ask_for_next(self, controls: list[Any], received: int) -> None:
        self._message = None
        cookie = self._cookie(controls, received)
        if not cookie:
            return
        if self._pages_asked >= self.max_pages:
            raise _endless()
        self._ask(cookie)

    def _cookie(self, controls: list[Any], received: int) -> bytes:
        """Return the cookie of the next page, empty after the last one.

        A server that leaves the control out has come to the end only if the page is not full; one
        that knows nothing of pages has sent everything as several of them.
        """
        cookies = [each.cookie for each in controls if isinstance(each, PageAnswer)]
        if cookies and cookies[0] is not None:
            return bytes(cookies[0])
        is_full = received > 0 and received % self.page_size == 0
        if self.in_pages and (cookies or is_full):
            raise DirectoryRefused(
                _(
                    "The server says that it can hand out a list in pages, but does not do it."
                    " The list is not complete, so nobody is hidden because of it."
                    " Its administrator must repair paging."
                )
            )
        return b""

    def _count(self, received: int) -> int:
        self._entries += received
        if self._entries > self.max_pages * self.page_size:
            raise _endless()
        return received

    def _abandon(self) -> None:
        if self._message is not None:
            with suppress(ldap.LDAPError, AttributeError):  # the connection may be gone
                self.handle.abandon(self._message)
            self._message = None


def first_rows(handle: Handle, question: Question, limit: int) -> Iterator[list[Any]]:
    """Yield the rows of a search as they arrive; the server may stop at `limit` by an error."""
    message = handle.search_ext(
        question.base_dn,
        ldap.SCOPE_SUBTREE,
        question.search_filter,
        list(question.attributes),
        sizelimit=limit,
    )
    received = 0
    while received <= limit:
        kind, rows, *_rest = handle.result3(message, all=0)
        if kind == ldap.RES_SEARCH_RESULT:
            return
        received += len(rows)
        yield rows
    handle.abandon(message)  # the server does not care about our limit


def _endless() -> DirectoryRefused:
    return DirectoryRefused(
        _(
            "The server sends far more entries than it had before, without end. The search was"
            " broken off and nothing was changed. Check the base DN and the server."
        )
    )


def _ber_value(tag: int, encoded: bytes) -> tuple[bytes, bytes]:
    """Take one element off `encoded`: its contents, and what follows it.

    :raises ValueError: if there is none with this tag, or it is cut off
    """
    if len(encoded) < 2 or encoded[0] != tag:
        raise ValueError("another element")
    start, length = 2, encoded[1]
    if length & LONG_FORM:
        start += length - LONG_FORM
        length = int.from_bytes(encoded[2:start])
    if len(encoded) < start + length:
        raise ValueError("cut off")
    return encoded[start : start + length], encoded[start + length :]
