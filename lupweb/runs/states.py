"""The states of a run. Pure."""

from enum import StrEnum


class RunState(StrEnum):
    """How far a run is, or how it ended."""

    QUEUED = "queued"
    RUNNING = "running"
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
