"""A walk through all pages of a search: a short list here, a long one in a process of its own."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

from lupweb.ldap.apart import IS_POSSIBLE, apart
from lupweb.ldap.link import Link
from lupweb.ldap.paging import PagedSearch, Row
from lupweb.texts import _

WORTH_A_PROCESS = 500
"""Entries in a first page with more behind it, from which on a process of its own pays."""


@dataclass(frozen=True)
class Walk:
    """One search of one connection, to be walked through once.

    :param may_leave: a long list may go on in a process of its own, and take the connection with
        it: nothing more can be asked over it afterwards
    """

    link: Link
    search: PagedSearch
    may_leave: bool = False

    def __iter__(self) -> Generator[list[Row], None, None]:
        """Yield the pages. Errors come out as lupweb's own."""
        with closing(iter(self.search)) as pages:
            first = self._next(pages)
            if not first:
                return
            if not self._leaves(first):
                yield first
                yield from self._rest(pages)
                return
            try:
                yield from self._apart(first, pages)
            finally:
                self.link.close()

    def _leaves(self, first: list[Row]) -> bool:
        is_long = len(first) >= WORTH_A_PROCESS and not self.search.is_over
        return is_long and self.may_leave and IS_POSSIBLE

    def _apart(
        self, first: list[Row], pages: Generator[list[Row], None, None]
    ) -> Generator[list[Row], None, None]:
        with apart(self._rest(pages), self.link.survive_fork) as rest:
            yield first
            self.search.references += yield from rest

    def _rest(self, pages: Generator[list[Row], None, None]) -> Generator[list[Row], None, int]:
        """Yield the other pages; return how many references came meanwhile."""
        before = self.search.references
        while page := self._next(pages):
            yield page
        return self.search.references - before

    def _next(self, pages: Generator[list[Row], None, None]) -> list[Row]:
        doing = _("Searching below %(dn)s", dn=self.search.question.base_dn[:200])
        with self.link.asking(doing):
            return next(pages, [])
