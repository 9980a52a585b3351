"""Make anew what a change of the set-up left outdated, for it concerned too many people."""

import time

from lupweb.database import end_reading, transaction
from lupweb.orgchart import keeping as charts
from lupweb.runs.service import active_runs
from lupweb.search.index import outdated_after
from lupweb.search.outdated import renew_next


def renew_outdated(seconds: float) -> None:
    """Go on with it for about so long; nothing if nothing is outdated."""
    until = time.monotonic() + seconds
    is_outdated = outdated_after() is not None
    end_reading()
    while is_outdated and time.monotonic() < until:
        with transaction():
            is_outdated = renew_next()
    count_charts()


def count_charts() -> None:
    """Count marked org charts anew, unless a run is at work, which does so at its end."""
    is_needed = charts.is_any_outdated() and not any(
        run.state.is_at_work for run, _ in active_runs()
    )
    end_reading()
    if is_needed:
        with transaction():
            charts.count_outdated()
