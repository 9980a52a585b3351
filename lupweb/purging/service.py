"""Clear the values of people who left long ago, as a run with a record; off at first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.options.service import options
from lupweb.purging.clearing import clear, merge_words
from lupweb.purging.due import Due, find_due
from lupweb.runs.leases import HeldLease
from lupweb.runs.models import Run
from lupweb.runs.states import FULL, RunState
from lupweb.sources.running import Ended, refuse_read_only, run_now, run_queued
from lupweb.texts import Text, _, ngettext

SUBJECT = "purge"
BY_ITSELF = "schedule"
BLOCK = 200
EVERY = timedelta(hours=20)
"""The scheduler looks every hour; it does not begin a run more often than that."""


def purge(
    *,
    secret_key: str,
    trigger: str,
    read_only: bool = False,
    agreed: int | None = None,
    dry_run: bool = False,
) -> int:
    """Clear the values of those who are due, for good; return the number of the run.

    Call outside of transactions. More people than the removal brake allows are left as they are,
    and the record says how many they are.

    :param trigger: who or what asks, in words
    :param agreed: how many an administrator agreed to; it has to be the number that are due
    :param dry_run: only say how many they are
    :raises AlreadyRunning: if another one is at work
    """
    work = _Purge(secret_key, read_only=read_only, agreed=agreed, dry_run=dry_run)
    reason = _("the values of people who left long ago are cleared")
    return run_now(SUBJECT, FULL, reason, work, trigger=trigger, is_dry_run=dry_run)


def perform(run_id: int, *, secret_key: str, read_only: bool) -> None:
    """Do a run that waits, since its process died; as many as the limit allows."""
    work = _Purge(secret_key, read_only=read_only, agreed=None, dry_run=False)
    run_queued(run_id, work)


def purge_if_due(*, secret_key: str, read_only: bool) -> int | None:
    """Do what `purge` does once a day where somebody is due; return the run, None if none began."""
    chosen = options()
    is_quiet = read_only or chosen["read_only"] or not chosen["purge_after_days"]
    is_due = not is_quiet and not _was_tried() and bool(find_due(chosen).ids)
    end_reading()
    if not is_due:
        return None
    return purge(secret_key=secret_key, trigger=BY_ITSELF)


def _was_tried() -> bool:
    last = select(func.max(Run.started_at)).where(Run.subject == SUBJECT, Run.trigger == BY_ITSELF)
    at = db.session.scalar(last)
    return at is not None and at > clock.now() - EVERY


@dataclass(frozen=True)
class _Purge:
    """The work of one run."""

    secret_key: str
    read_only: bool
    agreed: int | None
    dry_run: bool

    def __call__(self, run_id: int, lease: HeldLease) -> Ended:
        refuse_read_only(read_only=self.read_only)
        found = find_due(options())
        end_reading()
        if self.dry_run:
            return Ended(RunState.DONE, _would(found))
        if found.is_too_much and self.agreed != len(found.ids):
            return Ended(RunState.REFUSED, _too_much(found))
        done = []
        for block in _blocks(found.ids):
            with transaction():
                lease.heartbeat()
                done.append(clear(block, run_id, self.secret_key))
        with transaction():
            lease.heartbeat()
            merge_words()  # also of a run before that ended in the middle
        count, names = sum(each.people for each in done), sum(each.names for each in done)
        return Ended(RunState.DONE, _cleared(count, names), {"purged": count})

    def keep(self, run: Run, state: RunState) -> None:
        """Nothing is kept but what was cleared."""


def _blocks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BLOCK):
        yield ids[start : start + BLOCK]


def _would(found: Due) -> Text:
    return ngettext(
        "The values of %(n)s person would be cleared for good. Nothing was changed.",
        "The values of %(n)s people would be cleared for good. Nothing was changed.",
        len(found.ids),
    )


def _cleared(count: int, names: int) -> Text:
    cleared = ngettext(
        "The values of %(n)s person who left long ago were cleared for good.",
        "The values of %(n)s people who left long ago were cleared for good.",
        count,
    )
    if not names:
        return cleared
    taken = ngettext(
        "%(n)s role, edit right, local group or org chart that named one of them by login does so"
        " no more.",
        "%(n)s roles, edit rights, local groups or org charts that named them by login do so no"
        " more.",
        names,
    )
    return _("%(cleared)s %(taken)s", cleared=cleared, taken=taken)


def _too_much(found: Due) -> Text:
    return _(
        "The values of %(count)s people are due to be cleared for good, and only %(limit)s go"
        " without being asked. Nothing was changed. Look who they are under People, state Missing."
        " If it is right: lupweb people purge --agree %(count)s",
        count=len(found.ids),
        limit=found.limit,
    )
