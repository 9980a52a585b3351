"""Have pictures made anew by a child process; it may die of one of them, we do not."""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import structlog

from lupweb.errors import InvalidValue, MissingPart
from lupweb.texts import Text, _, ngettext

SIZES = (48, 96, 256, 512)
"""Sides of the squares that are made of a picture, in pixels."""
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000  # of which memory and time are good for
PIXELS = b"pixels"
LONGEST_ANSWER = 4 * 1024 * 1024  # four JPEGs of at most 512 x 512 pixels
CHILD = Path(__file__).with_name("picture_child.py")
LENGTH = struct.Struct("!I")
FRAME = struct.Struct("!HI")
WISH = struct.Struct("!HHHH")
WHOLE = 0
"""The size under which the whole picture is kept, from which the squares were cut."""
LONGEST_WHOLE = 1536
"""Longest side of a whole picture, in pixels: enough to cut a square of a third of it."""
HANDED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # the rest of the environment holds secrets
MADE = b"made"
REFUSALS: dict[bytes, Text] = {
    b"kind": _("This is no JPEG, PNG or WebP picture, or its beginning is damaged."),
    b"broken": _("The picture is damaged and cannot be read to its end."),
}
EMPTY = _("There is no picture in it: it has zero bytes.")
TOO_LARGE = _("The picture has more than 10 MiB. A smaller one is needed.")
TOO_COSTLY = _("The picture takes too much time or memory to be read. A simpler one is needed.")

log = structlog.get_logger()


@dataclass(frozen=True)
class Limits:
    """What one picture may take; a few of `wall_s` must fit into the time that a lease lives."""

    cpu_s: int = 5
    wall_s: int = 8
    memory_bytes: int = 512 * 1024 * 1024
    most_pixels: int = MOST_PIXELS


@dataclass(frozen=True)
class Crop:
    """Which square of a picture is shown.

    :param zoom_percent: 100: as large as fits; 300: a third of that
    :param across: where it lies, from 0 (left) to 100 (right)
    :param down: from 0 (top) to 100 (bottom)
    """

    zoom_percent: int = 100
    across: int = 50
    down: int = 50

    @property
    def text(self) -> str:
        """Return it as a text that differs where the crop differs."""
        return f"{self.zoom_percent} {self.across} {self.down}"


class _Ended(Exception):
    """The child has died, or does not keep to the agreement."""


class PictureMaker:
    """Makes squares of pictures, in one child for all of them; after a death in the next one.

    Belongs to one thread; a process that forks opens it after the fork. Use it in a `with` block.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id of the child, or None while there is none."""
        return self._child.pid if self._child else None

    def make(self, content: bytes) -> dict[int, bytes]:
        """Return the middle of a picture as JPEGs by size: pixels, and nothing else of it.

        The largest sizes are left out where the picture itself is smaller.

        :param content: JPEG, PNG or WebP; what it is called and said to be does not count
        :raises InvalidValue: if it cannot be used; the sentence says why
        :raises MissingPart: if no child can be started
        """
        return self._made(content, (0, 100, 50, 50))

    def cut(self, content: bytes, crop: Crop) -> dict[int, bytes]:
        """Return the square that was chosen, as `make` does, and under `WHOLE` the whole picture.

        :raises InvalidValue: if it cannot be used; the sentence says why
        :raises MissingPart: if no child can be started
        """
        return self._made(content, (LONGEST_WHOLE, crop.zoom_percent, crop.across, crop.down))

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None or child.stdin is None or child.stdout is None:
            return
        child.kill()  # between two pictures there is nothing to lose
        with suppress(BrokenPipeError):
            child.stdin.close()
        child.stdout.close()
        child.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _made(self, content: bytes, wish: tuple[int, int, int, int]) -> dict[int, bytes]:
        if not content:
            raise InvalidValue(EMPTY)
        if len(content) > MOST_BYTES:
            raise InvalidValue(TOO_LARGE)
        answer = self._asked(content, WISH.pack(*wish))
        if answer == PIXELS:
            raise InvalidValue(_too_many(self._limits.most_pixels))
        if answer in REFUSALS:
            raise InvalidValue(REFUSALS[answer])
        return dict(_pictures(answer.removeprefix(MADE)))

    def _asked(self, content: bytes, wish: bytes) -> bytes:
        child = self._running()
        try:
            return _answer(child, content, wish)
        except (_Ended, BrokenPipeError) as error:
            self.close()
            log.warning("a picture ended its reader", bytes=len(content), code=child.returncode)
            raise InvalidValue(TOO_COSTLY) from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self.close()
        if self._child is None:
            self._child = self._started()
        return self._child

    def _started(self) -> subprocess.Popen[bytes]:
        limits = astuple(self._limits)
        self._child = subprocess.Popen(  # noqa: S603 - our own file, and numbers
            [sys.executable, "-I", str(CHILD), *map(str, limits), *map(str, SIZES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a library says may be the sender's own words
            env={name: os.environ[name] for name in HANDED_ON if name in os.environ},
        )
        try:
            _next_message(self._child.stdout)
        except _Ended as error:
            self.close()
            raise MissingPart(
                _(
                    "The part that reads pictures does not start. No picture was changed."
                    " Check that Pillow is installed and that memory is left."
                )
            ) from error
        return self._child


def re_encode(content: bytes) -> dict[int, bytes]:
    """Return the squares of one picture, see `PictureMaker.make`."""
    with PictureMaker() as maker:
        return maker.make(content)


def _too_many(most_pixels: int) -> Text:
    return ngettext(
        "The picture has more than %(n)s million pixels, or a side of more than 10,000."
        " A smaller one is needed.",
        "The picture has more than %(n)s million pixels, or a side of more than 10,000."
        " A smaller one is needed.",
        most_pixels // 1_000_000,
    )


def _answer(child: subprocess.Popen[bytes], content: bytes, wish: bytes) -> bytes:
    if child.stdin is None:
        raise _Ended
    child.stdin.write(LENGTH.pack(len(wish) + len(content)) + wish)
    child.stdin.write(content)
    child.stdin.flush()
    answer = _next_message(child.stdout)
    if answer not in {*REFUSALS, PIXELS} and not answer.startswith(MADE):
        raise _Ended
    return answer


def _next_message(stream: IO[bytes] | None) -> bytes:
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    if length > LONGEST_ANSWER:
        raise _Ended
    return _exactly(stream, length)


def _exactly(stream: IO[bytes] | None, count: int) -> bytes:
    received = stream.read(count) if stream else b""
    if len(received) < count:
        raise _Ended
    return received


def _pictures(frames: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(frames):
        size, length = FRAME.unpack_from(frames, start)
        start += FRAME.size
        yield size, frames[start : start + length]
        start += length
