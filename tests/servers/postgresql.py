"""A real PostgreSQL for one test run, on a unix socket; skipped where it is not installed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

MISSING = "no PostgreSQL server here; to run this, install it (Debian: apt-get install postgresql)"
READY_WITHIN_S = 20
STOPPED_WITHIN_S = 10

# A test run may be repeated, so nothing of it needs to survive a power cut.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass
class Cluster:
    """A PostgreSQL that may be killed, and started again on the same data."""

    url: str
    argv: Sequence[str]
    options: Mapping[str, Any]
    log: Path
    server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers; also while a killed one's children still end."""
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            with self.log.open("ab") as output:
                self.server = subprocess.Popen(  # noqa: S603 - our own arguments
                    self.argv, stdout=output, stderr=output, **self.options
                )
            try:
                _wait_until_ready(self.server, self.url, self.log)
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def kill(self) -> None:
        """End its first process as a power cut would."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()

    def stop(self) -> None:
        """End it, and with it whatever is connected."""
        if self.server is not None:
            _stop(self.server)


@contextmanager
def running_postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL while the block lasts; give the URL of its first, empty database."""
    with a_cluster(folder) as cluster:
        yield cluster.url


@contextmanager
def a_cluster(folder: Path, *, is_killed: bool = False) -> Iterator[Cluster]:
    """Run a PostgreSQL while the block lasts, to be killed and started again.

    PostgreSQL refuses to run as root: then it runs as another user, in a folder of that user.

    :param folder: where its log is kept
    :param is_killed: what it committed must be there when it is started again
    """
    programs = _programs()
    if programs is None:
        pytest.skip(MISSING)
    owner = _owner()
    with tempfile.TemporaryDirectory(prefix="lup-") as short:
        if owner:
            os.chown(short, owner["user"], owner["group"])
        _make_cluster(programs, short, owner)
        cluster = Cluster(
            url=f"postgresql://lupweb@/postgres?host={short}",
            argv=_command(programs, short, is_killed=is_killed),
            options={"cwd": short, **owner},
            log=folder / "postgresql.log",
        )
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Make an empty database on the server while the block lasts; give its URL."""
    name = f"lupweb_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield server_url.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _programs() -> Path | None:
    """Return the folder that holds initdb and postgres, of the newest version there is."""
    by_version = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parent.parent.name),
    )
    on_path = shutil.which("initdb", path=f"{os.environ['PATH']}:/usr/local/bin")
    found = by_version[-1] if by_version else on_path and Path(on_path).resolve()
    return found.parent if found else None


def _owner() -> dict[str, Any]:
    """Return what makes subprocess run a program as another user, if we are root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _make_cluster(programs: Path, short: str, owner: dict[str, Any]) -> None:
    options = ["--username=lupweb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(  # noqa: S603 - our own arguments
        [programs / "initdb", f"--pgdata={short}/data", *options],
        capture_output=True,
        check=False,
        cwd=short,
        **owner,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stderr.decode(errors='replace')}")


def _command(programs: Path, short: str, *, is_killed: bool) -> list[str]:
    lasting = {"synchronous_commit": "on"} if is_killed else {}
    settings = {**FAST, **lasting, "listen_addresses": "", "unix_socket_directories": short}
    pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", f"{short}/data", *pairs]


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": open connections are ended
    try:
        server.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
