"""Write what tells the people of a directory apart from now on, in one transaction."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select, update

from lupweb.database import db
from lupweb.directories.models import Directory, Identity, NamedEntry
from lupweb.errors import InvalidValue
from lupweb.outbox.models import OutboxMessage
from lupweb.runs import service as runs
from lupweb.runs.leases import name_run, take
from lupweb.runs.states import REKEY, RunState
from lupweb.sync.rekeying import Known, Met, Read, Rekeying, plan_rekeying
from lupweb.texts import _

ON_THE_WAY = "\x1f"
"""Begins what an identity is called between two names, so that two may change places."""


class RekeyingChanged(InvalidValue):
    """What would become of everybody is not what was shown. `now` is what it is."""

    def __init__(self, now: Rekeying) -> None:
        super().__init__(
            _(
                "The directory or the people here have changed since this was shown. Nothing was"
                " changed. Look at it once more."
            )
        )
        self.now = now


def rekey(read: Read, digest: str, trigger: str) -> tuple[Rekeying, int]:
    """Tell people apart by another attribute from now on; call inside a transaction.

    :param digest: of the set that the administrator was shown
    :returns: what became of everybody, and the number of its record
    :raises RekeyingChanged: if it is another set by now
    :raises AlreadyRunning: if a run of the directory is at work
    """
    directory = db.session.get_one(Directory, read.directory_id)
    subject = f"directory:{directory.key}"
    lease = take(subject, trigger)
    runs.end_interrupted(lease.interrupted_run_id)
    found = plan_rekeying(read)
    if found.digest != digest:
        raise RekeyingChanged(found)
    reason = _("%(now)s in place of %(before)s", now=read.attribute, before=read.before or "–")
    run_id = runs.start(subject, trigger=trigger, mode=REKEY, reason=reason)
    name_run(lease, run_id)
    _store(directory, found)
    counts = {
        "seen": len(read.met),
        "unchanged": len(found.tied),
        "skipped": len(found.strangers),
    }
    said = _(
        "%(n)s people are told apart by %(now)s from now on. %(left)s who are known could not be"
        " found, and stay as they are; %(strangers)s entries are nobody's. The next run reads"
        " everybody, under the limits for what is held.",
        n=len(found.tied),
        now=read.attribute,
        left=len(found.left),
        strangers=len(found.strangers),
    )
    runs.finish(run_id, RunState.DONE, said, counts)
    lease.release()
    return found, run_id


def _store(directory: Directory, found: Rekeying) -> None:
    read = found.read
    new = [{"_id": known.identity_id, "new": met.new} for known, met, _how in found.tied]
    statement = update(Identity).where(Identity.id == bindparam("_id"))
    connection = db.session.connection()
    if new:
        aside = [{"_id": each["_id"], "new": f"{ON_THE_WAY}{each['_id']}"} for each in new]
        statement = statement.values(unique_id=bindparam("new"))
        connection.execute(statement, aside)
        connection.execute(statement, new)
        _readdress(directory.id, found.tied)
    # they name entries as those were called, and whoever is cleared later would be left in them
    db.session.execute(delete(NamedEntry).where(NamedEntry.directory_id == directory.id))
    directory.id_attribute, directory.keyed_by = read.chosen, read.attribute
    directory.is_keyed_by_value = read.is_value
    directory.server = {}  # a mark says nothing about entries that are called otherwise
    db.session.flush()
    db.session.expire_all()


def _readdress(directory_id: int, tied: Iterable[tuple[Known, Met, str]]) -> None:
    """Let what waits to be saved name the same entries as before."""
    waiting = set(
        db.session.scalars(
            select(OutboxMessage.unique_id)
            .where(OutboxMessage.directory_id == directory_id)
            .distinct()
        )
    )
    new = {known.unique_id: met.new for known, met, _how in tied if known.unique_id in waiting}
    rows = select(OutboxMessage).where(OutboxMessage.directory_id == directory_id)
    for message in db.session.scalars(rows.where(OutboxMessage.unique_id.in_(new))) if new else ():
        message.unique_id = new[message.unique_id]
