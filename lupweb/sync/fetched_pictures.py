"""Fetch pictures from the web server that an administrator named, one person after the other.

A run asks for everybody (`full`), or for those whose address is another one now (`changes`).
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy import func, select

from lupweb.database import db, end_reading, transaction
from lupweb.errors import AddressRefused, AddressUnavailable, AlreadyRunning, LeaseLost, LupwebError
from lupweb.fetching.server import Fetch, OpenServer
from lupweb.profiles.models import PictureSource
from lupweb.profiles.picture_maker import Limits, PictureMaker
from lupweb.profiles.pictures import Delivery, delivery_of, keep, mark_all_due, settle
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease, beating, name_run, take
from lupweb.runs.recovery import TRIGGER as STARTED_AGAIN
from lupweb.runs.states import FULL, PICTURES, RunState
from lupweb.sync.picture_plan import (
    HALF,
    PersonThere,
    Plan,
    Stopped,
    count_holders,
    half_of,
    mark_of,
    people_there,
    plan_now,
)
from lupweb.sync.pictures import LEAST_CLEARED, SHARE_CLEARED_PERCENT
from lupweb.texts import Text, _, ngettext

SUBJECT = PICTURES
"""What runs and leases are filed under."""
SOURCE = "url"
"""What the history says of where they come from."""
MOST_WAITING = 25
"""Pictures that are held in memory before they are written."""
LONGEST_RUN_S = 20 * 60.0
"""Then the next run goes on; a worker ends what takes half an hour."""
MOST_SILENT = 3
"""After so many silences, one after the other, the server is left alone until the next run."""

log = structlog.get_logger()


@dataclass(frozen=True)
class _Due:
    """Somebody for whom the server is to be asked."""

    person_id: int
    login: str
    address: str
    has_picture: bool
    source_hash: bytes


def perform(run_id: int, open_server: OpenServer, *, read_only: bool = False) -> None:
    """Do a run that waits; nothing if another worker has taken it, or it is over.

    :param read_only: the installation is in read-only mode: nothing is fetched
    """
    with transaction():
        lease = _claimed(run_id)
    if lease is None:
        return
    state, message = RunState.FAILED, _("Interrupted. What was fetched stays.")
    counters: Counter[str] = Counter()
    try:
        with beating(lease):
            state, message, counters = _fetched(run_id, lease, open_server, read_only)
    except LupwebError as error:
        message = _("%(why)s", why=error.message)
    finally:
        _finish(run_id, lease, state, message, counters)


def count_problems() -> int:
    """Return how many people's sources supplied nothing of use when they were asked last."""
    rows = select(func.count()).select_from(PictureSource).where(PictureSource.problem != "")
    return db.session.scalar(rows) or 0


def _claimed(run_id: int) -> HeldLease | None:
    waiting = runs.get_run(run_id)
    if waiting.state != RunState.QUEUED:
        return None
    try:
        lease = take(SUBJECT, waiting.trigger)
    except AlreadyRunning:
        return None  # the run goes on waiting; the scheduler wakes a worker when the lease is free
    runs.end_interrupted(lease.interrupted_run_id)
    if not runs.begin(run_id):
        lease.release()
        return None
    name_run(lease, run_id)
    if waiting.mode == FULL and waiting.trigger != STARTED_AGAIN:
        mark_all_due()  # one that was started again goes on where the other one died
    return lease


def _fetched(
    run_id: int, lease: HeldLease, open_server: OpenServer, read_only: bool
) -> tuple[RunState, Text, Counter[str]]:
    try:
        plan = plan_now(read_only)
    except Stopped as stopped:
        return RunState.REFUSED, _("%(why)s", why=stopped.message), Counter()
    fetch = open_server(plan.template, plan.most_bytes)
    with PictureMaker(Limits(most_pixels=plan.most_pixels)) as maker:
        reading = _Fetching(run_id, lease, plan, fetch, maker, read_only)
        try:
            reading.run()
        except Stopped as stopped:
            reading.store()
            return RunState.PARTIAL, _("%(why)s", why=stopped.message), reading.counters
    return RunState.DONE, _said(reading.counters), reading.counters


