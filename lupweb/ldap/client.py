"""One connection to one directory. python-ldap's exceptions end here.

A connection belongs to one job or thread and is opened after the fork, at its first question.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any, Self, TypeVar

import ldap
from ldap.controls import RequestControl

from lupweb.errors import CredentialsRefused, EntryNotFound, InvalidValue, LimitExceeded
from lupweb.ldap.by_id import entry_of
from lupweb.ldap.cas import Door, compare_and_set
from lupweb.ldap.connection import NO_ATTRIBUTES, Server, check_credentials
from lupweb.ldap.entry import Entry, entries_of
from lupweb.ldap.filters import present
from lupweb.ldap.link import Link
from lupweb.ldap.named_entries import AS_TEXT, apart, parted_wishes
from lupweb.ldap.paging import MOST_PAGES, PAGE_SIZE, PagedSearch, Question, first_rows
from lupweb.ldap.probing import may_write
from lupweb.ldap.ranges import complete
from lupweb.ldap.results import REFUSED_SIGN_INS, as_refused_sign_in
from lupweb.ldap.schema import SUBSCHEMA_ATTRIBUTES, Schema
from lupweb.ldap.sending import send
from lupweb.ldap.server import (
    PAGED_RESULTS,
    ROOT_DSE_ATTRIBUTES,
    SHOW_DELETED,
    WHO_AM_I,
    ServerTraits,
    read_traits,
)
from lupweb.ldap.syncing import SyncAnswer, SyncSearch, cookie_now
from lupweb.ldap.walk import Walk
from lupweb.ldap.writing import Right, Wish, Written
from lupweb.texts import Text, _

Made = TypeVar("Made")
SUBSCHEMA = "(objectClass=subschema)"
DELETED = RequestControl(SHOW_DELETED, criticality=True)


def _always() -> None:
    """Allow every question; do nothing else meanwhile."""


class LdapDirectory:
    """A directory that is asked over LDAP.

    :param check: called before each question; it may raise, so that nobody asks inside a
        database transaction
    """

    def __init__(self, server: Server, *, check: Callable[[], None] = _always) -> None:
        self._link = Link(server, check)
        self._root: Entry | None = None
        self._traits: ServerTraits | None = None
        self._references = 0

    @property
    def references(self) -> int:
        """Return how many references to other servers were dropped since the first question."""
        return self._references

    @property
    def connected_uri(self) -> str | None:
        """Return which server answers, see `Directory.connected_uri`."""
        return self._link.uri

    @property
    def received_bytes(self) -> int:
        """Return how much has come, see `Directory.received_bytes`."""
        return self._link.received_bytes

    def bind(self, dn: str, password: str) -> None:
        """Sign in as `dn`, see `Directory.bind`."""
        self._root = self._traits = None  # another account may see more or less
        doing = _("Signing in as %(dn)s", dn=dn[:200])
        try:
            check_credentials(dn, password)
            with self._link.asking(doing, secrets=(password,)) as handle:
                try:
                    handle.simple_bind_s(dn, password)
                except REFUSED_SIGN_INS as error:
                    raise as_refused_sign_in(error, doing, secrets=(password,)) from error
        except CredentialsRefused:
            self.close()
            raise

    def traits(self) -> ServerTraits:
        """Return what the server says; asked once per connection and account."""
        if self._traits is None:
            root = self._root_dse()
            chosen = self._link.server.id_attribute
            self._traits = read_traits(root, self._schema(root), chosen)
        return self._traits

    def who_am_i(self) -> str | None:
        """Return whom the server takes us for, see `Directory.who_am_i`."""
        if WHO_AM_I.encode() not in self._root_dse().values("supportedExtension"):
            return None
        with self._link.asking(_("Asking the server whom it takes this account for")) as handle:
            name = str(handle.whoami_s())
        return name.removeprefix("dn:").removeprefix("u:")

    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        """Return one entry, see `Directory.read`."""
        return complete(self._read(dn, attributes), self._read)

    def read_all_values(self, dn: str, attribute: str) -> list[bytes]:
        """Return all values of one attribute, see `Directory.read_all_values`."""
        return self.read(dn, [attribute]).values(attribute)

    def search(
        self, base_dn: str, search_filter: str, attributes: Sequence[str], *, limit: int
    ) -> list[Entry]:
        """Return at most `limit` entries, see `Directory.search`."""
        question = Question(_sendable(base_dn), _sendable(search_filter), _wanted(attributes))
        found: list[Entry] = []
        try:
            with self._link.asking(_searching(base_dn)) as handle:
                for rows in first_rows(handle, question, limit):
                    found += self._entries(rows)
        except LimitExceeded:
            if len(found) < limit:
                raise
        return found[:limit]

    def entry_of(self, base_dn: str, unique_id: str, attributes: Sequence[str]) -> Entry:
        """Return the entry of a unique id, see `Directory.entry_of`."""
        return entry_of(self, base_dn, unique_id, attributes)

    def compare_and_set(self, entry: Entry, wishes: Sequence[Wish]) -> Written:
        """Change an entry if nobody else did, see `Directory.compare_and_set`."""
        return compare_and_set(self._door(), entry, wishes)

    def may_write(self, entry: Entry, attribute: str) -> tuple[Right, str]:
        """Return the right to write, see `Directory.may_write`."""
        return may_write(self._door(), entry, attribute)

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
        """Yield all entries page by page, see `Directory.pages`."""
        question = Question(base_dn, search_filter, attributes)
        search = self._paged(question, page_size, max_pages)
        search.more_controls = (DELETED,) if shows_deleted else ()
        yield from self._walked(Walk(self._link, search, entries_of))

    def made_of_pages(
        self,
        question: Question,
        make: Callable[[list[Entry]], list[Made]],
        *,
        page_size: int = PAGE_SIZE,
        expected: int = 0,
        meanwhile: Callable[[], None] = _always,
    ) -> Iterator[list[Made]]:
        """Yield what is made of each page, see `Directory.made_of_pages`."""
        wanted, named = parted_wishes(question.attributes)
        search = self._paged(replace(question, attributes=wanted), page_size, MOST_PAGES)
        search.more_controls = (AS_TEXT,) if named else ()
        walk = Walk(
            self._link,
            search,
            lambda rows: make(entries_of(apart(rows, named) if named else rows)),
            may_leave=True,
            expected=expected,
            meanwhile=meanwhile,
        )
        yield from self._walked(walk)

    def sync_cookie(self, base_dn: str) -> bytes:
        """Return what stands for the state of now, see `Directory.sync_cookie`."""
        if not self.traits().says_what_changed:
            return b""
        with self._link.asking(_searching(base_dn)) as handle:
            return cookie_now(handle, _sendable(base_dn), self._link.patience())

    def changed_since(self, cookie: bytes, question: Question, *, most: int) -> SyncAnswer:
        """Return what has changed since a cookie, see `Directory.changed_since`."""
        base_dn, wanted = _sendable(question.base_dn), _wanted(question.attributes)
        asked = Question(base_dn, _sendable(question.search_filter), wanted)
        with self._link.asking(_searching(question.base_dn)) as handle:
            search = SyncSearch(handle, asked, self._link.patience(), cookie, most)
            answer = search.answer()
        self._references += answer.references
        return answer

    def close(self) -> None:
        """End the connection."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _door(self) -> Door:
        return Door(self.traits(), self.read, partial(send, self._link))

    def _paged(self, question: Question, page_size: int, max_pages: int) -> PagedSearch:
        in_pages = PAGED_RESULTS.encode() in self._root_dse().values("supportedControl")
        base_dn, search_filter = _sendable(question.base_dn), _sendable(question.search_filter)
        with self._link.asking(_searching(question.base_dn)) as handle:
            return PagedSearch(
                handle,
                Question(base_dn, search_filter, _wanted(question.attributes)),
                patience=self._link.patience(),
                page_size=page_size,
                max_pages=max_pages,
                in_pages=in_pages,
            )

    def _walked(self, walk: Walk[Made]) -> Iterator[list[Made]]:
        with closing(iter(walk)) as made:
            yield from made
        self._references += walk.search.references

    def _read(self, dn: str, attributes: Sequence[str]) -> Entry:
        doing = _("Reading %(dn)s", dn=dn[:200])
        wanted, named = parted_wishes(attributes)
        with self._link.asking(doing) as handle:
            rows = handle.search_ext_s(
                _sendable(dn),
                ldap.SCOPE_BASE,
                present("objectClass"),
                _wanted(wanted),
                serverctrls=[AS_TEXT] if named else None,
            )
        entries = self._entries(apart(rows, named) if named else rows)
        if not entries:
            raise EntryNotFound(
                _("%(doing)s failed. This account may not see the entry.", doing=doing)
            )
        return entries[0]

    def _root_dse(self) -> Entry:
        if self._root is None:
            found = self._shown("", present("objectClass"), ROOT_DSE_ATTRIBUTES)
            self._root = found or Entry("", {})
        return self._root

    def _schema(self, root: Entry) -> Schema:
        where = (root.first("subschemaSubentry") or b"").decode(errors="replace")
        found = self._shown(where, SUBSCHEMA, SUBSCHEMA_ATTRIBUTES) if where else None
        return Schema.of(found) if found else Schema()

    def _shown(self, dn: str, search_filter: str, attributes: Sequence[str]) -> Entry | None:
        """Return what the server tells about itself at `dn`, or None if it hides that."""
        with self._link.asking(_("Asking the server what it can do")) as handle:
            try:
                rows = handle.search_ext_s(dn, ldap.SCOPE_BASE, search_filter, list(attributes))
            except (ldap.NO_SUCH_OBJECT, ldap.INSUFFICIENT_ACCESS):
                return None
        return next(iter(self._entries(rows)), None)

    def _entries(self, rows: list[Any]) -> list[Entry]:
        entries = [Entry(dn, attributes) for dn, attributes in rows if dn is not None]
        self._references += len(rows) - len(entries)
        return entries


def _searching(base_dn: str) -> Text:
    return _("Searching below %(dn)s", dn=base_dn[:200])


def _wanted(attributes: Sequence[str]) -> list[str]:
    return [_sendable(name) for name in attributes] or [NO_ATTRIBUTES]


def _sendable(text: str) -> str:
    """Return `text` if it can be sent: libldap would cut it at a zero byte.

    :raises InvalidValue: otherwise
    """
    try:
        is_sendable = b"\x00" not in text.encode()
    except UnicodeEncodeError:
        is_sendable = False
    if not is_sendable:
        raise InvalidValue(
            _("A DN, search filter or attribute name holds a broken character. Enter it again.")
        )
    return text
