"""Write down what has become of messages; one transaction for each person."""

import random
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import case, select, update

from lupweb import clock
from lupweb.database import db
from lupweb.errors import LeaseLost
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import settle
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Claimed, Verdict
from lupweb.people.models import Person
from lupweb.profiles.confirming import confirm, confirm_found
from lupweb.profiles.giving_way import tell_theirs_stays
from lupweb.profiles.layout import Layout
from lupweb.texts import Text, _
from lupweb.writeback import breaker
from lupweb.writeback.backoff import FIRST_OPEN, BreakerState, Cause, delay, is_over
from lupweb.writeback.carrying import Outcome, Parcel
from lupweb.writeback.reasons import Reason

log = structlog.get_logger()
lot = random.SystemRandom()
REASON_OF = {
    Cause.UNREACHABLE: Reason.UNREACHABLE,
    Cause.CREDENTIALS: Reason.CREDENTIALS,
    Cause.READ_ONLY: Reason.READ_ONLY,
}
LOST = _("The connection was lost before the answer to a change came.")
AWAY = (Reason.UNREACHABLE, Reason.CREDENTIALS)
STILL_DUE = (
    OutboxState.QUEUED,
    OutboxState.WAITING,
    OutboxState.UNKNOWN,
    OutboxState.LEASED,
)


@dataclass(frozen=True)
class Ledger:
    """Where outcomes of one directory are written down; call it inside transactions.

    :param layout: the profile as administrators built it
    """

    directory_id: int
    layout: Layout

    def write(self, outcomes: Sequence[Outcome]) -> dict[int, OutboxState]:
        """Write down outcomes of one person; return how each message stands now.

        Whoever lost a message to somebody else writes nothing of it: they look themselves.
        """
        now = clock.now()
        failures = self._note(outcomes, now).failures
        _hold({each.claimed.place.person_id for each in outcomes})
        written = {}
        for each in outcomes:
            verdict = _dated(each, failures, now)
            message = _settled(each.claimed, verdict)
            if message is None:
                continue
            written[message.id] = OutboxState(message.state)
            self._confirm(each, message)
        return written

    def _confirm(self, outcome: Outcome, message: OutboxMessage) -> None:
        """Let everybody see what the directory holds now, whose value it may be."""
        state = outcome.verdict.state
        is_settled_so = message.state == state
        if is_settled_so and outcome.theirs is not None:
            confirm_found(self.layout, message)
        if state is OutboxState.WRITTEN:
            confirm(self.layout, message, outcome.values, stamp=outcome.stamp)
        elif is_settled_so and state is OutboxState.CANCELLED:
            tell_theirs_stays(message)

    def fail(self, parcels: Sequence[Parcel], cause: Cause, text: Text | str) -> None:
        """Give messages back that could not be brought, since the directory takes nothing now.

        What else waits for it waits as long, so that whoever entered it is told until when.
        """
        now = clock.now()
        state = breaker.note_failure(self.directory_id, cause, text, now)
        reason = reason_of(cause)
        until = state.open_until or now + delay(state.failures, lot.random())
        first = parcels[0].claimed.place.unique_id
        for each in parcels:
            is_first = cause is Cause.READ_ONLY and each.claimed.place.unique_id == first
            waits = until + FIRST_OPEN if is_first else until  # it may be this entry alone
            verdict = Verdict(OutboxState.WAITING, not_before=waits, reason=reason)
            _settled(each.claimed, verdict)
        if state.open_until:
            postpone(self.directory_id, state.open_until, reason)

    def give_back(self, parcels: Sequence[Parcel]) -> None:
        """Give messages back that were not tried, since the time of the claim is over."""
        for each in parcels:
            _settled(each.claimed, Verdict(OutboxState.QUEUED))

    def _note(self, outcomes: Sequence[Outcome], now: datetime) -> BreakerState:
        states = {each.verdict.state for each in outcomes}
        if OutboxState.UNKNOWN in states:
            return breaker.note_failure(self.directory_id, Cause.UNREACHABLE, LOST, now)
        if any(each.verdict.counts for each in outcomes) and breaker.note_answer(self.directory_id):
            resume(self.directory_id, now)
        return breaker.state_of(self.directory_id)


def _hold(person_ids: Set[int]) -> None:
    """Hold people before their messages, as whoever saves a profile does."""
    db.session.execute(
        select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update()
    )


def _settled(claimed: Claimed, verdict: Verdict) -> OutboxMessage | None:
    """Return the message, settled; None if somebody else has taken it over."""
    try:
        return settle(claimed.id, claimed.token, verdict)
    except LeaseLost:
        log.info("somebody else has taken over a message", message=claimed.id)
        return None


def _dated(outcome: Outcome, failures: int, now: datetime) -> Verdict:
    """Return the verdict with the time of the next try; one that was tried too long is dead."""
    verdict, claimed = outcome.verdict, outcome.claimed
    if verdict.state is OutboxState.UNKNOWN:
        again = now if failures <= 1 else now + delay(failures, lot.random())
        return replace(verdict, not_before=again)
    if verdict.state is not OutboxState.WAITING or verdict.not_before is not None:
        return verdict
    attempts = claimed.attempts + 1
    if is_over(attempts, claimed.first_tried_at if claimed.attempts else None, now):
        return replace(verdict, state=OutboxState.DEAD)
    return replace(verdict, not_before=now + delay(attempts, lot.random()))


def reason_of(cause: Cause | None) -> str:
    """Return why a message waits, as it is kept."""
    return str(REASON_OF[cause or Cause.UNREACHABLE])


def postpone(directory_id: int, until: datetime, reason: str) -> None:
    """Let all that waits for a directory wait until then; one statement."""
    waits = case(
        (OutboxMessage.state == OutboxState.QUEUED, OutboxState.WAITING), else_=OutboxMessage.state
    )
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.directory_id == directory_id,
            OutboxMessage.state.in_(STILL_DUE),
            OutboxMessage.not_before < until,
        )
        .values(state=waits, not_before=until, reason=reason)
        .execution_options(synchronize_session="fetch")
    )


def resume(directory_id: int, now: datetime, reasons: Sequence[Reason] = AWAY) -> None:
    """Let what waits for a directory that answers again be due at once; one statement.

    :param reasons: why it waits; what waits for another reason goes on waiting
    """
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.directory_id == directory_id,
            OutboxMessage.state.in_(STILL_DUE),
            OutboxMessage.reason.in_(map(str, reasons)),
            OutboxMessage.not_before > now,
        )
        .values(not_before=now)
        .execution_options(synchronize_session="fetch")
    )
