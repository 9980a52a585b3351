"""A private PostgreSQL for one bench: on a unix socket, in a folder that goes with it."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import LupwebError
from lupweb.texts import _

INSTALLED = Path("/usr/lib/postgresql")
# A bench may be repeated, so nothing of it needs to survive a power cut. Reading is not touched.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": ""}
# PostgreSQL refuses to run as root. The guard stays root, so that it can end what it started.
AS_ANOTHER = (
    "import os, sys; user, group = map(int, sys.argv[1:3]);"
    " os.setgroups([]); os.setgid(group); os.setuid(user); os.execv(sys.argv[3], sys.argv[3:])"
)


def find_programs() -> Path | None:
    """Return the folder of `initdb` and `postgres`, of the newest version there is; or None."""
    versions = sorted(
        INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name)
    )
    on_path = shutil.which("initdb")
    found = versions[-1] if versions else on_path and Path(on_path).resolve()
    return found.parent if found else None


@contextmanager
def private_postgresql(programs: Path) -> Iterator[str]:
    """Run a server while the block lasts; give the URL of its one, empty database."""
    with tempfile.TemporaryDirectory(prefix="lup-") as folder:
        _make_cluster(programs, folder)
        url = f"postgresql://lupweb@/postgres?host={folder}"
        settings = {**SETTINGS, "unix_socket_directories": folder}
        pairs = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", f"{folder}/data", *pairs]
        with Supervisor() as supervisor:
            supervisor.start(
                Child(
                    name="postgresql",
                    argv=[*_as_another(folder), *command],
                    cwd=Path(folder),
                    ready=lambda: _answers(programs, folder),
                )
            )
            yield url


def _make_cluster(programs: Path, folder: str) -> None:
    options = ["--username=lupweb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(  # noqa: S603 - our own arguments
        [*_as_another(folder), str(programs / "initdb"), f"--pgdata={folder}/data", *options],
        capture_output=True,
        check=False,
        cwd=folder,
    )
    if made.returncode:
        said = made.stderr.decode(errors="replace").strip()[-400:]
        raise LupwebError(_("PostgreSQL could not make a database: %(said)s", said=said))


def _as_another(folder: str) -> list[str]:
    """Return what a command begins with to run as another user, who is given the folder."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return [sys.executable, "-I", "-S", "-c", AS_ANOTHER, str(entry.pw_uid), str(entry.pw_gid)]


def _answers(programs: Path, folder: str) -> bool:
    asked = subprocess.run(  # noqa: S603 - our own arguments
        [str(programs / "pg_isready"), "-q", "-h", folder, "-U", "lupweb"], check=False
    )
    return asked.returncode == 0
