"""The states and modes of a run. Pure."""

from enum import StrEnum


class RunState(StrEnum):
    """How far a run is, or how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    PARTIAL = "partial"
    HELD = "held"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def went_well(self) -> bool:
        """Return whether a command line that waited for it answers 0 (interface.md section 5)."""
        return self not in {RunState.REFUSED, RunState.FAILED, RunState.CANCELLED}

    @property
    def is_active(self) -> bool:
        """Return whether the run has not ended yet."""
        return self in ACTIVE

    @property
    def is_at_work(self) -> bool:
        """Return whether a process works on the run, or died doing so."""
        return self in AT_WORK


AT_WORK = (RunState.RUNNING, RunState.PAUSING, RunState.STOPPING)
"""A process works on it; asked to pause or to stop, it does so between two blocks."""
ACTIVE = (RunState.QUEUED, *AT_WORK, RunState.PAUSED)
BROKEN_OFF = {RunState.PAUSING: RunState.PAUSED, RunState.STOPPING: RunState.CANCELLED}
"""What somebody asked for -> the state of a run that did not come to its end because of it."""

OF_A_GROUP = "@group:"
"""Begins what a line of a run or of the history is about, if that is a group; its key follows."""
CREDENTIALS_REFUSED = "credentials_refused"
"""The counter by which a run says that the directory refused our name and password."""
FOUND = "found_"
"""Begins the names of what a run counts while it works: what becomes of those read so far."""
TOLD = ("new", "changed", "unchanged")
"""What is counted for those who watch a run."""

FULL = "full"
CHANGES = "changes"
AUTO = "auto"
FILL = "fill"
GROUPS = "groups"
PERSON = "person"
REKEY = "rekey"
"""What tells the people of a directory apart was changed; nobody was read."""
PICTURES = "pictures"
"""The subject of runs that fetch pictures from addresses."""
WHOLE_SUBJECT = frozenset({FULL, CHANGES, AUTO, FILL})
"""Modes that concern everybody of a subject, and can be done again by anybody."""
OVERTAKES = WHOLE_SUBJECT | {REKEY}
"""Modes of runs after which what an earlier one held, or planned, is out of date."""


def covers(active: str, wanted: str) -> bool:
    """Return whether a run of mode `active` does what one of mode `wanted` would do.

    Whoever asks while such a run waits or works gets that run, not a second one (B106).
    """
    if active == wanted:
        return True
    if wanted == AUTO:
        return active in WHOLE_SUBJECT
    if wanted == GROUPS:
        return active in WHOLE_SUBJECT
    return active == FULL and wanted in {CHANGES, FILL}
