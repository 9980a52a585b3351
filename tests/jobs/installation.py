"""An installation of real processes: slapd, queue server, workers, scheduler; all may be killed."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from redis import Redis
from rq.serializers import JSONSerializer
from rq.worker import Worker

from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.directories.service import add_directory
from lupweb.embedded.guard import processes
from lupweb.ldap.connection import Tls
from lupweb.options.registry import SCHEDULE_CHANGES, SCHEDULE_FULL
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.runs import service as runs
from lupweb.runs.leases import STALE
from lupweb.runs.models import Lease, Run
from lupweb.runs.states import RunState
from tests.embedded.processes import until
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.jobs.queues import Queue
from tests.servers.slapd import RunningSlapd

SUBJECT = "directory:main"
PEOPLE = 150


class Installation:
    """Real processes of one site, and what its database says about them."""

    def __init__(self, app: Flask, settings: Settings, slapd: RunningSlapd, queue: Queue) -> None:
        self.app = app
        self.slapd = slapd
        self.queue = queue
        self._started: list[subprocess.Popen[bytes]] = []
        self._log = (settings.instance / "processes.log").open("ab")
        self._environment = {
            **os.environ,
            "LUPWEB_INSTANCE": str(settings.instance),
            "LUPWEB_SECRET_KEY": settings.secret_key,
            "LUPWEB_REDIS_URL": settings.redis_url,
            "LUPWEB_DATABASE_URL": settings.database_url,
        }
        self._database = settings.instance / "lupweb.sqlite"

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start one of our commands."""
        process = subprocess.Popen(  # noqa: S603 our own command
            [sys.executable, "-m", "lupweb", *command],
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
        )
        self._started.append(process)
        return process

    def kill_all(self) -> None:
        """End every process that was started here, and what they left behind."""
        for process in self._started:
            kill_with_children(process)

    def end(self) -> None:
        """End the installation."""
        self.kill_all()
        self._log.close()

    def workers(self) -> set[int | None]:
        """Return the process ids of workers that have introduced themselves."""
        with Redis.from_url(self.queue.url) as connection:
            return {each.pid for each in Worker.all(connection, serializer=JSONSerializer)}

    def ask(self) -> int:
        """Press the button."""
        with transaction():
            return runs.request(SUBJECT, trigger="button", mode="full", reason="")

    def runs(self) -> list[tuple[int, RunState, str]]:
        """Return each run: number, state, message."""
        db.session.rollback()
        found = [(run.id, run.state, run.message) for run in db.session.query(Run).order_by(Run.id)]
        db.session.rollback()
        return found

    def state(self, run_id: int) -> RunState:
        """Return the state of a run."""
        return {number: state for number, state, _message in self.runs()}[run_id]

    def until_state(self, run_id: int, state: RunState) -> None:
        """Wait until a run is in a state."""
        until(lambda: self.state(run_id) == state, f"run {run_id} is not {state}: {self.runs()}")

    def until_idle(self) -> None:
        """Wait until no run waits or works."""
        until(lambda: not any(each[1].is_active for each in self.runs()), f"{self.runs()}")

    def let_lease_run_out(self) -> None:
        """Let 31 s pass for the lease, instead of waiting for them."""
        with transaction():
            lease = db.session.get_one(Lease, SUBJECT)
            if lease.heartbeat_at is not None:
                lease.heartbeat_at -= STALE + timedelta(seconds=1)

    def write_generation(self, number: int) -> None:
        """Give each entry of the directory two values that belong together."""
        lines = [
            f"dn: {dn_of(each)}\nchangetype: modify\nreplace: title\ntitle: t{number}\n-\n"
            f"replace: l\nl: t{number}\n"
            for each in range(PEOPLE)
        ]
        login = ["-x", "-H", self.slapd.uri, "-D", self.slapd.bind_dn, "-w", self.slapd.password]
        subprocess.run(  # noqa: S603 our own words
            ["ldapmodify", *login],  # noqa: S607 wherever it is installed
            input="\n".join(lines).encode(),
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def generations(self) -> set[tuple[str | None, str | None]]:
        """Return which pairs of values people have; one that does not match is half a person."""
        documents = db.session.query(Person.document)
        values = [document["values"] for (document,) in documents]
        found = {(each.get("position"), each.get("location")) for each in values}
        db.session.rollback()
        return found

    @contextmanager
    def directory_frozen(self) -> Iterator[None]:
        """Keep the directory from answering while the block lasts."""
        os.kill(self.slapd.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.slapd.process.pid, signal.SIGCONT)

    @contextmanager
    def database_locked(self) -> Iterator[None]:
        """Keep everybody else from writing while the block lasts."""
        connection = sqlite3.connect(self._database, isolation_level=None, timeout=5)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()


def configure(slapd: RunningSlapd) -> None:
    """Let the site know the directory, two fields of it, and no schedule that comes by itself."""
    with transaction():
        add_directory(
            "main",
            "Main LDAP",
            uris=[slapd.uri],
            tls=Tls.NONE,
            bind_dn=slapd.bind_dn,
            bind_password=slapd.password,
            base_dn=SUFFIX,
            additional_user_dn="ou=people",
            secret_key=SECRET_KEY,
        )
        set_option(SCHEDULE_FULL, "0 0 29 2 *")
        set_option(SCHEDULE_CHANGES, "off")
    a_profile()


def company() -> str:
    """Return the directory as LDIF."""
    top = f"dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\n"
    branch = f"dn: ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: people\n\n"
    people = (
        f"dn: {dn_of(each)}\nobjectClass: inetOrgPerson\nuid: p{each}\n"
        f"cn: Person {each}\nsn: {each}\ntitle: t0\nl: t0\n"
        for each in range(PEOPLE)
    )
    return top + branch + "\n".join(people)


def dn_of(number: int) -> str:
    """Return the DN of an entry."""
    return f"uid=p{number},ou=people,{SUFFIX}"


def children(pid: int) -> list[int]:
    """Return the processes whose parent is `pid`."""
    return [each.pid for each in processes() if each.parent == pid]


def work_horse_of(worker: subprocess.Popen[bytes]) -> int:
    """Return the process in which a worker does its job, as soon as there is one."""
    until(lambda: children(worker.pid), "the worker has no work-horse")
    return children(worker.pid)[0]


def kill_with_children(process: subprocess.Popen[bytes]) -> None:
    """End a process and those below it at once, as a power cut does."""
    below = children(process.pid)
    process.kill()
    process.wait()
    for pid in below:
        kill(pid)


def kill(pid: int) -> None:
    """End a process at once, if it is there; CONT lets one die that was stopped."""
    for number in (signal.SIGKILL, signal.SIGCONT):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
