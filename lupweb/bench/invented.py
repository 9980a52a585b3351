"""The invented company as a directory without a server, so that any installation can be filled."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import Self, TypeVar

from lupweb.demo.company import Company
from lupweb.demo.ldif import GROUPS_BASE, PEOPLE_BASE, SERVICES, Line, entries
from lupweb.errors import DirectoryReadOnly, EntryNotFound
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.paging import MOST_PAGES, PAGE_SIZE, Question
from lupweb.ldap.schema import Schema
from lupweb.ldap.server import PAGED_RESULTS, ServerTraits
from lupweb.ldap.syncing import SyncAnswer
from lupweb.ldap.writing import Right, Wish, Written

Made = TypeVar("Made")
TRAITS = ServerTraits(
    vendor="",
    naming_contexts=(),
    controls=frozenset({PAGED_RESULTS}),
    extensions=frozenset(),
    unique_id_attribute="entryUUID",
    stamp_attribute="entryCSN",
    schema=Schema(),
    own_id_attribute="entryUUID",
)
NO_PASSWORDS = dict.fromkeys(SERVICES, "")


class InventedDirectory:
    """What a run asks of a directory, answered from a company in memory; nothing is checked."""

    references = received_bytes = 0
    connected_uri = None

    def __init__(self, company: Company) -> None:
        # drawing portraits would take most of the time, and nothing reads them
        people = tuple(replace(person, portrait=None) for person in company.people)
        self._company = replace(company, people=people)

    def connect(self, _server: object) -> Self:
        """Return a connection."""
        return self

    def bind(self, dn: str, password: str) -> None:
        """Let everybody in."""

    def traits(self) -> ServerTraits:
        """Return what an OpenLDAP would say that hides its schema."""
        return TRAITS

    def who_am_i(self) -> str | None:
        """Return None: it cannot be asked."""
        return None

    def read(self, dn: str, attributes: Sequence[str]) -> Entry:
        """Return a group.

        :raises EntryNotFound: if there is no such group
        """
        found = self._groups.get(fold_dn(dn))
        if found is None:
            raise EntryNotFound
        return found

    def read_all_values(self, dn: str, attribute: str) -> list[bytes]:
        """Return the values of a group's attribute."""
        return self.read(dn, [attribute]).values(attribute)

    def search(
        self, base_dn: str, search_filter: str, attributes: Sequence[str], *, limit: int
    ) -> list[Entry]:
        """Return the first people, whatever the base and the filter."""
        return next(self.pages(base_dn, search_filter, attributes, page_size=limit))

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
        """Yield all people, whatever the base and the filter."""
        wanted = {name.casefold() for name in attributes}
        page: list[Entry] = []
        for dn, lines in self._below(PEOPLE_BASE):
            page.append(_entry(dn, [line for line in lines if line[0].casefold() in wanted]))
            if len(page) == page_size:
                yield page
                page = []
        if page:
            yield page

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

    def entry_of(self, base_dn: str, unique_id: str, attributes: Sequence[str]) -> Entry:
        """Find nobody: people are not looked up one by one.

        :raises EntryNotFound: always
        """
        raise EntryNotFound

    def compare_and_set(self, entry: Entry, wishes: Sequence[Wish]) -> Written:
        """Change nothing.

        :raises DirectoryReadOnly: always
        """
        raise DirectoryReadOnly

    def may_write(self, entry: Entry, attribute: str) -> tuple[Right, str]:
        """Return that nothing may be written."""
        return Right.REFUSED, ""

    def sync_cookie(self, base_dn: str) -> bytes:
        """Return b"": there is none."""
        return b""

    def changed_since(self, cookie: bytes, question: Question, *, most: int) -> SyncAnswer:
        """Say nothing: there is no cookie.

        :raises DirectoryReadOnly: always
        """
        raise DirectoryReadOnly

    def close(self) -> None:
        """End the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the connection."""

    @cached_property
    def _groups(self) -> dict[str, Entry]:
        return {fold_dn(dn): _entry(dn, lines) for dn, lines in self._below(GROUPS_BASE)}

    def _below(self, base: str) -> Iterator[tuple[str, list[Line]]]:
        for dn, lines in entries(self._company, NO_PASSWORDS, with_passwords=False):
            if dn.endswith("," + base):
                yield dn, lines


def _entry(dn: str, lines: Sequence[Line]) -> Entry:
    attributes: dict[str, list[bytes]] = {}
    for name, value in lines:
        if value:
            found = value if isinstance(value, bytes) else value.encode()
            attributes.setdefault(name, []).append(found)
    return Entry(dn, attributes)
