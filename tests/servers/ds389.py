"""A private 389 Directory Server for one test run: loopback only, one folder, gone afterwards.

It is made by `dscreate` below a prefix of its own, in a network of its own, where it can collide
with nobody's; then it listens at a free port of 127.0.0.1. That takes some 20 s.
"""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ldap
import pytest

from tests.servers.slapd import wait_until

PACKAGES = "389-ds-base python3-lib389"
NEEDED = ("ns-slapd", "dscreate", "unshare", "ip")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
HOST = "127.0.0.1"
ROOT = "cn=Directory Manager"
PASSWORD = "Admin-pw-2026!"
INSTANCE = "tested"
DEFAULTS = Path("/usr/share/dirsrv/inf/defaults.inf")
INSTALLED = Path("/etc/dirsrv")
FOLDERS = (
    "share/dirsrv/inf", "etc/default", "etc/dirsrv", "run/lock/dirsrv", "run/dirsrv", "tmp", "shm",
    "var/log/dirsrv", "var/lib/dirsrv", "lib/dirsrv",
)  # fmt: skip
MADE_WITHIN_S = 120
READY_WITHIN_S = 60
STOPPED_WITHIN_S = 30
LAST_LINES = 2000  # characters
WISHES = """\
[general]
full_machine_name = localhost
strict_host_checking = False
start = False
[slapd]
instance_name = {instance}
port = {port}
root_password = {password}
self_sign_cert = False
[backend-userroot]
suffix = {suffix}
create_suffix_entry = True
"""


@dataclass(frozen=True)
class RunningDs389:
    """A server that answers now. `bind_dn` is its administrator, whom no right stops."""

    uri: str
    suffix: str
    bind_dn: str = ROOT
    password: str = PASSWORD

    def signed_in(self) -> "ldap.ldapobject.SimpleLDAPObject":
        """Return a connection of the administrator, to be ended by the caller."""
        handle = ldap.initialize(self.uri)
        handle.simple_bind_s(self.bind_dn, self.password)
        return handle


def require_ds389() -> None:
    """Skip the test where no 389 Directory Server can run."""
    if os.geteuid() or not all(shutil.which(name, path=PATH) for name in NEEDED):
        pytest.skip(f"389 DS needs root, and (Debian): apt-get install {PACKAGES}")


@contextmanager
def running_ds389(folder: Path, *, suffix: str) -> Iterator[RunningDs389]:
    """Make and run a server that holds nothing but its suffix while the block lasts."""
    require_ds389()
    folder = folder.resolve()
    port = _free_port()
    environment = {**os.environ, "PATH": PATH, "PREFIX": str(folder)}
    _make(folder, suffix, port, environment)
    running = RunningDs389(f"ldap://{HOST}:{port}", suffix)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (our own words)
            [_program("ns-slapd"), "-d", "0", "-D", str(_instance(folder)), "-i",
             str(folder / "run/dirsrv/server.pid")],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_until(lambda: _answers(running), limit_s=READY_WITHIN_S)
        yield running
    finally:
        _stop(process)


def _make(folder: Path, suffix: str, port: int, environment: dict[str, str]) -> None:
    for name in FOLDERS:
        (folder / name).mkdir(parents=True)
    for name in ("schema", "config"):
        shutil.copytree(INSTALLED / name, folder / "etc/dirsrv" / name)
    (folder / "share/dirsrv/inf/defaults.inf").write_text(_defaults(folder), "utf-8")
    wishes = folder / "wishes.inf"
    wishes.write_text(
        WISHES.format(instance=INSTANCE, port=port, password=PASSWORD, suffix=suffix), "utf-8"
    )
    make = f"ip link set lo up; exec dscreate from-file {wishes}"
    done = subprocess.run(  # noqa: S603 (our own words)
        [_program("unshare"), "--net", "sh", "-c", make],
        env=environment, capture_output=True, text=True, check=False, timeout=MADE_WITHIN_S,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"dscreate: {(done.stdout + done.stderr)[-LAST_LINES:]}")
    _listen_on_loopback(_instance(folder) / "dse.ldif")


def _defaults(folder: Path) -> str:
    """Return what is installed where, all of it below the folder."""
    text = DEFAULTS.read_text("utf-8")
    for pattern, put in (
        (r"^with_systemd = .*", "with_systemd = 0"),
        (r"^(user|group) = .*", r"\1 = root"),
        (r"^(\w+) = /(etc|var|run|tmp)\b", rf"\1 = {folder}/\2"),
        (r"^db_home_dir = .*", f"db_home_dir = {folder}/shm/slapd-{{instance_name}}"),
        (r"^inst_dir = .*", f"inst_dir = {folder}/lib/dirsrv/slapd-{{instance_name}}"),
    ):
        text = re.sub(pattern, put, text, flags=re.MULTILINE)
    return text


def _listen_on_loopback(settings: Path) -> None:
    text = settings.read_text("utf-8")
    settings.write_text(
        text.replace("nsslapd-port:", f"nsslapd-listenhost: {HOST}\nnsslapd-port:", 1), "utf-8"
    )


def _answers(running: RunningDs389) -> bool:
    try:
        running.signed_in().unbind_s()
    except ldap.SERVER_DOWN:
        return False
    return True


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _instance(folder: Path) -> Path:
    return folder / "etc/dirsrv" / f"slapd-{INSTANCE}"


def _program(name: str) -> str:
    return str(shutil.which(name, path=PATH))


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])
