"""Keep one program, and leave nothing of it behind. Only the standard library; run as a file:

    python -I -S guard.py LIFELINE GRACE_S PROGRAM [ARGUMENT...]

`LIFELINE` is the reading end of a pipe whose other end only the supervisor holds. When that end
closes, be it because the supervisor was killed, the program is asked to stop (TERM), and whatever
of it is left after `GRACE_S` seconds is killed. A program that forks away does not escape: on
Linux every orphan below the guard becomes a child of the guard. The guard ends as its program did.
"""

import ctypes
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple, NoReturn

IS_LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
KILL_AGAIN_S = 0.05  # a program may fork while it is being killed
CANNOT_START = 127  # what a shell says then


class Process(NamedTuple):
    """One line of the process table; `session` is 0 where the system does not tell."""

    pid: int
    parent: int
    session: int


class Guard:
    """One program, from its start until nothing of it is left."""

    def __init__(self, lifeline: int, grace_s: float, command: list[str]) -> None:
        self._lifeline = lifeline
        self._grace_s = grace_s
        self._command = command
        self._child = 0
        self._status: int | None = None
        self._deadline: float | None = None
        self._asked = 0
        self._heard = 0

    def run(self) -> int:
        """Start the program, wait until all of it has ended; return its wait status."""
        os.set_inheritable(self._lifeline, False)
        woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if IS_LINUX else _pipe()
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in HEARD:
            signal.signal(number, self._ask)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._child = self._start()
        while self._reap():
            self._wait(woken)
            self._obey()
        _signal_all(signal.SIGKILL)
        return self._status or 0

    def _ask(self, *_: object) -> None:
        self._asked += 1

    def _start(self) -> int:
        guard = os.getpid()
        # A signal sent before the program has our handlers off must wait, or it would be lost.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        child = os.fork()
        if child == 0:
            _become(self._command, guard, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return child

    def _reap(self) -> bool:
        """Take note of what has ended; return whether anything is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self._child:
                self._status = status
                self._deadline = self._deadline or time.monotonic() + self._grace_s
                _signal_all(signal.SIGTERM)  # what it left behind

    def _wait(self, woken: int) -> None:
        watched = [woken] if self._deadline else [woken, self._lifeline]
        patience = None
        if self._deadline:
            patience = max(self._deadline - time.monotonic(), KILL_AGAIN_S)
        ready, _, _ = select.select(watched, [], [], patience)
        if woken in ready:
            with suppress(BlockingIOError):
                os.read(woken, 4096)
        if self._lifeline in ready:
            self._asked += 1

    def _obey(self) -> None:
        if self._asked > self._heard:
            self._heard = self._asked
            if self._deadline is None:
                self._deadline = time.monotonic() + self._grace_s
                _send(self._child, signal.SIGTERM)
            else:  # asked twice: at once
                self._deadline = time.monotonic()
        if self._deadline is not None and time.monotonic() >= self._deadline:
            _signal_all(signal.SIGKILL)


def processes() -> Iterator[Process]:
    """Yield every process that can be seen."""
    if not IS_LINUX:
        yield from _processes_by_ps()
        return
    for name in os.listdir("/proc"):
        if name.isdecimal():
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                # pid (name of any characters) state parent group session: proc(5)
                words = file.read().rpartition(b")")[2].split()
                yield Process(int(name), int(words[1]), int(words[3]))


def _processes_by_ps() -> Iterator[Process]:
    listed = subprocess.run(
        ["/bin/ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False
    )
    for line in listed.stdout.splitlines():
        pid, parent = line.split()
        yield Process(int(pid), int(parent), 0)


def _descendants() -> set[int]:
    children: dict[int, list[int]] = {}
    for process in processes():
        children.setdefault(process.parent, []).append(process.pid)
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting.extend(below)
    return found


def _signal_all(number: signal.Signals) -> None:
    for pid in _descendants():
        _send(pid, number)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _become(command: list[str], guard: int, mask: set[int]) -> NoReturn:
    """Turn the forked process into the program, with signals as a program expects them."""
    for number in (*HEARD, signal.SIGCHLD, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.setpgid(0, 0)  # a program that signals its own group must not hit the guard
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        if os.getppid() == guard:  # it may have died before prctl was called
            os.execvp(command[0], command)  # noqa: S606 - that is its purpose
    except OSError as error:
        os.write(2, f"cannot start {command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(CANNOT_START)


def _prctl(option: int, value: int) -> None:
    if IS_LINUX:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing


def _end_as(status: int) -> NoReturn:
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):  # KILL cannot be caught, so it need not be reset
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    _end_as(Guard(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]).run())
