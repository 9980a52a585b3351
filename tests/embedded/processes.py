"""Watching processes that belong to nobody here."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

PATIENCE_S = 60.0


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait until `is_so` says so; fail with `what` if it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE_S:g} s in vain: {what}")
        time.sleep(0.01)  # between two looks, not instead of one


def is_running(pid: int) -> bool:
    """Return whether `pid` runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def pid_in(path: Path) -> int:
    """Return the process id that a test program leaves in `path`, as soon as it is there."""
    until(lambda: path.exists() and path.read_text().endswith("\n"), f"no process id in {path}")
    return int(path.read_text())
