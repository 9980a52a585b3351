"""The command line: `lupweb COMMAND`."""

import os
import sys
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from lupweb import __version__
from lupweb.cli.bench import bench
from lupweb.cli.config import config
from lupweb.cli.demo import demo
from lupweb.cli.directories import directory
from lupweb.cli.explain import explain, support_summary
from lupweb.cli.health import health
from lupweb.cli.importing import import_
from lupweb.cli.mail import mail
from lupweb.cli.people import people
from lupweb.cli.services import scheduler, serve, up, worker
from lupweb.cli.setup import admin, settings, upgrade
from lupweb.cli.sync import sync
from lupweb.cli.writeback import writeback
from lupweb.errors import LupwebError, MissingPart
from lupweb.texts import _

FAILED = 1
SOMETHING_MISSING = 3
OWNER_ONLY = 0o077


class Commands(click.Group):
    """Commands whose foreseeable faults are sentences, not tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours ends it with its sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except MissingPart as error:
            click.echo(str(error), err=True)
            sys.exit(SOMETHING_MISSING)
        except LupwebError as error:
            click.echo(str(error), err=True)
            sys.exit(FAILED)
        except OperationalError as error:
            said = str(error.orig).strip().splitlines()[:1]
            text = _(
                "The database does not answer, or not as it should: %(said)s", said="".join(said)
            )
            click.echo(str(text), err=True)
            sys.exit(FAILED)


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="lupweb")
def main() -> None:
    """lupweb: a company people directory, filled from LDAP."""
    os.umask(OWNER_ONLY)


for command in (
    demo, up, serve, worker, scheduler, upgrade, settings, health,
    admin, config, directory, sync, import_, writeback, people, bench,
    explain, support_summary, mail,
):  # fmt: skip
    main.add_command(command)
