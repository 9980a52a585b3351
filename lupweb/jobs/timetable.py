"""Which schedules there ought to be, by the directories and the options of the site."""

from lupweb.directories.models import Directory, DirectoryRole
from lupweb.directories.service import enabled_directories
from lupweb.options.service import options
from lupweb.runs.states import CHANGES, FULL
from lupweb.runs.timetable import Key, Rule
from lupweb.sync import fetched_pictures

READ_BY_SCHEDULE = frozenset({DirectoryRole.CONNECTOR, DirectoryRole.DELEGATED})


def wanted() -> dict[Key, Rule]:
    """Return the schedule of each directory that is switched on: its own, else the site's.

    Pictures that come from an address have the site's.
    """
    chosen = options()
    found: dict[Key, Rule] = {}
    for directory in enabled_directories():
        if directory.role not in READ_BY_SCHEDULE:
            continue
        for mode, cron in _crons(directory, chosen).items():
            found[f"directory:{directory.key}", mode] = (cron, chosen["time_zone"])
    if chosen["picture_source"] == "url":
        for mode, cron in ((FULL, chosen["schedule_full"]), (CHANGES, chosen["schedule_changes"])):
            found[fetched_pictures.SUBJECT, mode] = (cron, chosen["time_zone"])
    return found


def _crons(directory: Directory, chosen: dict[str, str]) -> dict[str, str]:
    return {
        FULL: directory.schedule_full or chosen["schedule_full"],
        CHANGES: directory.schedule_changes or chosen["schedule_changes"],
    }
