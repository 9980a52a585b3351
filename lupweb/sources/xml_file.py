"""Import an XML file: read and checked as a whole, then written (sync.md section 13)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, end_reading
from lupweb.options.service import options
from lupweb.profiles.delivering import Deliverer, Said
from lupweb.profiles.layout import load_layout
from lupweb.profiles.sources import Source
from lupweb.runs.leases import HeldLease
from lupweb.runs.models import Run
from lupweb.runs.service import get_run
from lupweb.runs.states import FULL, RunState
from lupweb.sources.delivery import Delivery
from lupweb.sources.files import Wait
from lupweb.sources.people import AT_ONCE, Naming, blocks, people_by_login, read_values
from lupweb.sources.running import Ended, Refused, refuse_read_only, run_now, run_queued
from lupweb.sources.xml_content import Content, Setting, read_file, setting
from lupweb.texts import Text, _, ngettext

SUBJECT = "xml"
"""What runs, schedules and the lease are filed under."""
LEAST_SHARE_PERCENT = 60
"""Of the people of the last import; fewer look like a file that was cut off."""
LISTED = 100


def import_file(
    folder: Path,
    *,
    trigger: str,
    read_only: bool = False,
    is_dry_run: bool = False,
    accept_fewer: bool = False,
    wait: Wait = time.sleep,
) -> int:
    """Import the file that is set up; return the number of the run. Call outside transactions.

    :param folder: where files for imports lie
    :param trigger: who or what asks, in words
    :param accept_fewer: the file may have far fewer people than last time
    :param wait: waits for so many seconds, where the file was written a moment ago
    :raises AlreadyRunning: if another import is at work
    """
    work = _Import(folder, read_only, accept_fewer, wait)
    reason = _("everything was asked for")
    return run_now(SUBJECT, FULL, reason, work, trigger=trigger, is_dry_run=is_dry_run)


def perform(run_id: int, folder: Path, *, read_only: bool = False, wait: Wait = time.sleep) -> None:
    """Do an import that waits; nothing if another worker has taken it, or it is over."""
    run_queued(run_id, _Import(folder, read_only, False, wait))


def last_seen() -> int:
    """Return how many people the file had when it was imported last; 0 if it never was."""
    rows = select(Run.counters).where(
        Run.subject == SUBJECT,
        Run.mode == FULL,
        Run.dry_run.is_(False),
        Run.state.in_([RunState.DONE, RunState.PARTIAL, RunState.HELD]),
    )
    counters: dict[str, Any] = db.session.scalar(rows.order_by(Run.id.desc()).limit(1)) or {}
    return int(counters.get("seen", 0))


@dataclass(frozen=True)
class _Import:
    """One import, whoever asked for it."""

    folder: Path
    read_only: bool
    accept_fewer: bool
    wait: Wait

    def __call__(self, run_id: int, lease: HeldLease) -> Ended:
        refuse_read_only(read_only=self.read_only)
        asked, known = setting(self.folder), last_seen()
        is_dry_run = get_run(run_id).dry_run
        end_reading()
        content = read_file(asked, self.wait)
        if content.seen * 100 < known * LEAST_SHARE_PERCENT and not self.accept_fewer:
            raise _far_fewer(content.seen, known)
        delivery = _delivery(run_id, lease, asked, content)
        delivery.plan()
        delivery.keep_plan() if is_dry_run else delivery.write()
        delivery.keep_held()
        return _ended(delivery, is_dry_run=is_dry_run)

    def keep(self, run: Run, state: RunState) -> None:
        """Keep nothing: the next import compares with the record of this one."""


def _delivery(run_id: int, lease: HeldLease, asked: Setting, content: Content) -> Delivery:
    chosen = options()
    delivery = Delivery(
        Deliverer(Source.XML, "", run_id, clock.now()),
        load_layout(chosen["phone_region"]),
        asked.fields,
        lease,
    )
    delivery.counters.update(
        seen=content.seen, skipped=content.nameless + sum(content.twice.values())
    )
    _list_skipped(delivery, content)
    naming = Naming()
    known = people_by_login(content.people)
    _list_unknown(delivery, [login for login in content.people if known.get(login) is None])
    for block in blocks((login for login in content.people if known.get(login)), AT_ONCE):
        _take(delivery, naming, {login: content.people[login] for login in block}, known)
    end_reading()
    delivery.is_complete = bool(delivery.said)
    return delivery


def _take(
    delivery: Delivery,
    naming: Naming,
    people: Mapping[str, Mapping[str, Sequence[str]]],
    known: Mapping[str, int | None],
) -> None:
    """Take what the file says of some people."""
    fields = delivery.fields
    read = {}
    for login, texts in people.items():
        found = {
            each.key: [text.encode() for text in texts[each.attribute]]
            for each in fields
            if each.attribute in texts
        }
        read[login], problems = read_values(fields, found)
        for key, why in problems:
            delivery.note(why, login=login, field_key=key)
    naming.learn(fields, (_texts(values) for values in read.values()))
    for login, values in read.items():
        numbered = {
            each.key: value and naming.numbered(each, value)
            for each in fields
            if each.key in values
            for value in [values[each.key]]
        }
        absent = [each.key for each in fields if each.key not in values]
        delivery.said[known[login] or 0] = Said(numbered, absent)


def _texts(values: Mapping[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


def _list_skipped(delivery: Delivery, content: Content) -> None:
    for login, count in list(content.twice.items())[:LISTED]:
        sentence = _("It stands in the file %(n)s times. None of them was taken.", n=count)
        delivery.note(sentence, login=login)
    if content.nameless:
        delivery.note(
            ngettext(
                "%(n)s record has no user name, or several. It was left out.",
                "%(n)s records have no user name, or several. They were left out.",
                content.nameless,
            )
        )


def _list_unknown(delivery: Delivery, logins: Sequence[str]) -> None:
    delivery.counters["skipped"] += len(logins)
    for login in logins[:LISTED]:
        delivery.note(_("No active person has this login, or several have."), login=login)


def _far_fewer(seen: int, known: int) -> Refused:
    return Refused(
        _(
            "The file has %(seen)s people; last time there were %(known)s. It looks as if it had"
            " been cut off. Stored values stay. If it is right: lupweb import xml --accept-fewer",
            seen=seen,
            known=known,
        )
    )


def _ended(delivery: Delivery, *, is_dry_run: bool) -> Ended:
    counters = delivery.settle()
    state = RunState.PARTIAL if counters["failed"] else RunState.DONE
    if delivery.held and not is_dry_run:
        state = RunState.HELD
    return Ended(state, _said(counters, is_dry_run=is_dry_run), counters)


def _said(counters: Mapping[str, int], *, is_dry_run: bool) -> Text:
    text = ngettext(
        "%(changed)s of %(n)s person in the file changed.",
        "%(changed)s of %(n)s people in the file changed.",
        counters.get("seen", 0),
        changed=counters.get("changed", 0),
    )
    held = counters.get("held", 0)
    if held:
        text = _("%(text)s %(held)s wait for approval.", text=text, held=held)
    return _("Dry run, nothing was written: %(text)s", text=text) if is_dry_run else text
