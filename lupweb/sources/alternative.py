"""Read the other LDAP: values of people who are here already (sync.md section 14).

It is only ever read: nothing here, or in what it is given, can write to a directory.
"""

from dataclasses import dataclass, field

from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.dates import read_date, write_date
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.directories.service import facts_of, find_directory, get_directory
from lupweb.errors import InvalidValue
from lupweb.ldap.dn import fold_dn
from lupweb.options.service import options
from lupweb.profiles.delivering import Deliverer
from lupweb.profiles.layout import FieldLayout, load_layout
from lupweb.profiles.sources import Source
from lupweb.runs.leases import HeldLease
from lupweb.runs.models import Run
from lupweb.runs.service import get_run
from lupweb.runs.states import CHANGES, FULL, RunState
from lupweb.sources.asking import (
    OVERLAP,
    PLACEHOLDER,
    Found,
    Question,
    ask,
    known_fields,
    said_of,
)
from lupweb.sources.delivery import Delivery
from lupweb.sources.people import AT_ONCE, Naming, blocks, fields_of, people_by_login
from lupweb.sources.running import Ended, refuse_read_only, run_now, run_queued
from lupweb.texts import Text, _, ngettext

PREFIX = "directory:"
LISTED = 100


def alternative() -> Directory | None:
    """Return the other LDAP, or None; there is one at most."""
    rows = select(Directory).where(Directory.role == DirectoryRole.ALTERNATIVE)
    return db.session.scalar(rows.order_by(Directory.position).limit(1))


def is_alternative(directory_key: str) -> bool:
    """Return whether there is such a directory, and it only supplies values."""
    found = find_directory(directory_key)
    return found is not None and found.role == DirectoryRole.ALTERNATIVE


def reads_changes(directory: Directory) -> bool:
    """Return whether it can be asked for those who changed."""
    return directory.incremental and PLACEHOLDER in directory.update_filter


def run(  # noqa: PLR0913 all named
    directory_key: str,
    *,
    secret_key: str,
    connect: Connect,
    trigger: str,
    read_only: bool = False,
    mode: str = FULL,
    is_dry_run: bool = False,
) -> int:
    """Read the other LDAP now; return the number of the run. Call outside transactions.

    :param mode: `full`; anything else reads those who changed, where that can be asked
    :raises NotFound: if there is no such directory
    :raises AlreadyRunning: if another run of it is at work
    """
    wanted = FULL if mode == FULL else CHANGES
    get_directory(directory_key)
    end_reading()
    return run_now(
        PREFIX + directory_key,
        wanted,
        _("everything was asked for") if wanted == FULL else _("changes were asked for"),
        _Reading(directory_key, secret_key, connect, read_only),
        trigger=trigger,
        is_dry_run=is_dry_run,
    )


def perform(run_id: int, *, secret_key: str, connect: Connect, read_only: bool = False) -> None:
    """Do a run that waits; nothing if another worker has taken it, or it is over."""
    key = get_run(run_id).subject.removeprefix(PREFIX)
    end_reading()
    run_queued(run_id, _Reading(key, secret_key, connect, read_only))


