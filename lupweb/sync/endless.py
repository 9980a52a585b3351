"""A server that sends pages without end: the run fails, and nobody is touched (hostile B87)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from lupweb.errors import DirectoryRefused
from lupweb.ldap.paging import MOST_PAGES
from lupweb.sync.fingerprints import QUESTION
from lupweb.sync.modes import Standing
from lupweb.texts import _

MORE = 100
"""Pages that a directory may always have more than twice those of the last time."""
Page = TypeVar("Page")


@dataclass(frozen=True)
class Length:
    """How long a list is taken to be.

    :param expected: how many entries were met last time
    :param most_pages: with more, the directory has no end
    """

    page_size: int
    expected: int
    most_pages: int


def most_pages(standing: Standing, expected: int, page_size: int) -> int:
    """Return how many pages the answer may have.

    Nothing is known of a first reading, nor of the first one with another base or filter.

    :param expected: how many entries the last reading had
    """
    is_known = standing.recorded.get(QUESTION) == standing.current.get(QUESTION)
    if not expected or not is_known:
        return MOST_PAGES
    return -(-2 * expected // page_size) + MORE


def ending(pages: Iterable[Page], most: int) -> Iterator[Page]:
    """Yield the pages.

    :raises DirectoryRefused: if there are more than `most`
    """
    for number, page in enumerate(pages, start=1):
        if number > most:
            raise DirectoryRefused(
                _(
                    "The directory sends entries without end: more than %(most)s pages came, over"
                    " twice as many as last time. Nothing was changed.",
                    most=most,
                )
            )
        yield page
