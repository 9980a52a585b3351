"""What is known of a directory when a run begins, and what is kept when it has ended well."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from lupweb import clock
from lupweb.database import db
from lupweb.directories.dates import write_date
from lupweb.directories.models import Directory
from lupweb.profiles.layout import Layout
from lupweb.runs.models import Run, Schedule
from lupweb.runs.service import get_run
from lupweb.runs.states import FULL, GROUPS, PERSON, RunState
from lupweb.runs.timetable import TRIGGER
from lupweb.sync import fingerprints
from lupweb.sync.cookies import COOKIE
from lupweb.sync.modes import Standing
from lupweb.sync.task import Task


def standing_of(
    directory: Directory, layout: Layout, chosen: Mapping[str, Any], run: Run
) -> Standing:
    """Return how a directory stands now that a run of it begins.

    :param chosen: the site's options
    """
    follows_done = _is_last(directory.server, run)
    takes_marks = directory.marks and follows_done
    return Standing(
        asked=run.mode,
        by_schedule=run.trigger == TRIGGER,
        recorded=fingerprints.recorded(directory.id),
        current=fingerprints.current(directory, layout, chosen),
        is_incremental=directory.incremental,
        date=directory.last_sync_date,
        date_kept=directory.last_sync_date_kept,
        pattern=directory.timestamp_pattern,
        groups_mark=directory.groups_mark,
        server_before=directory.server,
        follows_done=follows_done,
        takes_marks=takes_marks,
        wants_marks=directory.marks,
        cookie=directory.server.get(COOKIE, "") if takes_marks else "",
    )


def _is_last(server: Mapping[str, Any], run: Run) -> bool:
    """Return whether no other run of people went between this one and the one of the mark.

    One that takes back what a run did, for instance, wants everybody to be compared again.
    """
    between = select(Run.id).where(
        Run.subject == run.subject, Run.id < run.id, Run.mode.not_in((GROUPS, PERSON))
    )
    last = db.session.scalar(between.order_by(Run.id.desc()).limit(1))
    return last is not None and server.get("run") == last


def keep_marks(task: Task, directory: Directory, state: RunState) -> None:
    """Keep what a run has read; in the transaction in which it ends.

    A run that is held, or failed, keeps nothing: the next one does its work again.
    """
    if task.dry_run:
        return
    standing = task.standing
    directory.groups_mark = standing.groups_mark
    if standing.asked == GROUPS:
        directory.last_groups_at = (
            clock.now() if state is RunState.DONE else directory.last_groups_at
        )
        return
    directory.state = str(state)
    if state not in {RunState.DONE, RunState.PARTIAL}:
        return
    if state is RunState.DONE:
        directory.server = {**standing.server, "run": task.run_id}
    else:  # who could not be written is tried again: neither the mark nor a cookie is of use
        directory.server = {key: standing.server[key] for key in standing.server if key != COOKIE}
    if standing.mode == FULL:
        directory.last_full_at = clock.now()
    else:
        directory.last_changes_at = clock.now()
    directory.last_groups_at = clock.now()
    _keep_fingerprints(standing, directory.id)
    _keep_date(task, directory)


def keep_course(task: Task, state: RunState) -> None:
    """Keep how a run went; in the transaction in which it ends, before its marks are kept."""
    standing, run = task.standing, get_run(task.run_id)
    is_kept = state in {RunState.DONE, RunState.PARTIAL} and not task.dry_run
    reads_people = standing.asked != GROUPS
    after = standing.server if is_kept and reads_people else standing.server_before
    of_people = (Schedule.subject == run.subject, Schedule.mode != GROUPS)
    due = select(func.min(Schedule.next_at)).where(*of_people)
    run.course = task.course.document(standing.server_before, after, db.session.scalar(due))


def _keep_fingerprints(standing: Standing, directory_id: int) -> None:
    read = {name: standing.current[name] for name in standing.read if name in standing.current}
    now = fingerprints.recorded(directory_id)
    for name in read.keys() & standing.recorded.keys() - now.keys():
        if standing.recorded[name] == read[name]:
            del read[name]  # it was forgotten while the run was at work
    if read != now:
        fingerprints.record(directory_id, read)


def _keep_date(task: Task, directory: Directory) -> None:
    """Set the Last LDAP sync date anew, unless somebody entered another one since the run began."""
    if directory.last_sync_date != task.standing.date:
        return
    began = get_run(task.run_id).started_at
    directory.last_sync_date = write_date(began, task.options["time_zone"])
    directory.last_sync_date_kept = directory.last_sync_date
