"""An installation beside a real server, used through its command line as an outsider does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from lupweb.app import create_app
from lupweb.cli import application, main
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.directories.connect import Connect, connect, refuse_in_transaction
from lupweb.directories.models import Directory
from lupweb.directories.secrets import lock
from lupweb.directories.service import add_directory
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory as LdapSession
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.faults.ldif import PASSWORD, READER

PARTS = ("new", "changed", "unchanged", "back", "skipped", "shadowed", "failed")


def impatient(server: Server) -> LdapSession:
    """Connect as the product does, but wait for an answer a moment only."""
    hurried = replace(server, network_timeout_s=0.5, timeout_s=0.5, page_timeout_s=0.5)
    return LdapDirectory(hurried, check=refuse_in_transaction)


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, and what it printed."""

    exit_code: int
    documents: list[dict[str, Any]]
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The one document that was printed."""
        assert len(self.documents) == 1, self.documents
        return self.documents[0]

    @property
    def verdict(self) -> tuple[str, int]:
        """State of the run and exit code (interface.md section 5)."""
        return self.document["state"], self.exit_code

    @property
    def message(self) -> str:
        """The sentence of the run."""
        return str(self.document["message"])


@dataclass
class Site:
    """One installation with one directory, "main".

    :param connect: how the server is reached; tests put their own faults in
    :param extra: more settings of the environment
    """

    instance: Path
    connect: Connect = connect
    extra: Mapping[str, str] = field(default_factory=dict)
    _app: Flask | None = field(default=None, init=False)

    @property
    def environment(self) -> dict[str, str]:
        """What tells a process which installation it works for."""
        return {
            "LUPWEB_INSTANCE": str(self.instance),
            "LUPWEB_SECRET_KEY": SECRET_KEY,
            **self.extra,
        }

    @property
    def app(self) -> Flask:
        """The application, for pages, and for what the command line cannot set yet."""
        if self._app is None:
            settings = Settings(instance=self.instance, secret_key=SECRET_KEY)
            self._app = create_app(settings, connect=self._reach)
        return self._app

    def sync(self, *options: str) -> Ran:
        """Run `sync run`; check that the counters add up (I6) and that nothing stays running."""
        ran = self.command("sync", "run", *options, "--json")
        for document in ran.documents:
            assert document["seen"] == sum(document[part] for part in PARTS), document
            assert document["state"] not in {"queued", "running"}
        return ran

    def command(self, *arguments: str) -> Ran:
        """Run a command in this process; `connect` is what reaches the server."""
        factory = patch.object(application, "create_app", lambda: create_app(connect=self._reach))
        with factory:
            result = CliRunner().invoke(
                main, arguments, env=self.environment, catch_exceptions=False
            )
        return Ran(result.exit_code, _documents(result.stdout), result.stderr)

    def process(self, *arguments: str) -> Ran:
        """Run a command in a process of its own."""
        done = subprocess.run(  # noqa: S603 our own command
            [sys.executable, "-m", "lupweb", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Ran(done.returncode, _documents(done.stdout), done.stderr)

    def people(self, *options: str) -> dict[str, dict[str, Any]]:
        """Return what `people list` says, by login: only whom the directory pages show."""
        listed = self.command("people", "list", *options, "--json").documents
        assert len({each["id"] for each in listed}) == len(listed)
        return {each["login"]: each for each in listed}

    def _reach(self, server: Server) -> LdapSession:
        return self.connect(server)

    def change(self, **columns: Any) -> None:
        """Change the settings of the directory."""
        with self.inside(), transaction():
            directory = db.session.scalar(select(Directory).where(Directory.key == "main"))
            assert directory is not None
            for name, value in columns.items():
                setattr(directory, name, value)

    def read_as(self, account: str, password: str = PASSWORD) -> None:
        """Let the directory be read by another service account."""
        self.change(bind_dn=f"cn={account},{SUFFIX}", bind_password=lock(password, SECRET_KEY))

    def copied_to(self, instance: Path) -> "Site":
        """Return another installation with the same content."""
        shutil.copy(self.instance / "lupweb.sqlite", instance / "lupweb.sqlite")
        return Site(instance)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be in the application; close every connection to the database afterwards."""
        with self.app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()


def a_site(instance: Path, tables: Path, uri: str) -> Site:
    """Return an installation that reads `uri` as the reader, with the usual fields mapped."""
    instance.mkdir(exist_ok=True)
    shutil.copy(tables, instance / "lupweb.sqlite")
    site = Site(instance)
    with site.inside():
        with transaction():
            add_directory(
                "main",
                "Main LDAP",
                uris=[uri],
                tls=Tls.NONE,
                bind_dn=READER,
                bind_password=PASSWORD,
                base_dn=SUFFIX,
                additional_user_dn="ou=people",
                secret_key=SECRET_KEY,
            )
        a_profile()
    return site


def _documents(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if line.strip()]
