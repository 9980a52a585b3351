"""Read every entry of a directory, page by page, and plan what becomes of each person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lupweb import clock
from lupweb.database import end_reading, transaction
from lupweb.directories.service import DirectoryFacts
from lupweb.errors import InvalidValue
from lupweb.ldap.client import Directory as LdapSession
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import given
from lupweb.ldap.server import ServerTraits, unique_id_of
from lupweb.profiles.layout import Layout
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease
from lupweb.sync.apply import Writer
from lupweb.sync.known import known_people
from lupweb.sync.plan import MappedField, Naming, Plan, plan
from lupweb.texts import Text, _

BEAT = timedelta(seconds=5)


@dataclass(frozen=True)
class Task:
    """What one run has to do.

    :param is_first: nobody of the directory is known: there is nobody to hide and nothing to clear
    """

    run_id: int
    facts: DirectoryFacts
    layout: Layout
    lease: HeldLease
    is_first: bool

    @property
    def writer(self) -> Writer:
        """Return what writes the plans of this run."""
        return Writer(self.run_id, self.facts.id, self.facts.key, self.layout, self.lease)


@dataclass
class Reading:
    """What one enumeration has brought so far.

    :param waiting: plans that wait until the enumeration is complete; at a first load they are
        written page by page instead
    """

    task: Task
    naming: Naming
    fields: Sequence[MappedField]
    seen: set[str] = field(default_factory=set)
    counters: Counter[str] = field(default_factory=Counter)
    waiting: list[Plan] = field(default_factory=list)
    beaten_at: datetime = field(default_factory=clock.now)

    def read_everybody(self, session: LdapSession) -> None:
        """Enumerate all entries; a `DirectoryError` means that the answer is not complete."""
        facts = self.task.facts
        pages = session.pages(
            facts.user_base_dn,
            given(facts.user_filter),
            self.naming.attributes() + [each.attribute for each in self.fields],
        )
        for page in pages:
            self._take(page)
            if self.task.is_first:
                self.write()
            else:
                self._beat()

    def write(self) -> None:
        """Write what waits, and count it."""
        plans, self.waiting = self.waiting, []
        failed = self.task.writer.write(
            [each for each in plans if each.changes_person or each.moves]
        )
        self._note(plans, failed)
        lost = {each.unique_id for each in failed}
        for each in plans:
            self._count(each, failed=each.unique_id in lost)

    def _take(self, page: Sequence[Entry]) -> None:
        entries = self._by_unique_id(page)
        known = known_people(self.task.facts.id, list(entries))
        end_reading()
        for unique_id, entry in entries.items():
            try:
                planned = plan(entry, unique_id, known.get(unique_id), self.fields, self.naming)
            except InvalidValue as error:
                self._skip(entry, error)
            else:
                self.waiting.append(planned)

    def _by_unique_id(self, page: Sequence[Entry]) -> dict[str, Entry]:
        """Return the entries that have a proper unique id and were not seen before."""
        entries: dict[str, Entry] = {}
        for entry in page:
            self.counters["seen"] += 1
            try:
                unique_id = unique_id_of(entry, self.naming.unique_id)
            except InvalidValue as error:
                self._skip(entry, error)
                continue
            if unique_id in self.seen:
                self.counters["skipped"] += 1
                continue
            self.seen.add(unique_id)
            entries[unique_id] = entry
        return entries

    def _skip(self, entry: Entry, error: InvalidValue) -> None:
        self.counters["failed"] += 1
        with transaction():
            runs.note_problem(self.task.run_id, f"{entry.dn[:120]}: {error}")

    def _note(self, plans: Sequence[Plan], failed: Sequence[Plan]) -> None:
        problems = [(each.login, problem) for each in plans for problem in each.problems]
        if not problems and not failed:
            return
        with transaction():
            for login, problem in problems:
                runs.note_problem(self.task.run_id, problem.text, login=login, field=problem.field)
            for each in failed:
                text = _("The database refused this person. The stored profile stays as it was.")
                runs.note_problem(self.task.run_id, text, login=each.login)

    def _count(self, each: Plan, *, failed: bool) -> None:
        if failed:
            self.counters["failed"] += 1
            return
        self.counters[_kind(each)] += 1
        self.counters["values_changed"] += len(each.changes)

    def _beat(self) -> None:
        if clock.now() - self.beaten_at < BEAT:
            return
        with transaction():
            self.task.lease.heartbeat()
        self.beaten_at = clock.now()


def _kind(each: Plan) -> str:
    if each.known is None:
        return "new"
    if each.is_back:
        return "back"
    return "changed" if each.changes_person else "unchanged"


def mapped_fields(layout: Layout, traits: ServerTraits) -> tuple[list[MappedField], list[Text]]:
    """Return the fields that the directory fills, and a sentence for each that it cannot fill.

    An attribute that the schema does not know is not asked for, so that nothing is emptied.
    """
    fields: list[MappedField] = []
    complaints: list[Text] = []
    for each in layout.fields():
        if not each.source.is_directory:
            continue
        if traits.schema.knows(each.attribute):
            fields.append(MappedField(each.key, each.attribute, each.type.read))
        else:
            complaints.append(_unknown(each.name, each.attribute, traits))
    return fields, complaints


def _unknown(name: str, attribute: str, traits: ServerTraits) -> Text:
    return _(
        "The directory knows no attribute “%(attribute)s” (field “%(name)s”)."
        " Stored values stay. The nearest known name is “%(nearest)s”.",
        attribute=attribute,
        name=name,
        nearest=traits.schema.nearest(attribute) or "–",
    )
