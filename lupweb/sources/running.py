"""The runs of a source: begun under a lease, done, ended with a sentence."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from lupweb.database import transaction
from lupweb.errors import AlreadyRunning, LeaseLost, LupwebError
from lupweb.options.service import options
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease, beating, name_run, take
from lupweb.runs.models import Run
from lupweb.runs.states import RunState
from lupweb.runs.undone import needs_dry_run
from lupweb.texts import Text, _

log = structlog.get_logger()


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    state: RunState
    message: Text
    counters: Mapping[str, int] = field(default_factory=dict)


class Refused(LupwebError):
    """What a source holds is not taken. Nothing was changed."""


class Work(Protocol):
    """What a run does."""

    def __call__(self, run_id: int, lease: HeldLease) -> Ended:
        """Do it, and say how it ended.

        :raises Refused: if what the source holds is not taken
        """

    def keep(self, run: Run, state: RunState) -> None:
        """Keep what was read, in the transaction in which the run ends."""


def run_now(
    subject: str, mode: str, reason: Text, work: Work, *, trigger: str, is_dry_run: bool = False
) -> int:
    """Do a run at once; return its number. Call outside of transactions.

    :param trigger: who or what asks, in words
    :raises AlreadyRunning: if another run of the subject is at work
    """
    with transaction():
        lease = take(subject, trigger)
        runs.end_interrupted(lease.interrupted_run_id)
        run_id = runs.start(subject, trigger=trigger, mode=mode, reason=reason)
        begun = runs.get_run(run_id)
        begun.dry_run = is_dry_run or needs_dry_run(begun)
        name_run(lease, run_id)
    _carry_out(run_id, lease, work)
    return run_id


def run_queued(run_id: int, work: Work) -> None:
    """Do a run that waits; nothing if another worker has taken it, or it is over."""
    with transaction():
        lease = _claimed(runs.get_run(run_id))
    if lease is not None:
        _carry_out(run_id, lease, work)


def refuse_read_only(*, read_only: bool) -> None:
    """Let a run end before it begins, if nobody may change anything now.

    :param read_only: the installation is in read-only mode, whatever the site's options say
    :raises Refused: if the site is in read-only mode
    """
    if read_only or options()["read_only"]:
        raise Refused(_("The site is in read-only mode. Nothing was read, nothing changed."))


def _claimed(waiting: Run) -> HeldLease | None:
    if waiting.state != RunState.QUEUED:
        return None
    try:
        lease = take(waiting.subject, waiting.trigger)
    except AlreadyRunning:
        return None  # the run goes on waiting; the scheduler wakes a worker when the lease is free
    runs.end_interrupted(lease.interrupted_run_id)
    if not runs.begin(waiting.id):
        lease.release()
        return None
    waiting.dry_run = waiting.dry_run or needs_dry_run(waiting)
    name_run(lease, waiting.id)
    return lease


def _carry_out(run_id: int, lease: HeldLease, work: Work) -> None:
    ended = Ended(RunState.FAILED, _("Interrupted. What was written stays; the next run goes on."))
    try:
        with beating(lease):
            ended = work(run_id, lease)
    except Refused as refused:
        ended = Ended(RunState.REFUSED, _("%(why)s", why=refused.message))
    except LupwebError as error:
        ended = Ended(RunState.FAILED, _("%(why)s", why=error.message))
    finally:
        _finish(run_id, lease, ended, work)


def _finish(run_id: int, lease: HeldLease, ended: Ended, work: Work) -> None:
    with transaction():
        try:
            lease.hold()
        except LeaseLost:
            return  # whoever took the lease over has ended this run
        state = runs.finish(run_id, ended.state, ended.message, Counter(ended.counters))
        work.keep(runs.get_run(run_id), state)
        lease.release()
    log.info("run ended", run=run_id, subject=lease.subject, state=str(state))
