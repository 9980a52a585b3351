"""Services of a single machine as children of one process: started, listened to, all stopped.

Two nets keep anything from staying behind. Each child has a guard (guard.py) that ends it when this
process is gone, however that happened; and on Linux the kernel kills the child with its guard.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any, Self

from lupweb.embedded import guard
from lupweb.errors import LupwebError
from lupweb.texts import Text, _

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = (36, 33, 32, 35, 34, 31)
NAME_WIDTH = 10
LONGEST_LINE = 64 * 1024
PROBE_EVERY_S = 0.05
LOOK_EVERY_S = 5.0  # signals wake us; this is for a signal that got lost
GUARD_IS_LATE_S = 5.0
FIT_AFTER_S = 5.0  # what ends sooner would end again
OUR_NAME = "lup"
CONTROL = {code: f"\\x{code:02x}" for code in [*range(9), *range(11, 32), *range(127, 160)]}


@dataclass(frozen=True, kw_only=True)
class Child:
    """A program to run.

    :param env: its whole environment; None: ours
    :param ready: tells, without waiting long, whether the program answers; None: it need not
    :param stop_within_s: how long it may take to stop before it is killed
    :param comes_back: started again when it ends by itself; else its end is the end of all
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    ready: Callable[[], bool] | None = None
    ready_within_s: float = 30
    stop_within_s: float = 10
    comes_back: bool = False


