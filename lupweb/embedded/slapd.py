"""A private OpenLDAP server in one folder, on loopback only; never the system's service."""

import base64
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lupweb.embedded.sockets import CONNECT_WITHIN_S, answer, short_socket, somebody_listens
from lupweb.errors import LupwebError, MissingPart
from lupweb.texts import _

HOST = "127.0.0.1"
SOCKET_NAME = "slapd.sock"
MANY_BYTES = 4 * 1024**3  # room in the file's map; the file itself grows as it is filled
PROGRAM_FOLDERS = (
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/local/libexec",
    "/opt/homebrew/opt/openldap/libexec",
    "/usr/local/opt/openldap/libexec",
    "/usr/libexec",
)
CONFIG_FOLDERS = (
    Path("/etc/ldap"),
    Path("/etc/openldap"),
    Path("/opt/homebrew/etc/openldap"),
    Path("/usr/local/etc/openldap"),
)
MODULE_FOLDERS = (
    Path("/usr/lib/ldap"),
    Path("/usr/lib64/openldap"),
    Path("/usr/lib/openldap"),
    Path("/usr/libexec/openldap"),
)
SCHEMAS = ("core", "cosine", "inetorgperson")
OVERLAYS = {
    "memberof": ("memberof-dangling ignore", "memberof-refint TRUE"),
    "refint": ("refint_attributes member manager",),
    "ppolicy": (),
    "syncprov": ("syncprov-checkpoint 100 10", "syncprov-sessionlog 1000"),
}
INDEXES = ("objectClass,entryUUID,entryCSN,manager,member eq", "uid,cn,sn,mail eq,sub")
APPARMOR_PROFILE = Path("/etc/apparmor.d/usr.sbin.slapd")
# An anonymous bind, the success that answers it, and good-bye, in the ASN.1 of RFC 4511.
BIND = bytes.fromhex("300c020101600702010304008000")
BOUND = bytes.fromhex("300c02010161070a010004000400")
UNBIND = bytes.fromhex("30050201024200")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a server is to hold, and who may do what.

    :param reader: DN of an entry that may read everything but passwords, without limits
    :param writer: DN of one that may, beside that, change the attributes `writable`
    :param schema: further lines of slapd.conf, such as attribute types
    :param size_limit: how many entries anybody else gets from one search
    """

    suffix: str
    reader: str
    writer: str
    writable: tuple[str, ...]
    schema: str = ""
    size_limit: int = 500

    @property
    def admin(self) -> str:
        """Return the DN of the account that may do anything."""
        return f"cn=admin,{self.suffix}"


def find_slapd() -> str:
    """Return the path of OpenLDAP's server.

    :raises MissingPart: if it is not installed
    """
    found = shutil.which("slapd") or shutil.which("slapd", path=os.pathsep.join(PROGRAM_FOLDERS))
    if found is None:
        raise MissingPart(
            _(
                "OpenLDAP's server slapd is not installed. Debian and Ubuntu: apt-get install"
                " --no-install-recommends slapd. Fedora and RHEL: dnf install openldap-servers."
                " macOS: brew install openldap."
            )
        )
    return found


def kept_passwords(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return a password for each name: made once, kept in `folder`, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "passwords.json"
    kept: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    missing = {name: secrets.token_urlsafe(12) for name in names if name not in kept}
    if missing:
        kept |= missing
        _write_private(path, json.dumps(kept, indent=1))
    return {name: kept[name] for name in names}


def is_filled(folder: Path) -> bool:
    """Return whether `prepare` has loaded this folder to the end."""
    return (folder / "loaded").exists()


def prepare(folder: Path, ldif_path: Path, layout: Layout, admin_password: str) -> None:
    """Write the configuration, and load the LDIF unless the folder is filled already.

    :param ldif_path: entries with their memberOf, parents first; read once, then no longer needed
    :raises MissingPart: if the server or its schema files are not installed
    :raises LupwebError: if the server refuses the LDIF, or may not read the folder
    """
    _refuse_second(folder)
    database = folder / "db"
    if not is_filled(folder):
        shutil.rmtree(database, ignore_errors=True)  # of a load that was cut off
    for each in (folder, database):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_private(_config(folder), "\n".join(_lines(folder, layout, admin_password)) + "\n")
    if not is_filled(folder):
        _load(folder, ldif_path)
        (folder / "loaded").touch()


def server_argv(folder: Path, port: int, *, is_silent: bool = False) -> list[str]:
    """Return the command that serves a prepared folder, in the foreground.

    :param is_silent: it says nothing at all, not even a line for each change that is read back
    :raises LupwebError: if a server is at work in this folder
    """
    _refuse_second(folder)
    listeners = f"ldap://{HOST}:{port} ldapi://{quote(str(_socket(folder)), safe='')}"
    return [
        find_slapd(),
        "-d",
        "0" if is_silent else "none",
        "-f",
        str(_config(folder)),
        "-h",
        listeners,
    ]


def free_port(preferred: int = 0) -> int:
    """Return a port of loopback that is free now: `preferred`, if it is."""
    for port in (preferred, 0):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as slapd does
            try:
                listener.bind((HOST, port))
            except OSError:
                continue
            return int(listener.getsockname()[1])
    raise LupwebError(_("No port is free on %(host)s.", host=HOST))


def is_answering(port: int) -> bool:
    """Return whether an LDAP server answers a bind on this port of loopback now."""
    try:
        with socket.create_connection((HOST, port), CONNECT_WITHIN_S) as caller:
            is_bound = answer(caller, BIND, len(BOUND)) == BOUND
            caller.sendall(UNBIND)
            return is_bound
    except OSError:
        return False


def hashed(password: str, salt: bytes) -> str:
    """Return `password` as OpenLDAP stores it: {SSHA}, RFC 2307 with salt."""
    digest = hashlib.sha1(password.encode() + salt, usedforsecurity=False).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def _lines(folder: Path, layout: Layout, admin_password: str) -> Iterator[str]:
    modules = next((each for each in MODULE_FOLDERS if each.is_dir()), None)
    loadable = [name for name in ("back_mdb", *OVERLAYS) if _is_module(modules, name)]
    built_in = _built_in()
    yield from (f"include {_quoted(path)}" for path in _schema_files())
    yield layout.schema
    if modules is not None:
        yield f"modulepath {_quoted(modules)}"
        yield from (f"moduleload {name}" for name in loadable)
    yield f"pidfile {_quoted(folder / 'slapd.pid')}"
    yield f"argsfile {_quoted(folder / 'slapd.args')}"
    yield "tool-threads 2"
    yield "database mdb"
    yield f"directory {_quoted(folder / 'db')}"
    yield f"maxsize {MANY_BYTES}"
    yield f'suffix "{layout.suffix}"'
    yield f'rootdn "{layout.admin}"'
    yield f"rootpw {hashed(admin_password, secrets.token_bytes(8))}"
    yield from (f"index {index}" for index in INDEXES)
    yield from _rules(layout)
    for name, settings in OVERLAYS.items():
        if name in built_in or name in loadable:
            yield f"overlay {name}"
            yield from settings


def _rules(layout: Layout) -> Iterator[str]:
    reader, writer = f'dn.exact="{layout.reader}"', f'dn.exact="{layout.writer}"'
    yield from (f"limits {who} size=unlimited time=unlimited" for who in (reader, writer))
    limit = layout.size_limit
    yield f"limits * size.soft={limit} size.hard={limit} size.prtotal=unlimited"
    yield "access to attrs=userPassword by anonymous auth by * none"
    yield (
        f"access to attrs={','.join(layout.writable)}"
        f" by {writer} write by {reader} read by self read by * none"
    )
    yield f"access to * by {reader} read by {writer} read by self read by * none"


def _schema_files() -> list[Path]:
    for folder in CONFIG_FOLDERS:
        files = [folder / "schema" / f"{name}.schema" for name in SCHEMAS]
        if all(file.exists() for file in files):
            return files
    raise MissingPart(
        _(
            "The schema files of OpenLDAP (core, cosine, inetorgperson) were not found. They come"
            " with the package slapd, or openldap-servers. Install it anew."
        )
    )


def _is_module(modules: Path | None, name: str) -> bool:
    return modules is not None and any(
        (modules / f"{name}{end}").exists() for end in (".la", ".so")
    )


def _built_in() -> set[str]:
    """Return the overlays and backends that need no module file, as with Homebrew."""
    said = subprocess.run(  # noqa: S603 - our own words
        [find_slapd(), "-VVV"], capture_output=True, text=True, check=False
    )
    return set((said.stdout + said.stderr).split())


def _load(folder: Path, ldif_path: Path) -> None:
    command = [find_slapd(), "-T", "add", "-q", "-f", str(_config(folder)), "-l", str(ldif_path)]
    done = subprocess.run(  # noqa: S603 - our own configuration and file
        command, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode == 0:
        return
    if "Permission denied" in done.stderr and APPARMOR_PROFILE.exists():
        raise LupwebError(
            _(
                "AppArmor does not let slapd read %(folder)s. Nothing was started. To allow it,"
                " add the line “%(folder)s/** rwk,” to %(local)s and run: sudo apparmor_parser -r"
                " %(profile)s",
                folder=folder,
                local=APPARMOR_PROFILE.parent / "local" / APPARMOR_PROFILE.name,
                profile=APPARMOR_PROFILE,
            )
        )
    said = done.stderr.strip()[-400:]
    raise LupwebError(
        _("slapd did not take the file %(path)s: %(said)s", path=ldif_path, said=said)
    )


def _refuse_second(folder: Path) -> None:
    if somebody_listens(_socket(folder)):
        raise LupwebError(
            _(
                "A directory server already runs in the folder %(folder)s. It goes on"
                " undisturbed. Stop it first, or choose another folder with LUPWEB_INSTANCE.",
                folder=folder,
            )
        )


def _socket(folder: Path) -> Path:
    return short_socket(folder, SOCKET_NAME)


def _config(folder: Path) -> Path:
    return folder.absolute() / "slapd.conf"


def _quoted(path: Path) -> str:
    escaped = str(path.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
