"""A first load whose people come with texts that were made of them in the process that reads.

Words for the search take as long to make as all else that the reader does with values, and it has
time while its parent writes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lupweb.ldap.entry import Entry
from lupweb.profiles.service import Ahead, ahead
from lupweb.sync.delivered import Delivered, Part, Surroundings, delivered_page, people_of
from lupweb.sync.handing import Packed, packed, unpacked
from lupweb.sync.plan import Plan
from lupweb.sync.reading import Reading, Task

Worded = tuple[Part, list[Packed]]
"""What some entries say, and the columns of texts that were made of their people."""


def first_reading(task: Task, around: Surroundings) -> Reading:
    """Return what reads everybody of a directory, where something is made ahead if anybody asks."""
    reading = Reading(task, around)
    is_plain = task.is_first and not task.dry_run and reading.compute is None
    makers = [maker for _asked, maker in ahead.send(task.layout)] if is_plain else []
    return EarlyReading(task, around, maker=makers[0]) if makers else reading


@dataclass
class EarlyReading(Reading):
    """A first load in which `maker` makes texts of new people while they are read.

    :param maker: asked in the reading process; without one that process makes nothing
    """

    maker: Ahead | None = None
    _texts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def _make(self) -> Callable[[Sequence[Entry]], list[Any]]:
        return self._worded

    def _worded(self, entries: Sequence[Entry]) -> list[Worded]:
        return [(part, self._made_of(part)) for part in delivered_page(entries, self.around)]

    def _made_of(self, part: Part) -> list[Packed]:
        texts = self.maker.made_of([*people_of([part])]) if self.maker else []
        return [packed(column) for column in zip(*texts, strict=True)]

    def _said(self, page: Sequence[Any]) -> tuple[list[Delivered], list[tuple[str, str]]]:
        people, nobody = super()._said([part for part, _columns in page])
        texts = [
            row for _part, columns in page for row in zip(*map(unpacked, columns), strict=True)
        ]
        # the first of two with the same id is the one that counts
        by_id = zip(reversed(people), reversed(texts), strict=bool(texts))
        self._texts = {said.unique_id: made for said, made in by_id}
        return people, nobody

    def _planned(self, page: Sequence[Any]) -> Iterator[Plan]:
        for each in super()._planned(page):
            texts = self._texts.get(each.unique_id)
            if self.maker and texts:
                each.ahead = (self.maker, texts)
            yield each
