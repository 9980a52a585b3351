"""Save to a directory what people have entered: claim, bring, settle (writeback.md section 4).

No transaction is open while a directory is asked. A process that dies anywhere in between leaves a
lease that runs out; whoever comes next reads the entry first, and finds what became of it.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.directories.service import DirectoryFacts, barred_of, facts_of
from lupweb.errors import (
    CredentialsRefused,
    DirectoryError,
    DirectoryReadOnly,
    DirectoryUnavailable,
    ReadOnlyMode,
)
from lupweb.ldap.session import Directory as LdapSession
from lupweb.options.service import options
from lupweb.outbox.service import claim
from lupweb.outbox.states import OutboxState
from lupweb.profiles.layout import load_layout
from lupweb.texts import _
from lupweb.writeback import breaker
from lupweb.writeback.backoff import Cause
from lupweb.writeback.carrying import Carrier, Outcome, Parcel, not_understood
from lupweb.writeback.parcels import LOOK_AGAIN, Batch, Packing
from lupweb.writeback.reasons import Reason
from lupweb.writeback.settling import Ledger, postpone, reason_of

LONGEST_DRAIN_S = 5 * 60.0
"""How long one drain goes on; the scheduler asks for the next one."""
TIME_OF_A_CLAIM = timedelta(seconds=40)
"""What is not begun by then is given back, before its lease runs out."""
LONGEST_PAUSE_S = 2.0
IN_FILTER = re.compile(r"\(\s*([A-Za-z0-9.-]+)")
"""An attribute in a filter; a parenthesis in a value is escaped there."""

log = structlog.get_logger()


def drain(
    directory_id: int, *, secret_key: str, connect: Connect, read_only: bool = False
) -> Mapping[int, OutboxState]:
    """Bring to a directory what is due; return how each message stands that was claimed.

    Call it outside of transactions. Any number may be at work at once.

    :param read_only: the installation is in read-only mode
    :raises ReadOnlyMode: in read-only mode; everything waits
    """
    chosen = options()
    end_reading()
    if read_only or chosen["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. What is to be saved waits."))
    work = _Drain(directory_id, secret_key, connect, chosen)
    until = time.monotonic() + LONGEST_DRAIN_S
    with work.session_closed():
        while work.round() and time.monotonic() < until:
            pass
    if work.done:
        counts = Counter(str(state) for state in work.done.values())
        log.info("saved to a directory", directory=directory_id, **counts)
    return work.done


@dataclass
class _Drain:
    """One drain of one directory; its connection is opened with the first message."""

    directory_id: int
    secret_key: str
    connect: Connect
    chosen: Mapping[str, Any]
    done: dict[int, OutboxState] = field(default_factory=dict)
    _session: LdapSession | None = None

    @contextmanager
    def session_closed(self) -> Iterator[None]:
        """Close the connection behind the block."""
        try:
            yield
        finally:
            self._close()

    def round(self) -> bool:
        """Claim, bring and settle; return whether there may be more to do now."""
        with transaction():
            taken = self._take()
        if taken is None:
            return False
        return taken.bring(self)

    def session(self, facts: DirectoryFacts) -> LdapSession:
        """Return a connection that is signed in.

        :raises DirectoryError: if there is none to be had
        """
        if self._session is None:
            session = self.connect(facts.server)
            try:
                session.bind(facts.bind_dn, facts.password)
            except DirectoryError:
                session.close()
                raise
            self._session = session
        return self._session

    def drop_session(self) -> None:
        """Close the connection: the next message gets a new one."""
        self._close()

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _take(self) -> "_Taken | None":
        """Claim what is due; None if there is nothing, or the directory is to be left alone."""
        directory = db.session.get(Directory, self.directory_id)
        now = clock.now()
        if directory is None or not takes_writes(directory):
            postpone(self.directory_id, now + LOOK_AGAIN, str(Reason.SWITCHED_OFF))
            return None
        state = breaker.held_state(self.directory_id)
        if state.open_until and not state.admits(now):
            postpone(self.directory_id, state.open_until, reason_of(state.cause))
            return None
        claimed = claim(self.directory_id, limit=state.admits(now))
        if not claimed:
            return None
        layout = load_layout(self.chosen["phone_region"])
        packing = Packing(layout, self.chosen, now, directory.key, _read_beside(directory))
        batch = packing.batch(claimed)
        per_second = self.chosen["writes_per_second"]
        first = breaker.begin(self.directory_id, len(batch.people), per_second, now)
        ledger = Ledger(self.directory_id, layout)
        facts = facts_of(directory, self.secret_key)
        return _Taken(facts, batch, ledger, _Pace(first, timedelta(seconds=1 / per_second)), now)


def takes_writes(directory: Directory) -> bool:
    """Return whether what people enter is saved to this directory (writeback.md section 1)."""
    is_on = directory.is_enabled and directory.takes_writes
    return is_on and directory.role != DirectoryRole.ALTERNATIVE


def _read_beside(directory: Directory) -> list[str]:
    """Return the attributes of which a run makes something else than values of fields."""
    names = directory.login_attribute, directory.name_attribute, directory.email_attribute
    return [*names, *IN_FILTER.findall(directory.person_filter)]


@dataclass
class _Taken:
    """What one claim took, on its way.

    :param pace: waits before each change
    """

    facts: DirectoryFacts
    batch: Batch
    ledger: Ledger
    pace: "_Pace"
    claimed_at: datetime

    def bring(self, drain: _Drain) -> bool:
        """Bring it, person by person; return whether there may be more to do now."""
        self._write(drain, self.batch.settled)
        left = list(self.batch.people)
        while left:
            if clock.now() - self.claimed_at > TIME_OF_A_CLAIM:
                self._give_back(left)
                return True
            failed = self._bring_one(drain, left[0])
            if failed is not None:
                self._fail(drain, left, *failed)
                return False  # nothing more gets through now
            left.pop(0)
        return True

    def _bring_one(
        self, drain: _Drain, parcels: Sequence[Parcel]
    ) -> tuple[Cause, DirectoryError] | None:
        """Bring the messages of one person; return why the directory takes nothing now."""
        try:
            facts = self.facts
            barred = barred_of(facts, drain.chosen)
            carrier = Carrier(drain.session(facts), facts.user_base_dn, barred, self.pace.wait)
            outcomes = carrier.deliver(parcels)
            if any(each.stamp for each in outcomes):
                names_of = drain.session(facts).traits().schema.names_of
                outcomes = self.batch.unread_where_shared(outcomes, names_of)
        except CredentialsRefused as error:
            return Cause.CREDENTIALS, error
        except DirectoryReadOnly as error:
            return Cause.READ_ONLY, error
        except DirectoryUnavailable as error:
            return Cause.UNREACHABLE, error
        except DirectoryError as error:
            outcomes = [not_understood(each, error) for each in parcels]
        self._write(drain, outcomes)
        return None

    def _write(self, drain: _Drain, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        with transaction():
            drain.done.update(self.ledger.write(outcomes))
        if any(each.verdict.state is OutboxState.UNKNOWN for each in outcomes):
            drain.drop_session()

    def _fail(
        self, drain: _Drain, left: Sequence[Sequence[Parcel]], cause: Cause, error: DirectoryError
    ) -> None:
        drain.drop_session()
        parcels = [parcel for person in left for parcel in person]
        log.warning("a directory takes nothing now", directory=self.facts.key, why=str(error))
        with transaction():
            self.ledger.fail(parcels, cause, error.message)
        drain.done.update({each.claimed.id: OutboxState.WAITING for each in parcels})

    def _give_back(self, left: Sequence[Sequence[Parcel]]) -> None:
        with transaction():
            self.ledger.give_back([parcel for person in left for parcel in person])


@dataclass
class _Pace:
    """Keeps changes apart, so that no directory is written to faster than it may."""

    next_at: datetime
    step: timedelta

    def wait(self) -> None:
        """Wait until the next change may be sent."""
        seconds = (self.next_at - clock.now()).total_seconds()
        self.next_at += self.step
        time.sleep(min(max(seconds, 0.0), LONGEST_PAUSE_S))
