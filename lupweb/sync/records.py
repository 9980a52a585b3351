"""A run as the outside reads it (interface.md section 5)."""

from typing import Any

from lupweb.runs.models import Run
from lupweb.runs.service import get_run, problems

COUNTERS = (
    "seen", "new", "changed", "unchanged", "disabled", "missing", "back", "skipped", "shadowed",
    "failed", "held", "values_changed",
)  # fmt: skip


def record(run_id: int) -> dict[str, Any]:
    """Return a run as one JSON document.

    :raises NotFound: if there is no such run
    """
    run = get_run(run_id)
    return {
        "run": run.id,
        "directory": run.subject.partition(":")[2],
        "trigger": run.trigger,
        "mode": run.mode,
        "reason": run.reason,
        "state": str(run.state),
        "started": run.started_at.isoformat(),
        "seconds": _seconds(run),
        **{name: run.counters.get(name, 0) for name in COUNTERS},
        "message": run.message,
        "errors": [
            {"login": each.login, "field": each.field, "text": each.text}
            for each in problems(run_id)
        ],
    }


def _seconds(run: Run) -> float | None:
    return round((run.ended_at - run.started_at).total_seconds(), 3) if run.ended_at else None
