"""A walk through all pages of a search: a short list here, a long one in a process of its own."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from lupweb.ldap.apart import IS_POSSIBLE, apart
from lupweb.ldap.link import Link
from lupweb.ldap.paging import PagedSearch, Row
from lupweb.texts import Text, _

Made = TypeVar("Made")
WORTH_A_PROCESS = 500
"""Entries in a first page with more behind it, from which on a process of its own pays."""
WORTH_LEAVING_AT_ONCE = 4 * WORTH_A_PROCESS
"""Entries that are expected, from which on it begins before the first page has come."""
PART = 125
"""Entries that a process of its own makes something of at a time: with all their values they fit
into the cache of a processor, which a page does not."""


def _nothing() -> None:
    """Wait for the directory."""


@dataclass(frozen=True)
class Walk(Generic[Made]):
    """One search of one connection, to be walked through once.

    :param make: what becomes of each page, wherever it is read; in a process of its own of parts of
        it, whose lists are put together
    :param may_leave: a long list may go on in a process of its own, and take the connection with
        it: nothing more can be asked over it afterwards. `make` returns what `marshal` writes then
    :param expected: about how many entries will come; 0 if nothing is known
    :param meanwhile: what is done here while the directory makes the first page
    """

    link: Link
    search: PagedSearch
    make: Callable[[list[Row]], list[Made]]
    may_leave: bool = False
    expected: int = 0
    meanwhile: Callable[[], None] = _nothing

    def __iter__(self) -> Generator[list[Made], None, None]:
        """Yield what is made of the pages, and keep none of it. Errors come out as lupweb's own."""
        self.search.part_size = PART if self.may_leave else 0
        with closing(iter(self.search)) as parts:
            with self.link.asking(self._doing):
                self.search.begin()
            if self.may_leave and IS_POSSIBLE and self.expected >= WORTH_LEAVING_AT_ONCE:
                with self._others(parts, leaves=True) as pages:
                    self.meanwhile()
                    self.search.references = yield from pages
                return
            self.meanwhile()
            first, count = self._first_page(parts)
            if not count:
                return
            with self._others(parts, leaves=self._leaves(count)) as others:
                yield first
                del first
                self.search.references = yield from others

    def _leaves(self, count: int) -> bool:
        is_long = count >= WORTH_A_PROCESS and not self.search.is_over
        return is_long and self.may_leave and IS_POSSIBLE

    @contextmanager
    def _others(
        self, parts: Generator[list[Row], None, None], *, leaves: bool
    ) -> Iterator[Generator[list[Made], None, int]]:
        """Give what yields the pages behind the first one, and returns how many references came."""
        if not leaves:
            self.search.part_size = 0
            yield self._rest(parts)
            return
        try:
            with apart(self._joined(parts), self.link.survive_fork) as others:
                yield others
        finally:
            self.link.close()

    def _rest(self, pages: Generator[list[Row], None, None]) -> Generator[list[Made], None, int]:
        yield from map(self.make, iter(lambda: self._next(pages), []))
        return self.search.references

    def _first_page(self, parts: Generator[list[Row], None, None]) -> tuple[list[Made], int]:
        """Return what is made of the parts of the first page, and of how many entries."""
        made: list[Made] = []
        count = 0
        while count < self.search.page_size and (rows := self._next(parts)):
            made += self.make(rows)
            count += len(rows)
            if self.search.pages_asked > 1 or self.search.is_over:
                break
        return made, count

    def _joined(self, parts: Generator[list[Row], None, None]) -> Generator[list[Made], None, int]:
        """Yield what is made of the parts of about a page, together."""
        made: list[Made] = []
        count = 0
        while rows := self._next(parts):
            made += self.make(rows)
            count += len(rows)
            del rows  # their memory serves the next part
            if count >= self.search.page_size:
                yield made
                made, count = [], 0
        if made:
            yield made
        return self.search.references

    def _next(self, pages: Generator[list[Row], None, None]) -> list[Row]:
        with self.link.asking(self._doing):
            return next(pages, [])

    @property
    def _doing(self) -> Text:
        return _("Searching below %(dn)s", dn=self.search.question.base_dn[:200])
