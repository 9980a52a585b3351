"""Unix sockets: where they may be, and who listens there."""

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

from lupweb.errors import InvalidSetting
from lupweb.texts import _

LONGEST_PATH = 99  # bytes; the kernel takes 107, macOS 103, and servers make longer names meanwhile
CONNECT_WITHIN_S = 1.0


def short_socket(folder: Path, name: str) -> Path:
    """Return the path of the socket `name` in `folder`, or in a short private folder of its own.

    The same folder gets the same path each time, in every process of this user.

    :raises InvalidSetting: if the short folder belongs to somebody else
    """
    wanted = folder.absolute() / name
    if _fits(wanted):
        return wanted
    own = f"lupweb-{os.getuid()}-{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]}"
    for parent in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - private below
        path = Path(parent) / own / name
        if path.is_absolute() and path.parents[1].is_dir() and _fits(path):
            _make_private(path.parent)
            return path
    raise InvalidSetting(
        _(
            "The path %(path)s is too long for a unix socket. Move the instance folder to a"
            " shorter path, with LUPWEB_INSTANCE.",
            path=wanted,
        )
    )


def somebody_listens(path: Path) -> bool:
    """Return whether a living process accepts connections at `path`; a left-over file does not."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(CONNECT_WITHIN_S)
        try:
            caller.connect(os.fspath(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except (TimeoutError, BlockingIOError):  # its queue is full: it is there
            return True
    return True


def answer(caller: socket.socket, request: bytes, max_bytes: int) -> bytes:
    """Send `request` and return what comes back first, at most `max_bytes`; nothing if none."""
    try:
        caller.sendall(request)
        return caller.recv(max_bytes)
    except OSError:
        return b""


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_PATH


def _make_private(folder: Path) -> None:
    """Make `folder`, for us alone; in a shared place somebody may have been there before."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not is_ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise InvalidSetting(
            _(
                "The folder %(folder)s exists and is not private to this user. Nothing was"
                " started. Remove it, or move the instance folder to a shorter path.",
                folder=folder,
            )
        )
