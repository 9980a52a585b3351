"""The invented company in a private directory server, and installations that know of it."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import update

from lupweb.app import create_app
from lupweb.bench.children import environment, in_child, module, output_of
from lupweb.database import db, transaction
from lupweb.demo.company import make_company
from lupweb.demo.fill import Access, fill
from lupweb.demo.ldif import LAYOUT, SERVICES, write_ldif
from lupweb.embedded import slapd
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.options.registry import PICTURE_SOURCE
from lupweb.options.service import set_option
from lupweb.people.models import Group

DIRECTORY = "directory"
DATABASE = "lupweb.sqlite"
SECRET = "secret.key"  # noqa: S105 - the name of a file


@dataclass(frozen=True)
class Workplace:
    """Where a bench puts what it makes.

    :param folder: of this bench alone; it goes when the bench ends
    :param kept: where the loaded directory lies; it may stay for the next bench
    """

    folder: Path
    kept: Path

    def new(self, name: str) -> Path:
        """Return a folder that is there and empty."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path


@dataclass(frozen=True)
class Served:
    """A running directory server that holds the company."""

    uri: str
    people: int
    reader_password: str
    writer_password: str = ""


@contextmanager
def workplace(keep: Path | None) -> Iterator[Workplace]:
    """Give a bench its folders while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="lupweb-bench-") as name:
        folder = Path(name)
        yield Workplace(folder, keep.absolute() if keep else folder / "kept")


@contextmanager
def company_directory(
    place: Workplace, people: int, *, is_silent: bool = False
) -> Iterator[Served]:
    """Run a slapd (mdb) that holds the company while the block lasts; load it if it must be.

    :param is_silent: needed where much is changed: nobody reads what it says while a bench works,
        and it would wait for that
    """
    folder = place.kept / f"company-{people}"
    passwords = slapd.kept_passwords(folder, (DIRECTORY, *SERVICES))
    in_child("load", environment(place.folder), folder=str(folder), people=people)
    port = slapd.free_port()
    with Supervisor() as supervisor:
        supervisor.start(
            Child(
                name=DIRECTORY,
                argv=slapd.server_argv(folder / "slapd", port, is_silent=is_silent),
                ready=lambda: slapd.is_answering(port),
            )
        )
        uri = f"ldap://{slapd.HOST}:{port}"
        yield Served(uri, people, passwords["reader"], passwords["writer"])


def load(folder: str, people: int) -> None:
    """Load the company into a directory folder, unless that was done before."""
    where, passwords = Path(folder), slapd.kept_passwords(Path(folder), (DIRECTORY, *SERVICES))
    ldif = where / "company.ldif"
    if not slapd.is_filled(where / "slapd"):
        services = {name: passwords[name] for name in SERVICES}
        company = make_company(people)
        write_ldif(company, ldif, service_passwords=services, with_passwords=False)
    slapd.prepare(where / "slapd", ldif, LAYOUT, passwords[DIRECTORY])
    ldif.unlink(missing_ok=True)


def installation(
    folder: Path,
    served: Served,
    database_url: str = "",
    *,
    has_groups: bool = True,
    writes: bool = False,
) -> None:
    """Make an installation in `folder` that is set up to read the company.

    :param has_groups: whether the members of its groups are read, too
    :param writes: whether what people enter is saved to the directory
    """
    env = environment(folder, database_url)
    output_of([*module("lupweb"), "upgrade"], env)
    in_child(
        "set_up",
        env,
        people=served.people,
        uri=served.uri,
        reader_password=served.reader_password,
        writer_password=served.writer_password if writes else "",
        has_groups=has_groups,
    )


def copy_of(template: Path, folder: Path) -> Path:
    """Copy an installation whose database is a closed SQLite file; return the new folder."""
    for name in (DATABASE, SECRET):
        shutil.copy(template / name, folder)
    return folder


def set_up(
    people: int, uri: str, reader_password: str, writer_password: str, *, has_groups: bool
) -> None:
    """Set this process's installation up for the company, as an administrator would.

    Pictures come from nowhere: the clock of every target stops before they are read. Without
    groups all of them are local, and nobody belongs to one.
    """
    company = make_company(people)
    with application() as app, transaction():
        access = Access(
            uri=uri,
            reader_password=reader_password,
            writer_password=writer_password,
            administrator_password=secrets.token_urlsafe(12),
            secret_key=parts_of(app).settings.secret_key,
        )
        fill(company, access)
        set_option(PICTURE_SOURCE, "user")
        if not has_groups:
            db.session.execute(update(Group).values(directory_id=None, dn=""))


@contextmanager
def application() -> Iterator[Flask]:
    """Give the application of this process's installation, with its context."""
    app = create_app()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def parts_of(app: Flask) -> Any:
    """Return settings and connections of the application."""
    return app.extensions["lupweb"]
