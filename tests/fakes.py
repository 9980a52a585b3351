"""What stands in for things outside the process, as strictly as they are themselves."""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Self, TypeVar

from lupweb import errors
from lupweb.errors import CredentialsRefused, DirectoryRefused, DirectoryUnavailable, EntryNotFound
from lupweb.ldap.connection import check_credentials
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import MOST_PAGES, PAGE_SIZE, Question
from lupweb.ldap.ranges import complete
from lupweb.ldap.schema import Schema
from lupweb.ldap.server import ASSERTION, PAGED_RESULTS, POST_READ, WHO_AM_I, ServerTraits
from tests.ldap.fake_server import EVERY_VALUE, FakeServer, StoredEntry, range_asked, ranged
from tests.ldap.fake_writing import FakeWriting
from tests.ldap.matching import RuleBook, matches

Made = TypeVar("Made")
SUFFIX = "dc=example,dc=com"
OPENLDAP = (ASSERTION, POST_READ)


def _always() -> None:
    """Allow every question."""


class FakeDirectory(FakeWriting):
    """A connection to a directory that is a dict. It starts as nobody, like a real one.

    :param check: called before each question; it may raise, for instance inside a transaction
    :param attributes: names of attributes that the standard schema does not know
    :param form: how it compares before a change: "assertion" or "values", see `compare_by`
    """

    def __init__(
        self,
        suffix: str = SUFFIX,
        *,
        check: Callable[[], None] = _always,
        attributes: Sequence[str] = (),
        server: FakeServer | None = None,
        form: str = "",
        id_attribute: str = "",
    ) -> None:
        self.server = server or FakeServer(suffix, RuleBook(attributes))
        self.server.changing.form = form or self.server.changing.form
        self._check = check
        self._id_attribute = id_attribute
        self._bound_as = ""
        self._is_over = False
        self._walk = 0  # the paged search whose cookie is still good

    # How a test prepares it.

    def connect(self, *_server: object) -> "FakeDirectory":
        """Return another connection to the same server; it starts as nobody, too."""
        chosen = getattr(next(iter(_server), None), "id_attribute", "")
        return FakeDirectory(check=self._check, server=self.server, id_attribute=chosen)

    def watch(self, check: Callable[[], None]) -> None:
        """Call this before each question, in place of what was called so far."""
        self._check = check

    def add(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> str:
        """Add an entry below one that exists; return its entryUUID."""
        return self.server.add(dn, attributes)

    def get(self, dn_or_uid: str, attribute: str) -> list[bytes]:
        """Return the values that the directory holds now."""
        return self.server.get(dn_or_uid, attribute)

    def set(self, dn_or_uid: str, attribute: str, values: Sequence[bytes]) -> None:
        """Let somebody else change an attribute; no values: it goes."""
        self.server.set(dn_or_uid, attribute, values)

    def delete(self, dn_or_uid: str) -> None:
        """Delete an entry that has none below it."""
        self.server.delete(dn_or_uid)

    def rename(self, dn_or_uid: str, new_dn: str) -> None:
        """Rename or move an entry with all below it."""
        self.server.rename(dn_or_uid, new_dn)

    def go_down(self) -> None:
        """Answer nobody from now on, and lose every connection."""
        self.server.is_down = True

    def come_up(self) -> None:
        """Answer again. Connections that were lost stay lost."""
        self.server.is_down = False

    def refuse_credentials(self, *, refuse: bool = True) -> None:
        """Accept no name and password, as after a change of the service password."""
        self.server.refuses_credentials = refuse

    def fail_at_page(self, number: int) -> None:
        """Break off every paged search at this page, counted from 1; 0: no more."""
        self.server.failing_page = number

    def limit_size(self, entries: int) -> None:
        """Stop every search after so many entries, paged ones too; 0: no limit."""
        self.server.size_limit = entries

    def give_at_most(self, values: int) -> None:
        """Give values only in ranges of so many, as Active Directory does; 0: all at once."""
        self.server.value_range = values

    # What lupweb asks.

    @property
    def received_bytes(self) -> int:
        return 0

    @property
    def references(self) -> int:
        """Return 0: there is no other server to refer to."""
        return 0

    @property
    def connected_uri(self) -> str | None:
        """Return an address that nobody can reach."""
        return None if self._is_over else "ldap://fake.test"

    def bind(self, dn: str, password: str) -> None:
        """Sign in with the password kept in userPassword, plain or {SSHA}."""
        self._bound_as = ""
        try:
            check_credentials(dn, password)
            self._ask(f"bind {dn}")
            self._check_password(dn, password)
        except CredentialsRefused:
            self._is_over = True
            raise
        self._bound_as = dn

    def _check_password(self, dn: str, password: str) -> None:
        entry = self.server.entries.get(fold_dn(dn))
        kept = entry.values.get("userPassword", []) if entry else []
        if self.server.refuses_credentials or not any(_fits(password, each) for each in kept):
            raise CredentialsRefused("The server does not accept this name and password.")

    def traits(self) -> ServerTraits:
        """Return what OpenLDAP would say."""
        self._ask("traits")
        compares = self.server.changing.form == "assertion"
        return ServerTraits(
            vendor="FakeDirectory",
            naming_contexts=(self.server.suffix,),
            controls=frozenset({PAGED_RESULTS, *(OPENLDAP if compares else ())}),
            extensions=frozenset({WHO_AM_I}),
            unique_id_attribute=self._id_attribute or "entryUUID",
            stamp_attribute="entryCSN",
            schema=Schema.of(Entry("cn=Subschema", self.server.rules.subschema)),
            own_id_attribute="entryUUID",
        )

    def who_am_i(self) -> str | None:
        """Return the DN that signed in."""
        self._ask("who am I")
        return self._bound_as

    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        """Return one entry with all values."""
        return complete(self._read(dn, attributes), self._read)

    def read_all_values(self, dn: str, attribute: str) -> list[bytes]:
        """Return all values of one attribute."""
        return self.read(dn, [attribute]).values(attribute)

    def search(
        self, base_dn: str, search_filter: str, attributes: Sequence[str], *, limit: int
    ) -> list[Entry]:
        """Return at most `limit` entries."""
        self._ask(f"search {search_filter}")
        found = self._found(base_dn, search_filter)
        if 0 < self.server.size_limit < min(limit, len(found)):
            raise errors.LimitExceeded("The server stopped at its size limit (size.prtotal).")
        return self._answer(found[:limit], attributes)

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
        """Yield all entries; a second paged search on this connection breaks the first."""
        self._walk += 1
        mine, number, waiting = self._walk, 1, None
        while number == 1 or waiting:
            self._ask(f"page {number} of {search_filter}")
            self._may_fail(number, mine=mine)
            if waiting is None:
                waiting = self._found(base_dn, search_filter)
            page, waiting = waiting[:page_size], waiting[page_size:]
            if number >= max_pages and waiting:
                raise DirectoryRefused("The server sends entries without end.")
            if 0 < self.server.size_limit < (number - 1) * page_size + len(page):
                raise errors.LimitExceeded("The server stopped at its size limit (size.prtotal).")
            if page:
                yield self._answer(page, attributes)
            number += 1

    def made_of_pages(
        self,
        question: Question,
        make: Callable[[list[Entry]], Made],
        *,
        page_size: int = PAGE_SIZE,
        expected: int = 0,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Iterator[Made]:
        """Yield what is made of each page."""
        meanwhile()
        asked = (question.base_dn, question.search_filter, question.attributes)
        yield from map(make, self.pages(*asked, page_size=page_size))

    def sync_cookie(self, _base_dn: str) -> bytes:
        """Return b"": it does not list the control."""
        return b""

    def close(self) -> None:
        """End the connection."""
        self._is_over = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # Behind the counter.

    def _read(self, dn: str, attributes: Sequence[str]) -> Entry:
        self._ask(f"read {dn}")
        return self._answer([self._visible(dn)], attributes)[0]

    def _ask(self, question: str) -> None:
        self._check()
        self._is_over = self._is_over or self.server.is_down
        if self._is_over:
            raise DirectoryUnavailable("The server is not reachable.")
        self.server.questions.append(question)

    def _may_fail(self, number: int, *, mine: int) -> None:
        if number == self.server.failing_page:
            self._is_over = True
            raise DirectoryUnavailable("The server is not reachable.")
        if mine != self._walk:
            raise DirectoryUnavailable("The server lost its place in the list.")

    def _visible(self, dn: str) -> StoredEntry:
        entry = self.server.entries.get(fold_dn(dn))
        if entry is None or not self._bound_as:
            raise EntryNotFound("There is no such entry, or this account may not see it.")
        return entry

    def _found(self, base_dn: str, search_filter: str) -> list[StoredEntry]:
        base = self._visible(base_dn)
        try:
            return [
                entry
                for entry in (base, *self.server.below(base.dn))
                if matches(search_filter, entry.values, self.server.rules)
            ]
        except ValueError as error:
            raise DirectoryRefused("The search filter cannot be read.") from error

    def _answer(self, entries: list[StoredEntry], attributes: Sequence[str]) -> list[Entry]:
        self.server.rows_sent += len(entries)
        return [Entry(entry.dn, self._asked_for(entry, attributes)) for entry in entries]

    def _asked_for(self, entry: StoredEntry, attributes: Sequence[str]) -> dict[str, list[bytes]]:
        known = [name for name in attributes if self.server.rules.find(name)]
        asked = {self.server.spelling(base): places for base, places in map(range_asked, known)}
        wanted = set(asked)
        answer = {}
        for name, values in entry.values.items():
            rule = self.server.rules.get(name)
            everything = "+" if rule.is_operational else "*"
            if not wanted.isdisjoint({name, rule.names[0]}) or everything in attributes:
                places = asked.get(name, EVERY_VALUE)
                given_as, given = ranged(name, values, places, most=self.server.value_range)
                answer[given_as] = given
        answer.pop("userPassword", None)
        return answer


def _fits(password: str, kept: bytes) -> bool:
    if not kept.startswith(b"{SSHA}"):
        return kept == password.encode()
    raw = base64.b64decode(kept.removeprefix(b"{SSHA}"))
    return hashlib.sha1(password.encode() + raw[20:]).digest() == raw[:20]  # noqa: S324 (its form)
