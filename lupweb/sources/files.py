"""Open a file below one folder, and be sure that nobody is writing it (hostile-input.md B63)."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lupweb import clock
from lupweb.errors import InvalidValue, LupwebError
from lupweb.sources.reader import AT_ONCE
from lupweb.texts import _

LARGEST = 200 * 1_048_576
"""Bytes of a file."""
STABLE_S = 5.0
"""For so long nobody may have written it."""
Wait = Callable[[float], None]


class TryLater(LupwebError):
    """The file is being written now, or was replaced while it was read. Nothing was taken."""


@dataclass(frozen=True)
class _Mark:
    """What differs as soon as another file is there, or another content."""

    device: int
    number: int
    size: int
    changed_ns: int


def check_name(name: str) -> None:
    """Refuse what leads out of the folder.

    :raises InvalidValue: with what to write instead
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise InvalidValue(
            _(
                "Write the name of a file in the folder for imports, such as people.xml or"
                " hr/people.xml."
            )
        )


@contextmanager
def opened(folder: Path, name: str, wait: Wait = time.sleep) -> Iterator[Iterator[bytes]]:
    """Open a file below `folder` without following links; yields its content in pieces.

    Leaving the block compares the file with what it was before.

    :param wait: waits for so many seconds, where the file was written a moment ago
    :raises InvalidValue: if it is not there, no regular file, behind a link, or too large
    :raises TryLater: if it is being written, or was changed or replaced since it was opened
    """
    check_name(name)
    with _descriptor(folder, PurePosixPath(name).parts) as descriptor:
        before = _mark(os.fstat(descriptor))
        if before.size > LARGEST:
            raise _too_large()
        _wait_until_stable(descriptor, before, wait)
        yield _pieces(descriptor)
        with _descriptor(folder, PurePosixPath(name).parts) as again:
            is_same = before == _mark(os.fstat(descriptor)) == _mark(os.fstat(again))
    if not is_same:
        raise TryLater(
            _("The file was changed while it was read. Nothing was taken; import it again.")
        )


@contextmanager
def _descriptor(folder: Path, parts: tuple[str, ...]) -> Iterator[int]:
    """Open one part of the path after the other, none of them a link."""
    place = Path(folder, *parts)
    with _in_our_words(place):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            with _in_our_words(place):
                inner = os.open(
                    part,
                    os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
                    dir_fd=descriptor,
                )
            os.close(descriptor)
            descriptor = inner
        with _in_our_words(place):
            kind = os.stat(parts[-1], dir_fd=descriptor, follow_symlinks=False)
            _require_regular(kind, place)  # opening a device or a pipe may already do something
            file = os.open(
                parts[-1],
                os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC,
                dir_fd=descriptor,
            )
    finally:
        os.close(descriptor)
    try:
        _require_regular(os.fstat(file), place)
        yield file
    finally:
        os.close(file)


@contextmanager
def _in_our_words(place: Path) -> Iterator[None]:
    """Say in our words why a file cannot be opened.

    :raises InvalidValue: for whatever the system refuses
    """
    try:
        yield
    except FileNotFoundError as error:
        raise InvalidValue(_("There is no file %(path)s.", path=place)) from error
    except OSError as error:
        raise InvalidValue(
            _(
                "The file %(path)s cannot be opened: %(why)s. Links are not followed.",
                path=place,
                why=error.strerror,
            )
        ) from error


def _require_regular(found: os.stat_result, place: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise InvalidValue(
            _(
                "%(path)s is no regular file. Links, folders, pipes and devices are not read.",
                path=place,
            )
        )


def _wait_until_stable(descriptor: int, before: _Mark, wait: Wait) -> None:
    """Let `STABLE_S` pass since the file was written last; a clock of the future counts as now."""
    age_s = clock.now().timestamp() - before.changed_ns / 1_000_000_000
    if age_s >= STABLE_S:
        return
    wait(STABLE_S - max(0.0, age_s))
    if _mark(os.fstat(descriptor)) != before:
        raise TryLater(
            _("The file is being written now. Nothing was taken; import it again in a minute.")
        )


def _pieces(descriptor: int) -> Iterator[bytes]:
    taken = 0
    while piece := os.read(descriptor, AT_ONCE):
        taken += len(piece)
        if taken > LARGEST:
            raise _too_large()
        yield piece


def _mark(found: os.stat_result) -> _Mark:
    return _Mark(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _too_large() -> InvalidValue:
    return InvalidValue(_("The file is larger than %(most)s MiB.", most=LARGEST // 1_048_576))
