"""Enumerate a directory as far as a run needs: everybody, some fields of everybody, or changes."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import delete

from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.dates import read_date
from lupweb.directories.fitting import describe
from lupweb.directories.knowing import keep_known, kept_known
from lupweb.directories.models import DirectoryRole
from lupweb.directories.stamps import changed_since, recognised_pattern, time_attribute
from lupweb.errors import InvalidValue
from lupweb.ldap.entry import Entry
from lupweb.ldap.filters import all_of
from lupweb.ldap.schema import Schema
from lupweb.ldap.server import unique_id_of
from lupweb.ldap.session import Directory as LdapSession
from lupweb.profiles.promising import written_attributes
from lupweb.runs import service as runs
from lupweb.runs.models import PlanItem, RunProblem
from lupweb.runs.states import CHANGES, FILL
from lupweb.sync.beside import Beside
from lupweb.sync.changed import ChangedReading, FillReading
from lupweb.sync.cookies import take_cookie, written_since_mark
from lupweb.sync.course import PROBING
from lupweb.sync.delivered import Surroundings
from lupweb.sync.early import first_reading
from lupweb.sync.endless import Length, most_pages
from lupweb.sync.fingerprints import QUESTION, forget_other
from lupweb.sync.keying import settle_key
from lupweb.sync.modes import Choice, by_mark, choose, is_too_different, too_different
from lupweb.sync.preparing import (
    VISIBLE,
    mapped_fields,
    naming_of,
    search_filter,
    surroundings,
    unknown_switch,
)
from lupweb.sync.reading import Reading
from lupweb.sync.server import (
    is_due,
)
from lupweb.sync.server_record import ask_server
from lupweb.sync.sweeping import Sweep, swept_by_mark
from lupweb.sync.task import Task
from lupweb.texts import Text, _

PAGES_A_BEAT = 10
"""Pages of a sweep after which progress is told: they are small, and come quickly."""


@contextmanager
def signed_in(task: Task, connect: Connect) -> Iterator[LdapSession]:
    """Give a connection with the rights of the service account while the block lasts."""
    with connect(task.facts.server) as session, task.course.listening(session):
        with task.course.phase(PROBING):
            session.bind(task.facts.bind_dn, task.facts.password)
        yield session


@dataclass(frozen=True)
class _Enumeration:
    """One enumeration, from the first question to the last."""

    task: Task
    connect: Connect
    page_size: int
    begun: list[Reading]
    around: Surroundings
    search_filter: str

    def all_entries(self, session: LdapSession) -> Reading:
        take_cookie(self.task, session)
        reading = first_reading(self.task, self.around)
        self.begun.append(reading)
        reading.read_everybody(session, self.search_filter, self.page_size)
        return reading

    def some_fields(self, session: LdapSession, choice: Choice) -> Reading:
        """Read some fields of everybody, and with them who names whom: that may have moved."""
        referring = {each.key for each in self.task.layout.fields() if each.type.names_people}
        fields = [each for each in self.around.fields if each.key in choice.fields | referring]
        some = replace(self.around, fields=fields)
        reading = FillReading(self.task, some, whole=self.around)
        take_cookie(self.task, session)
        self.begun.append(reading)
        reading.read_everybody(session, self.search_filter, self.page_size)
        if reading.differing:
            with signed_in(self.task, self.connect) as another:
                reading.fetch_all(another, self.search_filter)
        return reading

    def changes(self, reading: ChangedReading) -> Reading:
        sweep = reading.sweep
        self.begun.append(reading)
        reading.take_sweep()
        if sweep.differing or reading.gone:
            with signed_in(self.task, self.connect) as session:
                reading.fetch_all(session, self.search_filter)
        return reading

    def swept(self, session: LdapSession) -> ChangedReading:
        task, around = self.task, self.around
        take_cookie(task, session)
        base, wanted = task.facts.user_base_dn, self.search_filter
        sweep = Sweep(forced=self._since(session))
        reading = ChangedReading(task, around, sweep=sweep)
        most = most_pages(task.standing, task.expected, self.page_size)
        length = Length(self.page_size, task.expected, most)
        pages = sweep.read(session, (base, wanted), around, task.here, length)
        with Beside(reading, self._another, self.search_filter) as beside:
            for number, seen in enumerate(pages):
                if number % PAGES_A_BEAT == 0:
                    task.tell_progress(seen)
                beside.fetch()
        task.course.pages += sweep.pages
        if task.facts.role is DirectoryRole.DELEGATED:
            sweep.leave_strangers_out(task.here)
        return reading

    def by_mark(self, session: LdapSession) -> tuple[ChangedReading, Choice] | None:
        """Return what a sweep would find, by what the server says was written since the last one.

        None if it does not say so, if somebody wants more, or if the last sweep is too long ago.
        """
        task, standing = self.task, self.task.standing
        is_told = standing.is_unmoved or bool(standing.written_since)
        swept_at = standing.server_before.get("swept_at", "")
        is_plain = not (task.dry_run or task.plan_run_id or standing.date_entered)
        if not (standing.takes_marks and is_told and is_plain) or is_due(swept_at):
            return None
        written = written_since_mark(
            task, session, self.around, self.search_filter, page_size=self.page_size
        )
        sweep = swept_by_mark(task.here, written.met, written.removed) if written else None
        if sweep is None:
            return None
        if task.facts.role is DirectoryRole.DELEGATED:
            sweep.leave_strangers_out(task.here)
        standing.server["swept_at"] = swept_at
        return ChangedReading(task, self.around, sweep=sweep), by_mark(standing)

    def _another(self) -> AbstractContextManager[LdapSession]:
        return signed_in(self.task, self.connect)

    def _since(self, session: LdapSession) -> frozenset[str]:
        """Return who changed since the date that somebody entered; nobody if nobody did."""
        standing, facts = self.task.standing, self.task.facts
        if not standing.date_entered:
            return frozenset()
        unique_id = self.around.naming.unique_id
        try:
            since = read_date(standing.date_entered, self.task.options["time_zone"])
            pattern = standing.pattern or recognised_pattern(session, facts)
            changed = changed_since(
                time_attribute(session.traits().own_id_attribute), pattern, since
            )
        except InvalidValue as error:
            _note(self.task, [_not_used(standing.date_entered, error)])
            return frozenset()
        wanted = all_of(self.search_filter, changed)
        found = session.pages(facts.user_base_dn, wanted, [unique_id], page_size=self.page_size)
        return frozenset(_id_of(entry, unique_id) for page in found for entry in page)


def read_once(task: Task, connect: Connect, page_size: int, begun: list[Reading]) -> Reading:
    """Enumerate a directory once, in the mode that is needed; the run's record says which.

    :param begun: gets the reading as soon as it begins
    :raises DirectoryError: if the answer is not complete
    """
    task.course.tries += 1
    with signed_in(task, connect) as session:
        with task.course.phase(PROBING):
            work = _prepared(task, connect, page_size, begun, session)
        choice = choose(
            task.standing, {each.key for each in work.around.fields}, is_first=task.is_first
        )
        if choice.mode == FILL:
            _tell(task, choice, work)
            return work.some_fields(session, choice)
        if choice.mode != CHANGES:
            _tell(task, choice, work)
            return work.all_entries(session)
        marked = work.by_mark(session)
        choice = replace(choice, reason=task.standing.why_compared or choice.reason)
        reading, choice = marked or (work.swept(session), choice)
    sweep = reading.sweep
    if not is_too_different(len(sweep.differing), sweep.seen):
        _tell(task, choice, work)
        return work.changes(reading)
    _tell(task, too_different(len(sweep.differing), sweep.seen), work)
    with signed_in(task, connect) as another:  # a long sweep has taken the first one with it
        return work.all_entries(another)


def _prepared(
    task: Task, connect: Connect, page_size: int, begun: list[Reading], session: LdapSession
) -> _Enumeration:
    traits = session.traits()
    fields, complaints = mapped_fields(task.layout, traits, task.facts.key)
    _begin_problems(task)
    ask_server(task, session)  # first of all: what is written from now on must not be missed
    _note(task, [*complaints, *unknown_switch(task.facts, traits)])
    _keep_known(task, traits.schema)
    naming = naming_of(task.facts, traits, task.options.get("match_people_by", "login"))
    settle_key(task, session, naming.unique_id)
    around = surroundings(session, task.facts, fields, naming, task.options)
    wanted = search_filter(task.facts, task.options.get("active_users", VISIBLE))
    return _Enumeration(task, connect, page_size, begun, around, wanted)


def _keep_known(task: Task, schema: Schema) -> None:
    """Keep what the schema says about attributes that are written: saves are checked by it."""
    known = describe(schema, written_attributes(task.layout, task.options))
    before = kept_known(task.facts.id)
    end_reading()
    if known != before:
        with transaction():
            keep_known(task.facts.id, known)


def _id_of(entry: Entry, attribute: str) -> str:
    """Return the unique id; "" for an entry that has none, which the sweep lists."""
    try:
        return unique_id_of(entry, attribute)
    except InvalidValue:
        return ""


def _tell(task: Task, choice: Choice, work: _Enumeration) -> None:
    """Record what is read, and which fields everybody has been asked for when it ends well."""
    standing = task.standing
    standing.mode = choice.mode
    standing.read = {QUESTION, *(each.key for each in work.around.fields)}
    with transaction():
        runs.tell_mode(task.run_id, choice.mode, choice.reason)
        if not task.dry_run:
            forget_other(task.facts.id, standing.current)


def _begin_problems(task: Task) -> None:
    """Begin the list of problems: one of an enumeration that broke off would name them twice.

    So with the plan of a dry run.
    """
    with transaction():
        if task.dry_run or task.plan_run_id:
            db.session.execute(delete(PlanItem).where(PlanItem.run_id == task.run_id))
        db.session.execute(delete(RunProblem).where(RunProblem.run_id == task.run_id))


def _note(task: Task, problems: list[Text]) -> None:
    if not problems:
        return
    with transaction():
        for problem in problems:
            runs.note_problem(task.run_id, problem)


def _not_used(date: str, error: InvalidValue) -> Text:
    return _(
        "The Last LDAP sync date %(date)s could not be used: %(why)s Changes were found all the"
        " same, by comparing stamps.",
        date=date,
        why=error.message,
    )