@dataclass
class _Fetching:
    """Pictures on their way from the server into the database.

    :param silent: people for whom the server did not answer, since it answered last
    :param emptied: people who would lose their picture; they wait for the last of all
    """

    run_id: int
    lease: HeldLease
    plan: Plan
    fetch: Fetch
    maker: PictureMaker
    read_only: bool
    counters: Counter[str] = field(default_factory=Counter)
    waiting: list[Delivery] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    silent: list[tuple[_Due, Text | str]] = field(default_factory=list)
    emptied: list[Delivery] = field(default_factory=list)
    problems: list[tuple[str, Text | str]] = field(default_factory=list)
    until: float = field(default_factory=lambda: time.monotonic() + LONGEST_RUN_S)

    def run(self) -> None:
        last = 0
        while block := people_there(after=last):
            end_reading()
            self._check_plan()
            for person in block:
                self._take_if_due(person)
            self.store()
            last = block[-1].id
        end_reading()
        self._settle_silent()
        self._clear()

    def store(self) -> None:
        """Write what waits."""
        with transaction():
            self.lease.heartbeat()
            changed = keep(self.waiting, self.run_id, source=SOURCE)
            settle(self.unchanged)
            for login, text in self.problems:
                runs.note_problem(self.run_id, text, login=login, field="picture")
        self.counters.update({"pictures_changed": len(changed)})
        self.waiting, self.unchanged, self.problems = [], [], []

    def _check_plan(self) -> None:
        """Stop where a field was restricted, or anything else became different, meanwhile."""
        if plan_now(self.read_only) != self.plan:
            raise Stopped(_("The settings of pictures were changed. The next run goes by them."))

    def _take_if_due(self, person: PersonThere) -> None:
        address = self.plan.address(person.login, person.email, person.values)
        known = person.source_hash
        if not person.is_due and known[:HALF] == half_of(address.encode()):
            return
        self._take(_Due(person.id, person.login, address, person.has_picture, known))
        if len(self.waiting) >= MOST_WAITING:
            self.store()

    def _take(self, due: _Due) -> None:
        if time.monotonic() > self.until:
            self._clear()
            raise Stopped(_("Not everybody was asked for in 20 minutes. The next run goes on."))
        try:
            content = self.fetch(due.address) if due.address else None
        except AddressRefused as error:
            self._settle_silent()
            self._skip(due, error.message)
        except AddressUnavailable as error:
            self._wait_for(due, error.message)
        else:
            self._settle_silent()
            self._accept(due, content)

    def _accept(self, due: _Due, content: bytes | None) -> None:
        mark = mark_of(due.address, content)
        if due.source_hash == mark:
            self.unchanged.append(due.person_id)
            return
        values = [] if content is None else [content]
        delivery = delivery_of(due.person_id, values, self.maker)
        delivery = replace(delivery, source_hash=mark)
        if delivery.problem:
            self._note(due, delivery.problem)
        is_emptied = content is None and due.has_picture
        (self.emptied if is_emptied else self.waiting).append(delivery)

    def _skip(self, due: _Due, why: Text | str) -> None:
        """Leave the picture of before; it is asked for again in the next full run."""
        self.waiting.append(Delivery(due.person_id, mark_of(due.address, b""), problem=str(why)))
        self._note(due, why)

    def _note(self, due: _Due, why: Text | str) -> None:
        self.counters["pictures_skipped"] += 1
        text = _("Picture skipped; one that was there before stays. %(why)s", why=why)
        self.problems.append((due.login, text))

    def _wait_for(self, due: _Due, why: Text | str) -> None:
        self.silent.append((due, why))
        if len(self.silent) >= MOST_SILENT:
            raise Stopped(_("%(why)s All pictures stay. The next run asks again.", why=why))

    def _settle_silent(self) -> None:
        """The server answers: it was silent about these people only."""
        for due, why in self.silent:
            self._skip(due, why)
        self.silent = []

    def _clear(self) -> None:
        """Take the pictures of those who have none any more, unless they are too many at once."""
        holders = count_holders()
        end_reading()
        most = max(LEAST_CLEARED, holders * SHARE_CLEARED_PERCENT // 100)
        if len(self.emptied) > most:
            self.counters["pictures_held"] = len(self.emptied)
            sentence = _held(len(self.emptied))
            self.problems.append(("", sentence))
            self.emptied = [replace(each, problem=str(sentence)) for each in self.emptied]
        self.waiting.extend(self.emptied)
        self.emptied = []
        self.store()


def _finish(
    run_id: int, lease: HeldLease, state: RunState, message: Text, counters: Mapping[str, int]
) -> None:
    with transaction():
        try:
            lease.hold()
        except LeaseLost:
            return  # whoever took the lease over has ended this run
        runs.finish(run_id, state, message, {key: n for key, n in counters.items() if n})
        lease.release()
    log.info("run ended", run=run_id, subject=SUBJECT, state=str(state))


def _said(counters: Mapping[str, int]) -> Text:
    return _(
        "Pictures from addresses: %(changed)s changed, %(skipped)s skipped, %(held)s held back.",
        changed=counters.get("pictures_changed", 0),
        skipped=counters.get("pictures_skipped", 0),
        held=counters.get("pictures_held", 0),
    )


def _held(count: int) -> Text:
    return ngettext(
        "%(n)s picture is not at its address any more. It stays for now.",
        "%(n)s pictures are not at their addresses any more. They stay: so many at once look like"
        " a wrong address. Check it.",
        count,
    )
