"""A first load: people who are all new go in columns from the reading process to the database.

Nobody of them is looked at alone, unless something about their entries is odd: two with the same
id, no login, a value that cannot be kept. Texts such as the words for the search are made of them
in the process that reads, which has time while its parent writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lupweb.directories.models import DirectoryRole
from lupweb.ldap.entry import Entry
from lupweb.profiles.newcomers import Ahead
from lupweb.profiles.service import ahead
from lupweb.sync.columns import Columns, columns_of
from lupweb.sync.delivered import Part, Surroundings, delivered_page
from lupweb.sync.handing import Packed, packed, unpacked
from lupweb.sync.met import mark_of
from lupweb.sync.named import keep_named
from lupweb.sync.newcomers import Newcomers
from lupweb.sync.reading import Reading
from lupweb.sync.task import Task

Worded = tuple[Part, list[Packed]]
"""What some entries say, and the columns of texts that were made of their people."""


def first_reading(task: Task, around: Surroundings) -> Reading:
    """Return what reads everybody of a directory, in columns if nobody of it is known."""
    reading = Reading(task, around)
    is_plain = task.is_first and not task.dry_run and not task.plan_run_id
    is_delegated = task.facts.role is DirectoryRole.DELEGATED
    if reading.compute is not None or is_delegated or not is_plain:
        return reading
    makers = [maker for _asked, maker in ahead.send(task.layout)]
    return FirstLoad(task, around, maker=makers[0] if makers else None)


@dataclass
class FirstLoad(Reading):
    """The reading of a directory of which nobody is known.

    :param maker: makes texts of new people in the reading process, if anybody asks for some
    """

    maker: Ahead | None = None
    _found: list[Newcomers] = field(default_factory=list)

    def write(self) -> None:
        """Write what waits, and count it."""
        if self._found:
            people, self._found = Newcomers.joined(self._found), []
            values = people.count_of_values
            failed = self.task.plain_writer.write_new(people)
            self._note_failed(failed)
            self.counters["failed"] += len(failed)
            self.counters["new"] += len(people) - len(failed)
            self.counters["values_changed"] += values - sum(len(each.changes) for each in failed)
        super().write()

    def _make(self) -> Callable[[Sequence[Entry]], list[Any]]:
        return self._worded

    def _worded(self, entries: Sequence[Entry]) -> list[Worded]:
        return [(part, self._made_of(part)) for part in delivered_page(entries, self.around)]

    def _made_of(self, part: Part) -> list[Packed]:
        said = columns_of(part)
        return [*map(packed, self.maker.made_of(said))] if self.maker and said else []

    def _take(self, page: Sequence[Any]) -> None:
        keep_named(self.task, [part for part, _texts in page])
        odd = []
        for part, texts in page:
            said = columns_of(part)
            if said is None or not self._is_taken(said):
                odd.append(part)
                continue
            made = (self.maker, [*map(unpacked, texts)]) if self.maker else None
            self._found.append(Newcomers(said, made))
            self.foreseen["new"] += len(said.unique_ids)
        if odd:
            super()._take(odd)

    def _is_taken(self, said: Columns) -> bool:
        """Return whether nothing about these people is odd; they count as seen then."""
        if not (said.is_plain and self.is_alone and self.is_empty and all(said.logins_folded)):
            return False
        marks = {*map(mark_of, said.unique_ids)}
        if len(marks) < len(said.unique_ids) or any(mark in self.seen for mark in marks):
            return False
        for mark in marks:
            self.seen.add(mark)
        self.counters["seen"] += len(marks)
        return True

    def _count_waiting(self) -> int:
        return super()._count_waiting() + sum(map(len, self._found))
