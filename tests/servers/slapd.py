"""A private OpenLDAP server for one test run: loopback only, one folder, gone afterwards."""

import base64
import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

PROGRAM = shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
MODULES = ("/usr/lib/ldap", "/usr/lib/openldap", "/usr/lib64/openldap", "/usr/libexec/openldap")
SCHEMAS = ("/etc/ldap/schema", "/etc/openldap/schema")
ROOT_PASSWORD = "root-password"
START_S = 15


@dataclass(frozen=True)
class RunningSlapd:
    """A server that answers now. `bind_dn` is its administrator, whom no limit stops."""

    uri: str
    ldaps_uri: str
    suffix: str
    bind_dn: str
    password: str
    process: subprocess.Popen[bytes]
    log_file: Path

    def log(self) -> str:
        """Return what the server has written so far: a line per connection and operation."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def wait_for_log(self, text: str, *, since: int = 0) -> None:
        """Return as soon as `text` stands in the log behind its first `since` characters."""
        wait_until(lambda: text in self.log()[since:])


def require_slapd() -> None:
    """Skip the test where OpenLDAP's server is not installed."""
    if PROGRAM is None:
        pytest.skip("slapd is not installed (Debian: apt-get install slapd)")


@contextmanager
def running_slapd(
    folder: Path,
    ldif_text: str,
    *,
    suffix: str,
    extra_config: str = "",
    database_config: str = "",
) -> Iterator[RunningSlapd]:
    """Start a server in `folder`, filled with `ldif_text`; stop it after the block.

    :param extra_config: lines of slapd.conf for the whole server, such as `allow bind_anon_dn`
    :param database_config: lines for the database, such as `limits` and `access`; without any,
        whoever has signed in may read, and nobody else
    """
    require_slapd()
    folder.mkdir(parents=True, exist_ok=True)
    config = _configure(folder, suffix, extra_config, database_config)
    _load(config, folder, ldif_text)
    server = _start(config, folder, suffix, has_tls="TLSCertificateFile" in extra_config)
    try:
        yield server
    finally:
        _stop(server.process)


def ssha(password: str) -> str:
    """Return `password` as OpenLDAP stores it."""
    salt = os.urandom(8)
    digest = hashlib.sha1(password.encode() + salt).digest()  # noqa: S324 (the server's format)
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def wait_until(is_done: Callable[[], bool], *, limit_s: float = START_S) -> None:
    """Return as soon as `is_done` says so; fail after `limit_s` seconds."""
    end, pause = monotonic() + limit_s, Event()
    while not is_done():
        if monotonic() > end:
            raise TimeoutError(f"not done after {limit_s} s")
        pause.wait(0.01)


def _configure(folder: Path, suffix: str, extra_config: str, database_config: str) -> Path:
    (folder / "db").mkdir(exist_ok=True)
    schemas = next(filter(os.path.isdir, SCHEMAS))
    modules = next(filter(os.path.isdir, MODULES), None)
    lines = [f"include {schemas}/{name}.schema" for name in ("core", "cosine", "inetorgperson")]
    if modules is not None:
        lines += [f"modulepath {modules}", "moduleload back_mdb"]
    lines += [
        f"pidfile {folder}/slapd.pid",
        f"argsfile {folder}/slapd.args",
        "loglevel stats",
        "threads 2",
        extra_config,
        "database mdb",
        f'suffix "{suffix}"',
        f'rootdn "cn=root,{suffix}"',
        f"rootpw {ssha(ROOT_PASSWORD)}",
        f"directory {folder}/db",
        "maxsize 268435456",
        "dbnosync",
        "index objectClass,entryUUID,entryCSN,uid eq",
        database_config
        or "access to attrs=userPassword by anonymous auth by * none\n"
        "access to * by users read by * none",
    ]
    config = folder / "slapd.conf"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config


def _load(config: Path, folder: Path, ldif_text: str) -> None:
    ldif = folder / "load.ldif"
    ldif.write_text(ldif_text, encoding="utf-8")
    command = [str(PROGRAM), "-T", "add", "-q", "-f", str(config), "-l", str(ldif)]
    done = subprocess.run(  # noqa: S603 (our own words)
        command, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise RuntimeError(f"slapadd: {done.stderr[-2000:]}")


def _start(config: Path, folder: Path, suffix: str, *, has_tls: bool) -> RunningSlapd:
    for _attempt in range(3):  # another program may take the port before slapd does
        port, tls_port = _free_port(), _free_port()
        uri, ldaps_uri = f"ldap://127.0.0.1:{port}", f"ldaps://127.0.0.1:{tls_port}"
        listeners = f"{uri} {ldaps_uri}" if has_tls else uri
        log_file = folder / "slapd.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 (our own words)
                [str(PROGRAM), "-d", "stats", "-f", str(config), "-h", listeners],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if _is_answering(process, port):
            root = f"cn=root,{suffix}"
            return RunningSlapd(uri, ldaps_uri, suffix, root, ROOT_PASSWORD, process, log_file)
    raise RuntimeError(f"slapd does not start: {log_file.read_text()[-2000:]}")


def _is_answering(process: subprocess.Popen[bytes], port: int) -> bool:
    end = monotonic() + START_S
    while process.poll() is None and monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            try:
                process.wait(timeout=0.02)
            except subprocess.TimeoutExpired:
                continue
        else:
            return True
    _stop(process)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