@dataclass
class _Reading:
    """One run of the other LDAP, whoever asked for it.

    :param date: the date of the last run, as it stood when this one began
    """

    directory_key: str
    secret_key: str
    connect: Connect
    read_only: bool
    date: str = field(default="", init=False)

    def __call__(self, run_id: int, lease: HeldLease) -> Ended:
        refuse_read_only(read_only=self.read_only)
        return self._read(run_id, lease)

    def keep(self, run: Run, state: RunState) -> None:
        """Keep how the directory stands, and since when; a date entered meanwhile stays."""
        if run.dry_run:
            return
        directory = get_directory(self.directory_key)
        directory.state = str(state)
        if state not in {RunState.DONE, RunState.PARTIAL}:
            return
        if run.mode == FULL:
            directory.last_full_at = clock.now()
        else:
            directory.last_changes_at = clock.now()
        if directory.last_sync_date == self.date:
            date = write_date(run.started_at, options()["time_zone"])
            directory.last_sync_date = directory.last_sync_date_kept = date

    def _read(self, run_id: int, lease: HeldLease) -> Ended:
        question = self._question(get_run(run_id).mode)
        is_dry_run = get_run(run_id).dry_run
        end_reading()
        with self.connect(question.facts.server) as session:
            session.bind(question.facts.bind_dn, question.facts.password)
            fields, unknown = known_fields(session, question.fields)
            found, why_all = ask(session, question, fields)
        if why_all:
            _note_mode(run_id, lease, why_all)
        by = Deliverer(Source.ALTERNATIVE_LDAP, self.directory_key, run_id, clock.now())
        delivery = Delivery(by, load_layout(options()["phone_region"]), fields, lease)
        for each in unknown:
            delivery.note(_unknown(each), field_key=each.key)
        _take(delivery, found)
        delivery.plan()
        delivery.keep_plan() if is_dry_run else delivery.write()
        delivery.keep_held()
        return _ended(delivery, is_dry_run=is_dry_run)

    def _question(self, mode: str) -> Question:
        directory, chosen = get_directory(self.directory_key), options()
        fields = fields_of(load_layout(chosen["phone_region"]), Source.ALTERNATIVE_LDAP)
        facts = facts_of(directory, self.secret_key)
        self.date = directory.last_sync_date
        if mode == FULL:
            return Question(facts, fields)
        if not directory.incremental:
            return Question(facts, fields, why_all=_("each run is to read everything"))
        if not reads_changes(directory):
            why = _("its filter for updates does not name %(name)s", name=PLACEHOLDER)
            return Question(facts, fields, why_all=why)
        try:
            since = read_date(self.date, chosen["time_zone"])
        except InvalidValue:
            return Question(facts, fields, why_all=_("there is no date of a last run"))
        update_filter, pattern = directory.update_filter, directory.timestamp_pattern
        return Question(facts, fields, update_filter, pattern, since - OVERLAP)


def _take(delivery: Delivery, found: Found) -> None:
    """Take what entries say of people who are known."""
    known = people_by_login(found.people)
    delivery.counters.update(seen=found.seen, skipped=found.nameless + found.twice.total())
    for login in list(found.twice)[:LISTED]:
        delivery.note(_("Several entries have this login. None of them was taken."), login=login)
    unknown = [login for login in found.people if known.get(login) is None]
    delivery.counters["skipped"] += len(unknown)
    dns = {fold_dn(entry.dn): known.get(login) for login, entry in found.people.items()}
    naming = Naming(dns)
    for block in blocks((login for login in found.people if known.get(login)), AT_ONCE):
        entries = {login: found.people[login] for login in block}
        for login, said, problems in said_of(entries, delivery.fields, naming):
            delivery.said[known[login] or 0] = said
            for key, why in problems:
                delivery.note(why, login=login, field_key=key)
    end_reading()
    delivery.is_complete = found.is_complete and bool(delivery.said)


def _note_mode(run_id: int, lease: HeldLease, why: Text | str) -> None:
    with transaction():
        lease.heartbeat()
        asked = get_run(run_id)
        asked.mode = FULL
        asked.reason = str(_("everybody was read: %(why)s", why=why))


def _unknown(each: FieldLayout) -> Text:
    return _(
        "The other LDAP knows no attribute “%(attribute)s” (field “%(name)s”). Stored values stay.",
        attribute=each.attribute,
        name=each.name,
    )


def _ended(delivery: Delivery, *, is_dry_run: bool) -> Ended:
    counters = delivery.settle()
    state = RunState.PARTIAL if counters["failed"] else RunState.DONE
    if delivery.held and not is_dry_run:
        state = RunState.HELD
    text = ngettext(
        "%(changed)s of %(n)s entry changed a profile.",
        "%(changed)s of %(n)s entries changed a profile.",
        counters["seen"],
        changed=counters["changed"],
    )
    return Ended(state, text, counters)
