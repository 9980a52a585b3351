"""The machine that a bench runs on: what it is, in words, and whether it is idle enough."""

import os
import platform
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lupweb.embedded.guard import processes
from lupweb.errors import MissingPart
from lupweb.texts import Text

PROCESSES = Path("/proc")
VERSION = re.compile(r"\d+(?:\.\d+)+")


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """Return how many processes wanted a processor during the last minute, on the average."""
    return os.getloadavg()[0]


def is_busy(load_now: float, cores_here: int) -> bool:
    """Return whether so much else goes on that figures decide nothing."""
    return load_now > cores_here


def description(programs: Callable[[], dict[str, str]] = dict) -> str:
    """Return what figures depend on, without a name by which the machine could be found.

    :param programs: gives the versions of what else took part
    """
    parts = {
        "Python": ".".join(map(str, sys.version_info[:3])),
        "SQLite": sqlite3.sqlite_version,
        **programs(),
    }
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    named = ", ".join(f"{name} {version}" for name, version in parts.items())
    return f"{cores()} cores, {memory_gib:.0f} GiB, {platform.system()}, {named}, loopback"


def version_of(*command: str) -> str:
    """Return the first version number that a program tells, or ""."""
    said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    found = VERSION.search(said.stdout + said.stderr)
    return found[0] if found else ""


def require_program(name: str, missing: Text) -> str:
    """Return the path of an installed program.

    :raises MissingPart: with `missing`, which names the package
    """
    found = shutil.which(name)
    if found is None:
        raise MissingPart(missing)
    return found


def memory_now_mb() -> float:
    """Return how much memory this process holds, in MB (10^6 bytes)."""
    return memory_of_process_mb(os.getpid()) if PROCESSES.exists() else memory_peak_mb()


def memory_peak_mb() -> float:
    """Return the most memory that this program ever held, in MB.

    On Linux not `ru_maxrss`: that counts whoever started the program, too (fs/exec.c, exec_mmap).
    """
    if PROCESSES.exists():
        return memory_of_process_mb(os.getpid(), "VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


def memory_of_process_mb(pid: int, line: str = "VmRSS") -> float:
    """Return one line of what Linux tells about the memory of a process, in MB.

    :param line: VmRSS for what is held now, VmHWM for the most so far
    """
    return sum(_lines_mb(pid, "status", line))


@dataclass
class ChildrenMemory:
    """The most that the children of this process held for themselves at one time, in MB."""

    peak_mb: float = 0.0

    def look(self) -> None:
        """Look once; memory that is shared with us does not count (Private_ lines of Linux)."""
        ours = [each.pid for each in processes() if each.parent == os.getpid()]
        now = sum(sum(_lines_mb(pid, "smaps_rollup", r"Private_\w+")) for pid in ours)
        self.peak_mb = max(self.peak_mb, now)


@contextmanager
def peak_of_children(every_s: float = 0.05) -> Iterator[ChildrenMemory]:
    """Look at the children of this process, over and over, while the block lasts."""
    children, is_over = ChildrenMemory(), threading.Event()

    def watch() -> None:
        while PROCESSES.exists() and not is_over.wait(every_s):
            children.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield children
    finally:
        is_over.set()
        watcher.join()


def _lines_mb(pid: int, file: str, name: str) -> Iterator[float]:
    """Yield the figures of the lines of this name; none if the process has ended."""
    try:
        text = (PROCESSES / str(pid) / file).read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    for found in re.findall(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE):
        yield int(found) * 1024 / 1e6
