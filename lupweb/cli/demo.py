"""The demo: an invented company in a private LDAP server, and lupweb reading it."""

import json
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask
from rq.job import JobStatus
from sqlalchemy import select

from lupweb.app import create_app
from lupweb.cli.application import parts_of
from lupweb.cli.services import (
    check_host,
    check_port,
    host_option,
    our_child,
    port_option,
    queue_child,
    web_child,
)
from lupweb.cli.setup import upgrade_database
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.demo.company import EDITOR, EMPLOYEE, FEWEST, PEOPLE, Company, make_company
from lupweb.demo.fill import ADMINISTRATOR, KEY, Access, fill
from lupweb.demo.ldif import LAYOUT, SERVICES, write_ldif
from lupweb.embedded import slapd
from lupweb.embedded.supervisor import Child, Supervisor
from lupweb.errors import AlreadyRunning, InvalidSetting, LupwebError
from lupweb.jobs import FORGET_WHAT_ENDED, connection_for_pages, enqueue
from lupweb.people.models import Person
from lupweb.sync.records import record
from lupweb.sync.service import run as synchronize
from lupweb.texts import Text, _

MOST_PEOPLE = 200_000
LDAP_PORT = 13890
WORKERS = 2
ANSWER_WITHIN_S = 30
LEASE_ENDS_WITHIN_S = 40
LOOK_EVERY_S = 0.1
ACCOUNTS = (ADMINISTRATOR, "directory", *SERVICES)


@dataclass(frozen=True)
class Demo:
    """The folder of one demo, and what is kept in it from start to start."""

    settings: Settings
    company: Company

    @property
    def folder(self) -> Path:
        """Return where its directory server lives."""
        return demo_folder(self.settings)

    @property
    def passwords(self) -> dict[str, str]:
        """Return the password of each account; the same at every start."""
        return slapd.kept_passwords(self.folder, ACCOUNTS)


@click.command()
@click.option(
    "--people",
    default=PEOPLE,
    show_default=True,
    type=click.IntRange(FEWEST, MOST_PEOPLE),
    help="How many people the company has.",
)
@port_option
@host_option
@click.option("--fresh", is_flag=True, help="Throw the last demo away and begin anew.")
def demo(*, people: int, port: int, host: str, fresh: bool) -> None:
    """Run a complete lupweb with an invented company; Ctrl-C ends all of it."""
    settings = parts_of(create_app()).settings
    check_host(settings, host)
    check_port(host, port)
    queue_child(settings)  # refuses to go on where another lupweb is at work
    is_new = _begin(settings, people, fresh=fresh)
    app = create_app(settings)
    upgrade_database(app)
    said = _("Inventing a company of %(people)s people.", people=people)
    _say(said if is_new else _("Going on with the company of last time."))
    kept = Demo(settings, make_company(people))
    with Supervisor() as supervisor:
        uri = _start_directory(supervisor, kept)
        supervisor.start(queue_child(settings))
        supervisor.start(our_child("worker", "worker"))
        _fill_and_read(app, kept, uri)
        _await_worker(settings)
        supervisor.start(our_child("scheduler", "scheduler"))
        supervisor.start(web_child(host, port, WORKERS))
        _print_logins(kept, uri, f"http://{host}:{port}")
        sys.exit(supervisor.run())


def demo_folder(settings: Settings) -> Path:
    """Return the folder in which the demo's own things lie."""
    return settings.instance / "demo"


def _begin(settings: Settings, people: int, *, fresh: bool) -> bool:
    """Refuse what would hurt: a real installation, or a company of another size.

    :returns: whether there is no company yet
    """
    note = demo_folder(settings) / "company.json"
    if not note.exists() and _has_database(settings):
        raise InvalidSetting(
            _(
                "%(folder)s holds an installation that is no demo. Nothing was changed."
                " Choose another folder with LUPWEB_INSTANCE.",
                folder=settings.instance,
            )
        )
    if fresh:
        _throw_away(settings)
    is_new = not note.exists()
    if not is_new and json.loads(note.read_text("utf-8"))["people"] != people:
        raise InvalidSetting(
            _("The last demo had another number of people. Begin anew with --fresh.")
        )
    note.parent.mkdir(mode=0o700, exist_ok=True)
    note.write_text(json.dumps({"people": people}), "utf-8")
    return is_new


