"""Walk through a long list in a process of its own, beside the work on what came already.

Making Python objects of a hundred thousand entries takes as long as storing them, and Python does
one thing at a time. So a child process, forked in the middle of the list, goes on with it and
hands over what is made of each page through a pipe. It is some pages ahead at most: its parent
writes several of them at a time, and neither is to wait for the other meanwhile.

The child touches nothing but the list and the pipe. It is killed when its parent dies or lets go,
and when it dies itself the list has broken off.
"""

import ctypes
import fcntl
import gc
import marshal
import os
import signal
import struct
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import IO, Any, NoReturn, Self

from lupweb import errors
from lupweb.errors import DirectoryError, DirectoryUnavailable
from lupweb.texts import _

IS_POSSIBLE = sys.platform.startswith("linux")  # elsewhere a fork beside threads is not safe
PIPE_BYTES = 1024 * 1024  # what an ordinary user may have, pipe(7)
MOST_AHEAD = 4 * 1024 * 1024
"""Bytes that the child keeps for its parent: with what the pipe holds, about as many people as are
written together."""
LENGTH = struct.Struct("!I")
PAGE, END = "page", "end"
Message = tuple[str, Any]
"""`PAGE` and the page; `END` and the number; or the name of an error and what it says."""
PR_SET_PDEATHSIG = 1  # linux/prctl.h

Pages = Generator[Any, None, int]
"""Yields pages, of types that `marshal` writes; returns a number in the end."""


@contextmanager
def apart(pages: Pages, prepare: Callable[[], None]) -> Iterator[Pages]:
    """Give a generator that does what `pages` does; a child walks through it while the block lasts.

    :param pages: nobody else goes on with it, nor with the connection that it reads from
    :param prepare: called in the child first
    """
    reading, writing = os.pipe()
    _enlarge(writing)
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_the_child(pages, prepare, writing, parent)
    os.close(writing)
    try:
        with open(reading, "rb", buffering=PIPE_BYTES) as pipe:
            yield _received(pipe)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)  # after its last message there is nothing to lose
        os.waitpid(child, 0)


def _received(pipe: IO[bytes]) -> Pages:
    """Yield the pages that the child sends; return its number.

    :raises DirectoryError: what ended the list in the child, or that the child died
    """
    while True:
        kind, content = _next_message(pipe)
        if kind == END:
            return int(content)
        if kind != PAGE:
            raise getattr(errors, kind)(content)
        yield content
        del content  # two pages at once would be twice the memory


def _next_message(pipe: IO[bytes]) -> Message:
    try:
        (length,) = LENGTH.unpack(pipe.read(LENGTH.size))
        message: Message = marshal.loads(pipe.read(length))  # noqa: S302 - from our own child
    except (struct.error, EOFError, ValueError) as error:
        raise DirectoryUnavailable(
            _(
                "The process that read the directory has died. What was written stays; the list"
                " must be read again from its beginning."
            )
        ) from error
    return message


def _be_the_child(pages: Pages, prepare: Callable[[], None], writing: int, parent: int) -> NoReturn:
    """Send everything, and end without clean-up: what there is to clean is the parent's."""
    code = 1
    try:
        _die_with(parent)
        gc.disable()  # nothing here goes in circles, and nothing of the parent's may be closed
        with open(writing, "wb", buffering=0) as pipe:
            _send_everything(pages, prepare, pipe)
        code = 0
    finally:
        os._exit(code)


def _send_everything(pages: Pages, prepare: Callable[[], None], pipe: IO[bytes]) -> None:
    with _Outgoing(pipe) as outgoing:
        try:
            prepare()
            found = _send_pages(pages, outgoing)
        except DirectoryError as error:
            outgoing.send((type(error).__name__, str(error)))
        else:
            outgoing.send((END, found))


def _send_pages(pages: Pages, outgoing: "_Outgoing") -> int:
    while True:
        try:
            outgoing.send((PAGE, next(pages)))
        except StopIteration as end:
            return int(end.value)


class _Outgoing:
    """Messages on their way to the parent, written by a thread while the next page is made."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._is_over = False
        self._moved = Condition()
        self._writer = Thread(target=self._write, daemon=True)

    def send(self, message: Message) -> None:
        """Hand over a message; wait while the parent is `MOST_AHEAD` behind."""
        body = marshal.dumps(message)
        del message  # what it is made of would be in memory twice while this waits
        with self._moved:
            self._moved.wait_for(lambda: self._bytes < MOST_AHEAD)
            self._waiting.append(body)
            self._bytes += len(body)
            self._moved.notify_all()

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Wait until all is written."""
        with self._moved:
            self._is_over = True
            self._moved.notify_all()
        self._writer.join()

    def _write(self) -> None:
        while (body := self._next()) is not None:
            for part in (LENGTH.pack(len(body)), body):  # together they would be in memory twice
                left = memoryview(part)
                while left:
                    left = left[self._pipe.write(left) :]
            with self._moved:
                self._bytes -= len(body)
                self._moved.notify_all()

    def _next(self) -> bytes | None:
        with self._moved:
            self._moved.wait_for(lambda: self._waiting or self._is_over)
            return self._waiting.popleft() if self._waiting else None


def _die_with(parent: int) -> None:
    """End at once when the parent does, whatever this process waits for."""
    for number in (signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def _enlarge(pipe: int) -> None:
    with suppress(OSError):  # the system's limit for this user is reached: it is only slower
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
