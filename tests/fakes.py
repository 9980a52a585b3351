"""What stands in for things outside the process, as strictly as they are themselves."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from lupweb import clock
from lupweb.errors import (
    CredentialsRefused,
    DirectoryRefused,
    DirectoryUnavailable,
    EntryNotFound,
    LimitExceeded,
)
from lupweb.ldap.connection import check_credentials
from lupweb.ldap.dn import DN, fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import MOST_PAGES, PAGE_SIZE
from lupweb.ldap.server import PAGED_RESULTS, WHO_AM_I, Schema, ServerTraits
from tests.ldap.matching import RuleBook, matches

SUFFIX = "dc=example,dc=com"
SERVICE_DN = "cn=service,dc=example,dc=com"


@dataclass
class StoredEntry:
    """One entry of the fake server; attribute names in the schema's spelling."""

    dn: str
    values: dict[str, list[bytes]]


@dataclass
class FakeServer:
    """What all connections to one fake directory share: the entries, and how it misbehaves."""

    suffix: str
    rules: RuleBook
    entries: dict[str, StoredEntry] = field(default_factory=dict)
    """Folded DN -> entry."""
    is_down: bool = False
    refuses_credentials: bool = False
    failing_page: int = 0
    size_limit: int = 0
    writes: int = 0
    questions: list[str] = field(default_factory=list)
    """What was asked, oldest first: `bind cn=...`, `read ...`, `search ...`, `page 2 of ...`."""
    rows_sent: int = 0


def _always() -> None:
    """Allow every question."""


