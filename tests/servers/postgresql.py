"""A real PostgreSQL for one test run, on a unix socket; skipped where it is not installed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

MISSING = "no PostgreSQL server here; to run this, install it (Debian: apt-get install postgresql)"
READY_WITHIN_S = 20
STOPPED_WITHIN_S = 10

# A test run may be repeated, so nothing of it needs to survive a power cut.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@contextmanager
def running_postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL while the block lasts; give the URL of its first, empty database.

    PostgreSQL refuses to run as root: then it runs as another user, in a folder of that user.

    :param folder: where its log is kept
    """
    programs = _programs()
    if programs is None:
        pytest.skip(MISSING)
    owner = _owner()
    with tempfile.TemporaryDirectory(prefix="lup-") as short:
        if owner:
            os.chown(short, owner["user"], owner["group"])
        _make_cluster(programs, short, owner)
        log = folder / "postgresql.log"
        with log.open("wb") as output:
            server = subprocess.Popen(  # noqa: S603 - our own arguments
                _command(programs, short), stdout=output, stderr=output, cwd=short, **owner
            )
        try:
            _wait_until_ready(server, url := f"postgresql://lupweb@/postgres?host={short}", log)
            yield url
        finally:
            _stop(server)


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


def _command(programs: Path, short: str) -> list[str]:
    settings = {**FAST, "listen_addresses": "", "unix_socket_directories": short}
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
