"""Only one at a time: leases with fencing tokens (sync.md section 10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from lupweb.database import UtcDateTime, db
from lupweb.errors import AlreadyRunning, LeaseLost
from lupweb.runs.models import Lease
from lupweb.texts import _

STALE = timedelta(seconds=30)


@dataclass(frozen=True)
class HeldLease:
    """The right to work on a subject, until somebody takes it over."""

    subject: str
    token: int
    interrupted_run_id: int | None

    def heartbeat(self) -> None:
        """Say that the holder lives; belongs at the start of each transaction that writes.

        :raises LeaseLost: if somebody else holds the lease now
        """
        if not _touch(self, heartbeat_at=_database_now()):
            raise LeaseLost(_("Another run took over. This one wrote nothing more."))

    def release(self) -> None:
        """Give the lease back; nothing happens if it was lost."""
        _touch(self, heartbeat_at=None, run_id=None, holder="")


def take(subject: str, holder: str) -> HeldLease:
    """Take the lease of `subject`; call inside a transaction.

    :raises AlreadyRunning: if somebody holds it and has given a sign of life within 30 s
    """
    lease = db.session.get(Lease, subject, with_for_update=True)
    if lease is None:
        lease = Lease(subject=subject, token=0)
        db.session.add(lease)
    now = _database_now()
    if lease.heartbeat_at is not None and now - lease.heartbeat_at < STALE:
        raise AlreadyRunning(
            _(
                "Run %(run)s of this directory is at work, started by %(holder)s.",
                run=lease.run_id,
                holder=lease.holder,
            )
        )
    interrupted = lease.run_id
    lease.token += 1
    lease.holder = holder
    lease.heartbeat_at = now
    lease.run_id = None
    return HeldLease(subject, lease.token, interrupted)


def name_run(lease: HeldLease, run_id: int) -> None:
    """Remember which run the lease is held for."""
    _touch(lease, run_id=run_id)


def running_run(subject: str) -> int | None:
    """Return the run that the lease of `subject` is held for, or None."""
    return db.session.scalar(select(Lease.run_id).where(Lease.subject == subject))


def _touch(lease: HeldLease, **values: object) -> bool:
    result = db.session.connection().execute(
        update(Lease)
        .where(Lease.subject == lease.subject, Lease.token == lease.token)
        .values(**values)
    )
    return result.rowcount == 1


def _database_now() -> datetime:
    """Return the time of the database's clock: machines may disagree, it does not."""
    now: datetime | None = db.session.scalar(select(func.current_timestamp(type_=UtcDateTime)))
    if now is None:
        raise LeaseLost(_("The database did not say what time it is."))
    return now