@dataclass(eq=False, kw_only=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    lifeline: int
    colour: int
    unfinished: bytearray = field(default_factory=bytearray)
    began_s: float = field(default_factory=time.monotonic)


class Supervisor:
    """Starts children in order and stops them in reverse; to be used in a `with` block.

    Inside `start`, `run` and `stop` a signal is obeyed in an orderly way. Elsewhere in the block it
    raises KeyboardInterrupt, so that long work between two starts can be interrupted.
    """

    def __init__(self, write: Callable[[str], None] | None = None) -> None:
        """Pass each line of output to `write`, without a line end; None: to standard error."""
        self._write = write or _to_stderr
        self._coloured = write is None and sys.stderr.isatty() and "NO_COLOR" not in os.environ
        self._running: list[_Running] = []
        self._asked = 0
        self._is_attentive = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._wakeup_before = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in STOPPING:
            self._before[number] = signal.signal(number, self._obey)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._selector.close()
        self._woken.close()
        self._wake.close()

    def start(self, child: Child) -> None:
        """Start `child` and wait until it is ready.

        :raises LupwebError: if it, or another child, ends meanwhile, or is not ready in time
        :raises KeyboardInterrupt: if we are told to stop meanwhile
        """
        self._is_attentive = True
        try:
            self._running.append(self._spawn(child))
            self._await_ready(child)
        finally:
            self._is_attentive = False
        if self._asked:
            raise KeyboardInterrupt

    def run(self) -> int:
        """Wait until we are told to stop, or a child ends; stop all.

        :return: 0 if we were told, 1 if a child ended by itself
        """
        self._is_attentive = True
        ended = None
        while not self._asked:
            ended = self._find_ended()
            if ended is not None and not self._revive(ended):
                break
            self._pump(LOOK_EVERY_S)
        ended = None if self._asked else ended
        if ended is None:
            self._say(_("Stopping."))
        else:
            self._drain(ended)
            how = _how_it_ended(ended.process.returncode)
            said = _("%(name)s %(how)s. Stopping the others.", name=ended.child.name, how=how)
            self._say(said)
        self.stop()
        return int(ended is not None)

    def stop(self) -> None:
        """Stop all children, the last one first. A second Ctrl-C kills what is left."""
        self._is_attentive = True
        while self._running:
            self._end(self._running.pop())

    def _spawn(self, child: Child) -> _Running:
        theirs, ours = os.pipe()  # neither end is inherited, except where it is named
        command = [sys.executable, "-I", "-S", str(guard.__file__), str(theirs)]
        try:
            process = subprocess.Popen(  # noqa: S603 - what to run is our caller's own choice
                [*command, str(child.stop_within_s), *child.argv],
                env=None if child.env is None else dict(child.env),
                cwd=child.cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs],
                start_new_session=True,  # Ctrl-C of the terminal is for us alone
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        return self._listen(child, process, ours)

    def _listen(self, child: Child, process: subprocess.Popen[bytes], lifeline: int) -> _Running:
        output = process.stdout
        assert output is not None  # noqa: S101 - for the type checker; it is a pipe
        colour = COLOURS[len(self._running) % len(COLOURS)]
        running = _Running(
            child=child, process=process, output=output, lifeline=lifeline, colour=colour
        )
        os.set_blocking(output.fileno(), False)
        self._selector.register(output, selectors.EVENT_READ, running)
        return running

    def _await_ready(self, child: Child) -> None:
        deadline = time.monotonic() + child.ready_within_s
        while not self._asked and child.ready is not None and not child.ready():
            if time.monotonic() > deadline:
                raise LupwebError(
                    _(
                        "%(name)s did not get ready within %(seconds)s seconds."
                        " Its last lines above say why.",
                        name=child.name,
                        seconds=f"{child.ready_within_s:g}",
                    )
                )
            self._pump(PROBE_EVERY_S)
            self._check_all_run()

    def _check_all_run(self) -> None:
        ended = self._find_ended()
        if ended is not None:
            self._drain(ended)
            how = _how_it_ended(ended.process.returncode)
            raise LupwebError(_("%(name)s %(how)s.", name=ended.child.name, how=how))

    def _revive(self, ended: _Running) -> bool:
        """Start a child again that ended by itself; False if that would not help."""
        child = ended.child
        if not child.comes_back or time.monotonic() - ended.began_s < FIT_AFTER_S:
            return False
        how = _how_it_ended(ended.process.returncode)
        self._end(ended)
        self._say(_("%(name)s %(how)s. Starting it again.", name=child.name, how=how))
        self._running[self._running.index(ended)] = self._spawn(child)
        return True

    def _find_ended(self) -> _Running | None:
        return next((each for each in self._running if each.process.poll() is not None), None)

    def _end(self, running: _Running) -> None:
        os.close(running.lifeline)
        deadline = time.monotonic() + running.child.stop_within_s + GUARD_IS_LATE_S
        while running.process.poll() is None and time.monotonic() < deadline:
            self._pump(PROBE_EVERY_S)
            if self._asked > 1:
                running.process.terminate()  # a guard that is asked twice kills at once
        if running.process.poll() in {None, -signal.SIGKILL}:  # the guard itself may be the victim
            _kill_session(running.process.pid)
        running.process.wait()
        self._drain(running)
        self._hang_up(running)

    def _pump(self, timeout_s: float) -> None:
        """Wait for output or a signal, and pass on what was said."""
        for key, _events in self._selector.select(timeout_s):
            if key.data is not None:
                self._read(key.data)
                continue
            with suppress(BlockingIOError):
                self._woken.recv(4096)

    def _drain(self, running: _Running) -> None:
        while self._read(running):
            pass

    def _read(self, running: _Running) -> bool:
        """Pass on the complete lines of what can be read now; return whether there was any."""
        if running.output.closed:
            return False
        try:
            piece = os.read(running.output.fileno(), LONGEST_LINE)
        except BlockingIOError:
            return False
        unfinished = running.unfinished
        unfinished += piece
        *lines, rest = unfinished.split(b"\n")
        if rest and (not piece or len(rest) >= LONGEST_LINE):
            lines, rest = [*lines, rest], bytearray()
        running.unfinished = rest
        for line in lines:
            self._print(running.child.name, line.decode(errors="replace"), running.colour)
        if not piece:
            self._hang_up(running)
        return bool(piece)

    def _hang_up(self, running: _Running) -> None:
        if not running.output.closed:
            self._selector.unregister(running.output)
            running.output.close()

    def _say(self, said: Text) -> None:
        self._print(OUR_NAME, str(said), 0)

    def _print(self, name: str, line: str, colour: int) -> None:
        prefix = f"{name:<{NAME_WIDTH}} |"
        if self._coloured:
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        self._write(f"{prefix} {line.rstrip().translate(CONTROL)}")

    def _obey(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1
        if not self._is_attentive:
            raise KeyboardInterrupt


def _how_it_ended(returncode: int) -> Text:
    if returncode < 0:
        meaning = signal.strsignal(-returncode) or "-"
        return _("was ended by signal %(n)s (%(meaning)s)", n=-returncode, meaning=meaning)
    return _("ended by itself with exit code %(code)s", code=returncode)


def _kill_session(session: int) -> None:
    for process in guard.processes():
        if process.session == session:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


def _to_stderr(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone (SIGHUP); stopping goes on
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
