"""Synchronize a directory: begin a run, do it, end it, release what it held."""

from dataclasses import dataclass

import structlog

from lupweb import clock
from lupweb.database import db, repeatable, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.models import Directory
from lupweb.directories.service import facts_of, get_directory
from lupweb.errors import AlreadyRunning, LeaseLost, LupwebError
from lupweb.options.service import options
from lupweb.people.states import PersonState
from lupweb.profiles.layout import load_layout
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease, beating, name_run, take
from lupweb.runs.states import RunState
from lupweb.sync.apply import Writer
from lupweb.sync.holding import DISABLE, HIDE, present_identities, releasable
from lupweb.sync.known import Here
from lupweb.sync.memory import few_collections
from lupweb.sync.phases import Outcome, synchronize
from lupweb.sync.reading import Task
from lupweb.texts import _

log = structlog.get_logger()
FULL = "full"


@dataclass(frozen=True)
class Work:
    """What a run is given from outside.

    :param read_only: the site is in read-only mode: the run is refused, and says so
    """

    secret_key: str
    connect: Connect
    read_only: bool = False


def run(
    directory_key: str, *, secret_key: str, connect: Connect, trigger: str, read_only: bool = False
) -> int:
    """Read everybody of a directory and bring the profiles up to date; return the run's number.

    :param trigger: who or what asks, in words
    :raises NotFound: if there is no such directory
    :raises AlreadyRunning: if another run of it is at work
    """
    work = Work(secret_key, connect, read_only)
    subject = subject_of(directory_key)
    with transaction():
        directory = get_directory(directory_key)
        lease = _taken(subject, trigger)
        run_id = runs.start(
            subject, trigger=trigger, mode=FULL, reason=_("everything was asked for")
        )
        task = _task(directory, lease, run_id, secret_key)
    _perform(task, work)
    return run_id


def perform(run_id: int, *, secret_key: str, connect: Connect, read_only: bool = False) -> None:
    """Do a run that waits; nothing if another worker has taken it, or it is over."""
    with transaction():
        task = _claimed(run_id, secret_key)
    if task is not None:
        _perform(task, Work(secret_key, connect, read_only))


def approve(run_id: int) -> None:
    """Do what a run held back: hide or disable exactly the people that it named.

    :raises NotFound: if there is no such run
    :raises Forbidden: if it holds nothing, or what it holds is out of date
    :raises AlreadyRunning: if a run of the directory is at work
    """
    with transaction():
        held = runs.get_run(run_id)
        directory = get_directory(key_of(held.subject))
        people = releasable(run_id, held.subject)
        lease = _taken(held.subject, "approval")
        writer = Writer(run_id, directory.id, directory.key, load_layout(), lease)
        identities = present_identities(directory.id, people[HIDE])
    missing = writer.retire(identities)
    with transaction():
        lease.heartbeat()
        if people[DISABLE]:
            writer.set_state(people[DISABLE], PersonState.DISABLED)
        released = runs.get_run(run_id)
        released.counters = {
            **released.counters,
            "missing": missing,
            "held": 0,
            "disabled": released.counters.get("disabled", 0) + len(people[DISABLE]),
        }
        message = _("What was held has been approved: %(count)s people.", count=missing)
        runs.finish(run_id, RunState.DONE, message)
        lease.release()


def subject_of(directory_key: str) -> str:
    """Return what runs and leases of a directory are filed under."""
    return f"directory:{directory_key}"


def key_of(subject: str) -> str:
    """Return the key of the directory that a run is of."""
    return subject.partition(":")[2]


def _taken(subject: str, trigger: str) -> HeldLease:
    lease = take(subject, trigger)
    runs.end_interrupted(lease.interrupted_run_id)
    return lease


def _claimed(run_id: int, secret_key: str) -> Task | None:
    waiting = runs.get_run(run_id)
    if waiting.state != RunState.QUEUED:
        return None
    try:
        lease = _taken(waiting.subject, waiting.trigger)
    except AlreadyRunning:
        return None  # the run goes on waiting; the scheduler wakes a worker when the lease is free
    if not runs.begin(run_id, mode=FULL):
        lease.release()
        return None
    return _task(get_directory(key_of(waiting.subject)), lease, run_id, secret_key)


def _task(directory: Directory, lease: HeldLease, run_id: int, secret_key: str) -> Task:
    name_run(lease, run_id)
    here = Here(directory.id, directory.position, run_id)
    chosen = options()
    return Task(
        run_id,
        facts_of(directory, secret_key),
        load_layout(chosen["phone_region"]),
        lease,
        here.is_first_load(),
        chosen,
        expected=here.count_present(),
    )


def _perform(task: Task, work: Work) -> None:
    outcome = Outcome(
        RunState.FAILED, _("Interrupted. What was written stays; the next run goes on.")
    )
    try:
        with beating(task.lease), repeatable(), few_collections():
            is_read_only = work.read_only or task.options["read_only"]
            outcome = _refused() if is_read_only else synchronize(task, work.connect)
    except LupwebError as error:
        outcome = Outcome(RunState.FAILED, error.message)
    finally:
        _finish(task, outcome)


def _refused() -> Outcome:
    return Outcome(
        RunState.REFUSED,
        _("The site is in read-only mode. Nothing was read, nothing changed."),
    )


def _finish(task: Task, outcome: Outcome) -> None:
    """Write the end of the run, its marks and its lease in one transaction."""
    with transaction():
        try:
            task.lease.heartbeat()
        except LeaseLost:
            return  # whoever took the lease over has ended this run
        runs.finish(task.run_id, outcome.state, outcome.message, outcome.counters)
        directory = db.session.get_one(Directory, task.facts.id)
        directory.state = str(outcome.state)
        if outcome.state in {RunState.DONE, RunState.PARTIAL}:
            directory.last_full_at = clock.now()
        task.lease.release()
    log.info("run ended", run=task.run_id, directory=task.facts.key, state=str(outcome.state))
