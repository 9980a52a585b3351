"""From where on each directory reads only changes, as administrators are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lupweb.directories.models import Directory
from lupweb.sync.cookies import COOKIE


class Reads(StrEnum):
    """What the next run of changes by the schedule reads of a directory."""

    SINCE = "since"
    """What has changed since the last run."""
    ENTERED = "entered"
    """Once whoever has changed since a date that somebody entered."""
    AGAIN = "again"
    """Everything once, since the date was emptied."""
    FIRST = "first"
    """Everything, since nothing was read yet."""
    EVERYTHING = "everything"
    """Everything each time, since it is set up so."""


@dataclass(frozen=True)
class OnlyChanges:
    """What the next run of changes reads of a directory.

    :param asks_for_removals: whether the server is asked who was removed
    """

    directory: Directory
    reads: Reads
    asks_for_removals: bool


def only_changes(directories: Iterable[Directory]) -> list[OnlyChanges]:
    """Return it of these directories, in their order."""
    return [
        OnlyChanges(each, _reads(each), bool(each.marks and each.server.get(COOKIE)))
        for each in directories
    ]


def _reads(each: Directory) -> Reads:
    if not each.incremental:
        return Reads.EVERYTHING
    if each.last_full_at is None:
        return Reads.FIRST
    if not each.last_sync_date:
        return Reads.AGAIN
    return Reads.SINCE if each.last_sync_date == each.last_sync_date_kept else Reads.ENTERED
