"""Clear what is known of people who left long ago, now, and as many as somebody agreed to."""

import sys

import click
from flask import Flask

from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.purging.service import purge as purge_now
from lupweb.sync.records import record

TRIGGER = "command line"


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell how many are due, and change nothing.")
@click.option(
    "--agree",
    "agreed",
    type=click.IntRange(min=1),
    metavar="N",
    help="Clear more people at once than the limit: exactly so many.",
)
@json_option
@with_application
def purge(app: Flask, *, dry_run: bool, agreed: int | None, as_json: bool) -> None:
    """Clear for good what is known of people who have been missing for longer than the policy."""
    settings = parts_of(app).settings
    run_id = purge_now(
        secret_key=settings.secret_key,
        trigger=TRIGGER,
        read_only=settings.read_only,
        agreed=agreed,
        dry_run=dry_run,
    )
    found = record(run_id)
    if as_json:
        print_json(found)
    else:
        click.echo(found["message"])
    sys.exit(0 if found["state"] == "done" else 1)
