"""Synchronize a directory: begin a run, do it, end it, release what it held."""

from dataclasses import dataclass

import structlog

from lupweb.database import db, repeatable, transaction
from lupweb.directories.connect import Connect
from lupweb.directories.models import Directory
from lupweb.directories.service import facts_of, get_directory
from lupweb.errors import AlreadyRunning, LeaseLost, LupwebError, ReadOnlyMode
from lupweb.options.service import options
from lupweb.profiles.layout import load_layout
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease, beating, name_run, take
from lupweb.runs.states import AUTO, CHANGES, FILL, FULL, GROUPS, RunState
from lupweb.runs.undone import needs_dry_run
from lupweb.sources import alternative, releasing
from lupweb.sync.holding import refuse_outdated
from lupweb.sync.known import Here
from lupweb.sync.marks import keep_course, keep_marks, standing_of
from lupweb.sync.memory import few_collections
from lupweb.sync.phases import GROUPS_READ, Outcome, failed, only_groups, synchronize
from lupweb.sync.releasing import begin_release
from lupweb.sync.secondary import every_index
from lupweb.sync.task import Task
from lupweb.texts import _

log = structlog.get_logger()
ASKED_FOR = {
    FULL: _("everything was asked for"),
    CHANGES: _("changes were asked for"),
    FILL: _("new and changed fields were asked for"),
    GROUPS: _("the members of groups were asked for"),
    AUTO: _("what is needed was asked for"),
}


@dataclass(frozen=True)
class Work:
    """What a run is given from outside.

    :param read_only: the site is in read-only mode: the run is refused, and says so
    """

    secret_key: str
    connect: Connect
    read_only: bool = False


def run(
    directory_key: str,
    *,
    secret_key: str,
    connect: Connect,
    trigger: str,
    read_only: bool = False,
    mode: str = FULL,
) -> int:
    """Read a directory and bring the profiles up to date; return the run's number.

    :param trigger: who or what asks, in words
    :param mode: full, changes, groups, or auto for what is needed; more is read where it must be
    :raises NotFound: if there is no such directory
    :raises AlreadyRunning: if another run of it is at work
    """
    work = Work(secret_key, connect, read_only)
    return _run(directory_key, work, trigger, mode)


def plan_only(
    directory_key: str,
    *,
    secret_key: str,
    connect: Connect,
    trigger: str,
    read_only: bool = False,
    mode: str = FULL,
) -> int:
    """Read a directory and store what a run would do; nothing else is written (a dry run).

    :param mode: as for `run`
    :returns: the number of the dry run; `apply_plan` does what it found
    :raises NotFound: if there is no such directory
    :raises AlreadyRunning: if another run of it is at work
    """
    work = Work(secret_key, connect, read_only)
    return _run(directory_key, work, trigger, mode, dry_run=True)


def apply_plan(
    run_id: int, *, secret_key: str, connect: Connect, trigger: str, read_only: bool = False
) -> int:
    """Do what a dry run found, and nothing else; return the number of the run that does it.

    The directory is read again: who changed since, there or here, is planned again and held.

    :raises NotFound: if there is no such run
    :raises Forbidden: if it is no dry run that went well, or its plan is out of date
    :raises AlreadyRunning: if another run of the directory is at work
    """
    planned = runs.get_run(run_id)
    refuse_outdated(planned)
    releasing.refuse_to_apply(planned)
    key, mode = key_of(planned.subject), planned.mode
    return _run(key, Work(secret_key, connect, read_only), trigger, mode, about=run_id)


def perform(run_id: int, *, secret_key: str, connect: Connect, read_only: bool = False) -> None:
    """Do a run that waits; nothing if another worker has taken it, or it is over."""
    if alternative.is_alternative(key_of(runs.get_run(run_id).subject)):
        alternative.perform(run_id, secret_key=secret_key, connect=connect, read_only=read_only)
        return
    with transaction():
        task = _claimed(run_id, secret_key)
    if task is not None:
        _perform(task, Work(secret_key, connect, read_only))


