"""Read every entry of a directory, page by page, and plan what becomes of each person."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from lupweb.database import end_reading, transaction
from lupweb.directories.models import DirectoryRole
from lupweb.errors import InvalidValue
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.named_entries import asking_ids
from lupweb.ldap.paging import Question
from lupweb.ldap.session import Directory as LdapSession
from lupweb.runs import service as runs
from lupweb.runs.states import TOLD
from lupweb.sync import doubled
from lupweb.sync.apply import FIRST_BLOCK
from lupweb.sync.course import APPLYING
from lupweb.sync.delivered import (
    Delivered,
    Page,
    Surroundings,
    delivered_page,
    nobody_of,
    people_of,
)
from lupweb.sync.endless import ending, most_pages
from lupweb.sync.falling import Place
from lupweb.sync.known import Absent, stored_values
from lupweb.sync.memory import clear_away
from lupweb.sync.met import Marks, mark_of
from lupweb.sync.named import keep_named
from lupweb.sync.plan import Compute, Known, Plan, compare, may_differ, plan
from lupweb.sync.preparing import computing
from lupweb.sync.task import Task
from lupweb.texts import Text, _

PARTS = 12
"""A block of a first load is at most this part of those who were read."""


@dataclass
class Reading:
    """What one enumeration has brought so far.

    :param seen: a mark of each entry (`known.mark_of`)
    :param nameless: folded DNs of entries that were met, and of which nobody knows whose they are
    :param waiting: plans that change something and wait until the enumeration is complete; at a
        first load they are written page by page instead
    :param foreseen: what becomes of those who wait, counted
    :param is_alone: nobody is known from another directory
    :param is_empty: nobody was known from this one when the enumeration began
    :param twice: unique ids that two entries have, where an administrator chose what they are
    :param moves_members: groups that are as they were may have other members now
    :param why_skipped: why the first entry was that nobody could be made of; "" if all are somebody
    """

    task: Task
    around: Surroundings
    is_alone: bool = False
    is_empty: bool = False
    seen: Marks = field(default_factory=Marks)
    nameless: set[str] = field(default_factory=set)
    counters: Counter[str] = field(default_factory=Counter)
    waiting: list[Plan] = field(default_factory=list)
    foreseen: Counter[str] = field(default_factory=Counter)
    twice: set[str] = field(default_factory=set)
    moves_members: bool = True
    why_skipped: str = ""

    @cached_property
    def compute(self) -> Compute | None:
        """Return what makes the values that follow from others; None if there are none."""
        return computing(self.task.layout)

    @property
    def has_own_fields(self) -> bool:
        """Return whether some fields count here, whichever directory supplies the person."""
        return any(each.is_read_behind for each in self.around.fields)

    @cached_property
    def _place(self) -> Place:
        return Place.of(self.task.here, self.task.facts.key, self.task.layout)

    def read_everybody(self, session: LdapSession, search_filter: str, page_size: int) -> None:
        """Enumerate all entries; a `DirectoryError` means that the answer is not complete."""
        wanted = self.wanted()
        self.is_alone = self.task.here.is_alone()
        self.is_empty = self.task.here.is_first_load()
        end_reading()
        question = Question(self.task.facts.user_base_dn, search_filter, wanted)
        pages = session.made_of_pages(question, self._make(), page_size=page_size)
        most = most_pages(self.task.standing, self.task.expected, page_size)
        pages = self.task.course.counted(ending(pages, most))
        for _taken in map(self._take, pages):  # so that no page is kept meanwhile
            if self.task.is_first:
                self._write_new()
            self._tell_progress()
            clear_away()

    def wanted(self) -> list[str]:
        """Return the attributes that an entry is read with."""
        fields = (each.attribute for each in self.around.fields)
        ids = map(asking_ids, self.around.with_ids)
        return [*dict.fromkeys((*self.around.naming.attributes(), *fields)), *ids]

    @property
    def met(self) -> int:
        """Return how many entries were met by the enumeration, each counted once."""
        return len(self.seen)

    @property
    def is_quiet(self) -> bool:
        """Return whether everybody is known to be as the last run has left them."""
        return False

    def absent(self) -> Absent:
        """Return who was there last time and was not met."""
        return self.task.here.absent(self.seen)

    def _write_new(self) -> None:
        """Write who is new, if they are enough; whom another directory brought waits for all.

        Something may be taken from many of those, so they are looked at as a whole.
        """
        others = [] if self.is_alone else [each for each in self.waiting if each.known]
        if self._count_waiting() - len(others) < self._worth_writing():
            return
        self.waiting = [each for each in self.waiting if not each.known] if others else self.waiting
        with self.task.course.phase(APPLYING):
            self.write()
        self.waiting = others
        self.foreseen.update(map(_kind, others))

    def _count_waiting(self) -> int:
        return len(self.waiting)

    def _worth_writing(self) -> int:
        """Return how many people make a block of a first load.

        The more people there are, the more pages of the indexes a block touches, however small it
        is: so the first page is written at once, and later on several together.
        """
        return min(FIRST_BLOCK, len(self.seen) // PARTS)

    def hold(self, plans: Sequence[Plan]) -> None:
        """Leave these people as they are; they count as skipped until they are released."""
        self.leave(plans)
        self.counters["held"] += len(plans)

    def leave(self, plans: Sequence[Plan]) -> None:
        """Leave these people as they are; they count as skipped."""
        left = {each.unique_id for each in plans}
        self.waiting = [each for each in self.waiting if each.unique_id not in left]
        self.counters["skipped"] += len(left)

    def write(self) -> None:
        """Write what waits, and count it."""
        plans, self.waiting = self.waiting, []
        self.foreseen.clear()
        failed = self.task.writer.write(plans)
        self._note_failed(failed)
        lost = {each.unique_id for each in failed}
        self.counters["failed"] += len(lost)
        self._count([each for each in plans if each.unique_id not in lost])

    def _take(self, page: Page) -> None:
        """Plan what becomes of the people of a page; those who stay as they are count at once."""
        keep_named(self.task, page)
        planned = list(self._planned(page))
        self._compare([each for each in planned if each.known])
        end_reading()
        self._note_problems(planned)
        waiting = [each for each in planned if each.changes_anything]
        self.waiting += waiting
        self.foreseen.update(map(_kind, waiting))
        self._count([each for each in planned if not each.changes_anything])

    def _planned(self, page: Page) -> Iterator[Plan]:
        entries = self._by_unique_id(page)
        known = self._known(entries)
        self.counters["skipped"] += doubled.leave_out(entries, self.twice, known)
        self._leave_in_other_places(entries, known)
        naming = self.around.naming
        for unique_id, said in entries.items():
            if unique_id not in known and self.task.facts.role is DirectoryRole.DELEGATED:
                self.counters["skipped"] += 1  # people of such a directory come by signing in
                continue
            try:
                yield plan(said, known.get(unique_id), naming, self.compute)
            except InvalidValue as error:
                self._skip(said.dn, str(error))

    def _leave_in_other_places(
        self, entries: dict[str, Delivered], known: Mapping[str, Known]
    ) -> None:
        facts, attribute = self.task.facts, self.task.facts.server.id_attribute
        for each in doubled.in_other_places(entries, known, facts.id) if attribute else ():
            del entries[each.unique_id]
            self.counters["skipped"] += 1
            self._list(doubled.told_place(each, attribute))

    def _compare(self, planned: Sequence[Plan]) -> None:
        """Compare with the stored values, which are read where their hash is another one."""
        self._place.weigh(planned, self.around.fields)
        has_own = self.has_own_fields
        ids = [each.person_id for each in planned if may_differ(each, has_own=has_own)]
        stored = stored_values(ids) if ids else {}
        for each in planned:
            compare(each, self.around.fields, stored.get(each.person_id), self.compute)

    def _known(self, entries: Mapping[str, Delivered]) -> dict[str, Known]:
        known = {} if self.is_empty else self.task.here.known_people(list(entries))
        if self.is_alone:
            return known
        strangers = {id_: said.match for id_, said in entries.items() if id_ not in known}
        return {**self.task.here.known_elsewhere(strangers), **known}

    def _by_unique_id(self, page: Page) -> dict[str, Delivered]:
        """Return the entries that have a proper unique id and were not seen before."""
        people, nobody = self._said(page)
        self.counters["seen"] += len(people) + len(nobody)
        for dn, why in nobody:
            self._skip(dn, why)
        entries: dict[str, Delivered] = {}
        for said in people:
            if (mark := mark_of(said.unique_id)) in self.seen:
                self.counters["skipped"] += 1
                self._note_twice(said)
                continue
            self.seen.add(mark)
            entries[said.unique_id] = said
        if self.twice and (before := doubled.met_before(self.waiting, self.twice)):
            self.leave(before)
            self.foreseen.subtract(map(_kind, before))
        return entries

    def _make(self) -> Callable[[Sequence[Entry]], list[Any]]:
        return partial(delivered_page, around=self.around)

    def _said(self, page: Page) -> tuple[list[Delivered], list[tuple[str, str]]]:
        return list(people_of(page)), nobody_of(page)

    def _skip(self, dn: str, why: str) -> None:
        self.counters["failed"] += 1
        self.why_skipped = self.why_skipped or why
        self.nameless.add(fold_dn(dn))
        self._list(f"{dn[:120]}: {why}")

    def _note_twice(self, said: Delivered) -> None:
        """List an entry that has the id of another one, where an administrator chose what it is."""
        if attribute := self.task.facts.server.id_attribute:
            self.twice.add(said.unique_id)
            self._list(doubled.told(said, attribute))

    def _list(self, text: Text | str) -> None:
        with transaction():
            runs.note_problem(self.task.run_id, text)

    def _note_problems(self, planned: Sequence[Plan]) -> None:
        problems = [(each.login, problem) for each in planned for problem in each.problems]
        if not problems:
            return
        with transaction():
            for login, (field_, why) in problems:
                runs.note_problem(self.task.run_id, why, login=login, field=field_)

    def _note_failed(self, failed: Sequence[Plan]) -> None:
        if not failed:
            return
        with transaction():
            for each in failed:
                text = _("The database refused this person. The stored profile stays as it was.")
                runs.note_problem(self.task.run_id, text, login=each.login)

    def _count(self, settled: Sequence[Plan]) -> None:
        self.counters.update(map(_kind, settled))
        self.counters["disabled"] += sum(each.disables for each in settled)
        self.counters["values_changed"] += sum(len(each.changes) for each in settled)

    def _tell_progress(self) -> None:
        found = {kind: self.counters[kind] + self.foreseen[kind] for kind in TOLD}
        self.task.tell_progress(self.counters["seen"], found)


def _kind(each: Plan) -> str:
    if each.is_held:
        return "skipped"
    if each.known is None or each.known.is_new:
        return "new"
    if each.is_shadowed:
        return "changed" if each.changes_person else "shadowed"
    if each.is_back:
        return "back"
    return "changed" if each.changes_person else "unchanged"