class FakeDirectory:
    """A connection to a directory that is a dict. It starts as nobody, like a real one.

    :param check: called before each question; it may raise, for instance inside a transaction
    :param attributes: names of attributes that the standard schema does not know
    """

    def __init__(
        self,
        suffix: str = SUFFIX,
        *,
        check: Callable[[], None] = _always,
        attributes: Sequence[str] = (),
        server: FakeServer | None = None,
    ) -> None:
        self.server = server or FakeServer(suffix, RuleBook(attributes))
        self._check = check
        self._bound_as = ""
        self._is_over = False
        self._walk = 0  # the paged search whose cookie is still good

    # How a test prepares it.

    def connect(self, *_ids: object) -> "FakeDirectory":
        """Return another connection to the same server, signed in as the service account."""
        other = FakeDirectory(check=self._check, server=self.server)
        other._bound_as = SERVICE_DN
        return other

    def add(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> str:
        """Add an entry below one that exists; return its entryUUID."""
        parent = DN.parse(dn).parent
        is_top = fold_dn(dn) == fold_dn(self.server.suffix)
        if fold_dn(dn) in self.server.entries:
            raise ValueError(f"entry already exists: {dn}")
        if not is_top and (parent is None or parent.folded not in self.server.entries):
            raise ValueError(f"no parent: {dn}")
        entry = StoredEntry(
            dn, {"entryUUID": [str(uuid.uuid4()).encode()], "entryDN": [dn.encode()]}
        )
        self.server.entries[fold_dn(dn)] = entry
        for name, values in attributes.items():
            self._put(entry, name, values)
        self._stamp(entry)
        entry.values["createTimestamp"] = entry.values["modifyTimestamp"]
        return entry.values["entryUUID"][0].decode()

    def get(self, dn_or_uid: str, attribute: str) -> list[bytes]:
        """Return the values that the directory holds now."""
        entry = self._entry(dn_or_uid)
        return list(entry.values.get(self._spelling(attribute), ()))

    def set(self, dn_or_uid: str, attribute: str, values: Sequence[bytes]) -> None:
        """Let somebody else change an attribute; no values: it goes."""
        entry = self._entry(dn_or_uid)
        self._put(entry, attribute, values)
        self._stamp(entry)

    def delete(self, dn_or_uid: str) -> None:
        """Delete an entry that has none below it."""
        entry = self._entry(dn_or_uid)
        if self._below(entry.dn):
            raise ValueError(f"there are entries below: {entry.dn}")
        del self.server.entries[fold_dn(entry.dn)]

    def rename(self, dn_or_uid: str, new_dn: str) -> None:
        """Rename or move an entry with all below it; only its own stamp moves (as on slapd)."""
        entry = self._entry(dn_or_uid)
        old_dn = entry.dn
        for below in (entry, *self._below(old_dn)):
            del self.server.entries[fold_dn(below.dn)]
            below.dn = below.dn[: len(below.dn) - len(old_dn)] + new_dn
            below.values["entryDN"] = [below.dn.encode()]
            self.server.entries[fold_dn(below.dn)] = below
        rdn = new_dn.split(",", 1)[0]
        if "+" not in rdn and "\\" not in rdn:
            name, value = rdn.split("=", 1)
            self._put(entry, name, [value.encode()])
        self._stamp(entry)

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

    # What lupweb asks.

    @property
    def references(self) -> int:
        """Return 0: there is no other server to refer to."""
        return 0

    def bind(self, dn: str, password: str) -> None:
        """Sign in with the password kept in userPassword, plain or {SSHA}."""
        check_credentials(dn, password)
        self._bound_as = ""
        self._ask(f"bind {dn}")
        entry = self.server.entries.get(fold_dn(dn))
        kept = entry.values.get("userPassword", []) if entry else []
        if self.server.refuses_credentials or not any(_fits(password, each) for each in kept):
            raise CredentialsRefused("The server does not accept this name and password.")
        self._bound_as = dn

    def traits(self) -> ServerTraits:
        """Return what OpenLDAP would say."""
        self._ask("traits")
        return ServerTraits(
            vendor="FakeDirectory",
            naming_contexts=(self.server.suffix,),
            controls=frozenset({PAGED_RESULTS}),
            extensions=frozenset({WHO_AM_I}),
            unique_id_attribute="entryUUID",
            stamp_attribute="entryCSN",
            schema=Schema.read(rule.definition for rule in self.server.rules.rules),
        )

    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        """Return one entry."""
        self._ask(f"read {dn}")
        return self._answer([self._visible(dn)], attributes)[0]

    def search(
        self, base_dn: str, search_filter: str, attributes: Sequence[str], *, limit: int
    ) -> list[Entry]:
        """Return at most `limit` entries."""
        self._ask(f"search {search_filter}")
        found = self._found(base_dn, search_filter)
        if 0 < self.server.size_limit < min(limit, len(found)):
            raise LimitExceeded("The server stopped at its size limit (size.prtotal).")
        return self._answer(found[:limit], attributes)

    def pages(
        self,
        base_dn: str,
        search_filter: str,
        attributes: Sequence[str],
        *,
        page_size: int = PAGE_SIZE,
        max_pages: int = MOST_PAGES,
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
                raise LimitExceeded("The server stopped at its size limit (size.prtotal).")
            if page:
                yield self._answer(page, attributes)
            number += 1

    def close(self) -> None:
        """End the connection."""
        self._is_over = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Behind the counter.

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
                for entry in (base, *self._below(base.dn))
                if matches(search_filter, entry.values, self.server.rules)
            ]
        except ValueError as error:
            raise DirectoryRefused("The search filter cannot be read.") from error

    def _answer(self, entries: list[StoredEntry], attributes: Sequence[str]) -> list[Entry]:
        self.server.rows_sent += len(entries)
        return [Entry(entry.dn, self._asked_for(entry, attributes)) for entry in entries]

    def _asked_for(self, entry: StoredEntry, attributes: Sequence[str]) -> dict[str, list[bytes]]:
        wanted = {rule.names[0] for rule in map(self.server.rules.find, attributes) if rule}
        answer = {}
        for name, values in entry.values.items():
            is_operational = self.server.rules.get(name).is_operational
            if name == "userPassword":
                continue
            if name in wanted or ("+" if is_operational else "*") in attributes:
                answer[name] = list(values)
        return answer

    def _below(self, dn: str) -> list[StoredEntry]:
        base = DN.parse(dn)
        return [each for each in self.server.entries.values() if DN.parse(each.dn).is_below(base)]

    def _entry(self, dn_or_uid: str) -> StoredEntry:
        entry = self.server.entries.get(fold_dn(dn_or_uid))
        if entry is not None:
            return entry
        uid = dn_or_uid.casefold().encode()
        for entry in self.server.entries.values():
            if uid in (value.lower() for value in entry.values.get("uid", ())):
                return entry
        raise KeyError(dn_or_uid)

    def _put(self, entry: StoredEntry, attribute: str, values: Sequence[bytes]) -> None:
        rule = self.server.rules.get(attribute)
        folded = [rule.fold(value) for value in values]
        if b"" in values or len(set(folded)) < len(folded) or (rule.is_single and len(values) > 1):
            raise ValueError(f"{attribute}: an empty, a double or a second value")
        entry.values.pop(rule.names[0], None)
        if values:
            entry.values[rule.names[0]] = list(values)

    def _spelling(self, attribute: str) -> str:
        return self.server.rules.get(attribute).names[0]

    def _stamp(self, entry: StoredEntry) -> None:
        self.server.writes += 1
        now = clock.now().strftime("%Y%m%d%H%M%S")
        csn = f"{now}.{self.server.writes % 1_000_000:06}Z#000000#000#000000"
        entry.values["entryCSN"] = [csn.encode()]
        entry.values["modifyTimestamp"] = [f"{now}Z".encode()]


def _fits(password: str, kept: bytes) -> bool:
    if not kept.startswith(b"{SSHA}"):
        return kept == password.encode()
    raw = base64.b64decode(kept.removeprefix(b"{SSHA}"))
    return hashlib.sha1(password.encode() + raw[20:]).digest() == raw[:20]  # noqa: S324 (its form)