def approve(run_id: int, digest: str = "", *, read_only: bool = False) -> None:
    """Do what a run held back: exactly to the people, fields and values that it named.

    :param digest: of the set that the administrator was shown (`Run.held_digest`); "": as it is
    :raises NotFound: if there is no such run
    :raises Forbidden: if it holds nothing, or what it holds is out of date
    :raises AlreadyRunning: if a run of the directory is at work
    :raises ReadOnlyMode: in read-only mode
    """
    if read_only or options()["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing was changed."))
    source = releasing.source_of(runs.get_run(run_id).subject)
    if source is not None:
        releasing.approve(run_id, source, digest)
        return
    with transaction():
        subject = runs.get_run(run_id).subject
        release = begin_release(run_id, _taken(subject, "approval"), digest)
    try:
        with beating(release.lease):
            release.perform(load_layout(options()["phone_region"]))
    finally:
        with transaction():
            release.lease.release()


def _run(
    key: str,
    work: Work,
    trigger: str,
    mode: str,
    *,
    dry_run: bool = False,
    about: int | None = None,
) -> int:
    if alternative.is_alternative(key):
        return alternative.run(
            key,
            secret_key=work.secret_key,
            connect=work.connect,
            trigger=trigger,
            read_only=work.read_only,
            mode=mode,
            is_dry_run=dry_run,
        )
    subject = subject_of(key)
    with transaction():
        directory = get_directory(key)
        lease = _taken(subject, trigger)
        reason = _("the plan of run %(run)s is applied", run=about) if about else ASKED_FOR[mode]
        run_id = runs.start(subject, trigger=trigger, mode=mode, reason=reason)
        begun = runs.get_run(run_id)
        begun.dry_run, begun.about_run_id = dry_run, about
        task = _task(directory, lease, run_id, work.secret_key)
    _perform(task, work)
    return run_id


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
    if not runs.begin(run_id):
        lease.release()
        return None
    return _task(get_directory(key_of(waiting.subject)), lease, run_id, secret_key)


def _task(directory: Directory, lease: HeldLease, run_id: int, secret_key: str) -> Task:
    name_run(lease, run_id)
    begun = runs.get_run(run_id)
    begun.dry_run = begun.dry_run or needs_dry_run(begun)
    here = Here(directory.id, directory.position, run_id)
    chosen = options()
    layout = load_layout(chosen["phone_region"])
    return Task(
        run_id,
        facts_of(directory, secret_key),
        layout,
        lease,
        here.is_first_load(),
        chosen,
        expected=here.count_present(),
        dry_run=begun.dry_run,
        plan_run_id=begun.about_run_id,
        standing=standing_of(directory, layout, chosen, begun),
    )


def _perform(task: Task, work: Work) -> None:
    outcome = Outcome(
        RunState.FAILED, _("Interrupted. What was written stays; the next run goes on.")
    )
    try:
        with beating(task.lease), repeatable(), few_collections(), every_index():
            is_read_only = work.read_only or task.options["read_only"]
            outcome = _refused() if is_read_only else _done(task, work.connect)
    except LupwebError as error:
        outcome = failed(error)
    finally:
        _finish(task, outcome)


def _done(task: Task, connect: Connect) -> Outcome:
    is_of_groups = task.standing.asked == GROUPS
    return only_groups(task, connect) if is_of_groups else synchronize(task, connect)


def _is_of_no_interest(task: Task, outcome: Outcome) -> bool:
    """Return whether only the time asked for the groups, and none had changed.

    That is so most of the times, every five minutes: the records that tell something would be lost
    among those that do not.
    """
    standing = task.standing
    is_quiet = outcome.state is RunState.DONE and GROUPS_READ not in outcome.counters
    return standing.asked == GROUPS and standing.by_schedule and is_quiet


def _refused() -> Outcome:
    return Outcome(
        RunState.REFUSED,
        _("The site is in read-only mode. Nothing was read, nothing changed."),
    )


def _finish(task: Task, outcome: Outcome) -> None:
    """Write the end of the run, its marks and its lease in one transaction."""
    with transaction():
        try:
            task.lease.hold()
        except LeaseLost:
            return  # whoever took the lease over has ended this run
        ended = runs.finish(task.run_id, outcome.state, outcome.message, outcome.counters)
        keep_course(task, ended)
        if not task.dry_run:
            keep_marks(task, db.session.get_one(Directory, task.facts.id), ended)
        if _is_of_no_interest(task, outcome):
            runs.forget(task.run_id)
        task.lease.release()
    log.info("run ended", run=task.run_id, directory=task.facts.key, state=str(outcome.state))
