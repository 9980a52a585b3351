"""Which schedules there ought to be, by the directories and the options of the site."""

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Directory, DirectoryRole
from lupweb.directories.service import enabled_directories
from lupweb.options.service import options
from lupweb.people.models import Group
from lupweb.runs.states import CHANGES, FULL, GROUPS
from lupweb.runs.timetable import Key, Rule
from lupweb.runs.undone import paused_subjects
from lupweb.sources import alternative, xml_file
from lupweb.sync import fetched_pictures

EVERY_FIVE_MINUTES = "3-59/5 * * * *"
"""When groups are looked at by themselves: not at the quarters, when changes are read."""
READ_BY_SCHEDULE = frozenset({DirectoryRole.CONNECTOR, DirectoryRole.DELEGATED})


def wanted() -> dict[Key, Rule]:
    """Return the schedule of each directory that is switched on: its own, else the site's.

    The groups of each are looked at every five minutes, so that a right is gone soon.
    Pictures that come from an address have the site's, a file that is imported has its own.
    Where a run was taken back, they rest until another one has written.
    """
    chosen = options()
    found: dict[Key, Rule] = {}
    with_groups = set(db.session.scalars(select(Group.directory_id)))
    for directory in enabled_directories():
        crons = _crons(directory, chosen)
        if directory.role not in READ_BY_SCHEDULE and not alternative.reads_changes(directory):
            del crons[CHANGES]
        if directory.id in with_groups:
            crons[GROUPS] = EVERY_FIVE_MINUTES
        for mode, cron in crons.items():
            found[f"directory:{directory.key}", mode] = (cron, chosen["time_zone"])
    if chosen["picture_source"] == "url":
        for mode, cron in ((FULL, chosen["schedule_full"]), (CHANGES, chosen["schedule_changes"])):
            found[fetched_pictures.SUBJECT, mode] = (cron, chosen["time_zone"])
    if chosen["xml_file"]:
        found[xml_file.SUBJECT, FULL] = (chosen["xml_schedule"], chosen["time_zone"])
    resting = paused_subjects()
    return {key: rule for key, rule in found.items() if key[0] not in resting}


def _crons(directory: Directory, chosen: dict[str, str]) -> dict[str, str]:
    return {
        FULL: directory.schedule_full or chosen["schedule_full"],
        CHANGES: directory.schedule_changes or chosen["schedule_changes"],
    }