def _has_database(settings: Settings) -> bool:
    return bool(settings.database_url) or (settings.instance / "lupweb.sqlite").exists()


def _throw_away(settings: Settings) -> None:
    for path in settings.instance.glob("lupweb.sqlite*"):
        path.unlink()
    for folder in (demo_folder(settings), settings.instance / "queue"):
        shutil.rmtree(folder, ignore_errors=True)


def _start_directory(supervisor: Supervisor, kept: Demo) -> str:
    """Start the private directory server, loaded with the company; return its URI."""
    passwords = kept.passwords
    ldif = kept.folder / "company.ldif"
    folder = kept.folder / "slapd"
    if not slapd.is_filled(folder):
        services = {name: passwords[name] for name in SERVICES}
        write_ldif(kept.company, ldif, service_passwords=services)
    slapd.prepare(folder, ldif, LAYOUT, passwords["directory"])
    port = slapd.free_port(LDAP_PORT)
    supervisor.start(
        Child(
            name="directory",
            argv=slapd.server_argv(folder, port),
            ready=lambda: slapd.is_answering(port),
        )
    )
    return f"ldap://{slapd.HOST}:{port}"


def _fill_and_read(app: Flask, kept: Demo, uri: str) -> None:
    settings = kept.settings
    access = Access(
        uri=uri,
        reader_password=kept.passwords["reader"],
        writer_password=kept.passwords["writer"],
        administrator_password=kept.passwords[ADMINISTRATOR],
        secret_key=settings.secret_key,
    )
    _say(_("Reading everybody from the directory."))
    with app.app_context():
        with transaction():
            fill(kept.company, access)
        document = record(_run(app))
        is_anybody_there = db.session.scalar(select(Person.id).limit(1)) is not None
        db.session.remove()
        db.engine.dispose()
    # whoever tries out what holds or breaks a run, starts again to look at it
    if document["state"] not in {"done", "partial"} and not is_anybody_there:
        raise LupwebError(document["message"])
    _say(document["message"])


def _run(app: Flask) -> int:
    """Synchronize; wait for the lease of a run that was cut off to end."""
    parts = parts_of(app)
    deadline = time.monotonic() + LEASE_ENDS_WITHIN_S
    while True:
        try:
            return synchronize(
                KEY,
                secret_key=parts.settings.secret_key,
                connect=parts.connect,
                trigger="demo",
            )
        except AlreadyRunning:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def _await_worker(settings: Settings) -> None:
    """Give the worker something to do, and wait until it is done.

    :raises LupwebError: if it does not answer in time
    """
    deadline = time.monotonic() + ANSWER_WITHIN_S
    with connection_for_pages(settings) as connection:
        job = enqueue(connection, FORGET_WHAT_ENDED)
        while job.get_status() is not JobStatus.FINISHED:
            if time.monotonic() > deadline or job.is_failed:
                raise LupwebError(_("The worker does not answer. Its lines above say why."))
            time.sleep(LOOK_EVERY_S)
    _say(_("The worker answers."))


def _print_logins(kept: Demo, uri: str, address: str) -> None:
    passwords = kept.passwords
    click.echo(f"\nlupweb answers at {address}\n")
    click.echo(f"employee: {EMPLOYEE[0]} / {EMPLOYEE[1]}")
    click.echo(f"editor: {EDITOR[0]} / {EDITOR[1]}")
    click.echo(f"administrator: {ADMINISTRATOR} / {passwords[ADMINISTRATOR]}")
    click.echo(f"directory: {uri} / {LAYOUT.admin} / {passwords['directory']}\n")
    click.echo("Ctrl-C stops everything.")
    sys.stdout.flush()


def _say(text: Text | str) -> None:
    click.echo(str(text), err=True)
