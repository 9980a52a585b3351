"""A private Samba Active Directory controller for one test run: one folder, gone afterwards.

Its ports are fixed and it wants to be root, so it runs in a network of its own (netbox.py); from
here it is reached at any free port of 127.0.0.1. LDAP is its only service.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import ldap
import pytest
from ldap import modlist

from tests.ldap.certificates import Authority
from tests.ldap.company import Attributes

PACKAGES = "samba samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind attr acl"
NEEDED = ("samba", "samba-tool", "unshare", "ip")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
NETBOX = Path(__file__).with_name("netbox.py")
PASSWORD = "Admin-pw-2026!"
READY_WITHIN_S = 60
STOPPED_WITHIN_S = 15
LAST_LINES = 2000  # characters

CONFIG = """\
[global]
workgroup = {domain}
realm = {realm}
netbios name = DC1
server role = active directory domain controller
server services = ldap
interfaces = 127.0.0.1/8
bind interfaces only = yes
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}
pid directory = {folder}/run
binddns dir = {folder}/bind-dns
ncalrpc dir = {folder}/ncalrpc
ntp signd socket directory = {folder}/ntp
winbindd socket directory = {folder}/wb
log file = {folder}/log.%m
tls enabled = yes
tls cafile = {tls}/test CA.pem
tls certfile = {tls}/server.crt
tls keyfile = {tls}/server.key
ldap server require strong auth = yes
[sysvol]
path = {folder}/state/sysvol
"""


@dataclass(frozen=True)
class RunningSamba:
    """A domain controller that answers now. `bind_dn` is its administrator."""

    uri: str
    ldaps_uri: str
    suffix: str
    realm: str
    ca_file: Path
    process: subprocess.Popen[bytes]
    password: str = PASSWORD

    @property
    def bind_dn(self) -> str:
        """Return the administrator's name."""
        return f"Administrator@{self.realm}"

    def add(self, entries: Iterator[tuple[str, Attributes]]) -> None:
        """Add entries, parents first."""
        handle = self.signed_in()
        try:
            for dn, attributes in entries:
                values = {name: list(each) for name, each in attributes.items()}
                handle.add_s(dn, modlist.addModlist(values))
        finally:
            handle.unbind_s()

    def set(self, dn: str, attribute: str, values: list[bytes] | None) -> None:
        """Replace the values of an attribute; None: it goes."""
        handle = self.signed_in()
        try:
            handle.modify_s(dn, [(ldap.MOD_REPLACE, attribute, values)])
        finally:
            handle.unbind_s()

    def signed_in(self) -> "ldap.ldapobject.SimpleLDAPObject":
        """Return a connection of the administrator, to be ended by the caller."""
        handle = ldap.initialize(self.ldaps_uri)
        handle.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.ca_file))
        handle.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        handle.simple_bind_s(self.bind_dn, self.password)
        return handle


def can_run() -> bool:
    """Return whether a domain controller can run here."""
    return os.geteuid() == 0 and all(shutil.which(name, path=PATH) for name in NEEDED)


def require_samba() -> None:
    """Skip the test where no domain controller can run."""
    if not can_run():
        pytest.skip(f"Samba AD needs root, and (Debian): apt-get install {PACKAGES}")


@contextmanager
def running_samba(folder: Path, *, realm: str = "EXAMPLE.COM") -> Iterator[RunningSamba]:
    """Set up and run a domain controller while the block lasts. The first start takes 10 s."""
    require_samba()
    folder = folder.resolve()
    _provision(folder, realm)
    authority = _write_config(folder, realm)
    with closing(_listener()) as plain, closing(_listener()) as encrypted:
        samba = RunningSamba(
            uri=_address("ldap", plain),
            ldaps_uri=_address("ldaps", encrypted),
            suffix=",".join(f"DC={part.lower()}" for part in realm.split(".")),
            realm=realm,
            ca_file=authority.file,
            process=_started(folder, plain, encrypted),
        )
    try:
        _wait_until_ready(samba, folder)
        samba.set(samba.suffix, "pwdProperties", [b"0"])  # passwords need not be hard to guess
        yield samba
    finally:
        _stop(samba.process)


def _provision(folder: Path, realm: str) -> None:
    base = folder / "base.conf"
    base.write_text(f"[global]\nlog file = {folder}/log.%m\n", encoding="utf-8")
    options = [
        f"--configfile={base}",
        f"--targetdir={folder}",
        f"--realm={realm}",
        f"--domain={_domain(realm)}",
        "--server-role=dc",
        f"--adminpass={PASSWORD}",
        "--dns-backend=NONE",
        "--host-name=dc1",
        "--host-ip=127.0.0.1",
        "--option=interfaces=127.0.0.1/8",
        "--option=bind interfaces only=yes",
    ]
    done = subprocess.run(  # noqa: S603 (our own words)
        [_program("samba-tool"), "domain", "provision", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"samba-tool: {done.stderr[-LAST_LINES:]}")


def _write_config(folder: Path, realm: str) -> Authority:
    """Write smb.conf anew, so that nothing in it points outside the folder."""
    for name in ("run", "cache", "ntp", "wb", "ncalrpc", "tls"):
        (folder / name).mkdir(exist_ok=True)
    authority = Authority(folder / "tls")
    authority.issue()
    (folder / "tls" / "server.key").chmod(0o600)  # or Samba does not take it
    text = CONFIG.format(folder=folder, tls=folder / "tls", realm=realm, domain=_domain(realm))
    (folder / "smb.conf").write_text(text, encoding="utf-8")
    return authority


def _started(
    folder: Path, plain: socket.socket, encrypted: socket.socket
) -> subprocess.Popen[bytes]:
    samba = [_program("samba"), "-i", "-M", "single", "--no-process-group"]
    ports = f"{plain.fileno()}=389,{encrypted.fileno()}=636"
    with (folder / "samba.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 (our own words)
            [
                *(_program("unshare"), "--net", sys.executable, str(NETBOX), ports),
                *(*samba, "-s", str(folder / "smb.conf")),
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=(plain.fileno(), encrypted.fileno()),
        )


def _wait_until_ready(samba: RunningSamba, folder: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while samba.process.poll() is None and time.monotonic() < deadline:
        try:
            samba.signed_in().unbind_s()
        except ldap.LDAPError:
            time.sleep(0.1)
        else:
            return
    log = (folder / "samba.log").read_text(errors="replace")
    raise RuntimeError(f"Samba does not start: {log[-LAST_LINES:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _program(name: str) -> str:
    return str(shutil.which(name, path=PATH))


def _domain(realm: str) -> str:
    return realm.partition(".")[0]


def _listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _address(scheme: str, listener: socket.socket) -> str:
    return f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
