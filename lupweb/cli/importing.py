"""Import a file from the command line."""

import sys
from typing import Any

import click
from flask import Flask

from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.errors import AlreadyRunning
from lupweb.runs.leases import running_run
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.sources.xml_file import SUBJECT, import_file
from lupweb.sync.records import record

TRIGGER = "command line"
DONE, FAILED = 0, 1


@click.group("import")
def import_() -> None:
    """Take values of people from a file."""


@import_.command("xml")
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@click.option("--accept-fewer", is_flag=True, help="Take a file with far fewer people.")
@json_option
@with_application
def import_xml(app: Flask, *, dry_run: bool, accept_fewer: bool, as_json: bool) -> None:
    """Import the XML file that is set up, now and in this process."""
    settings = parts_of(app).settings
    try:
        run_id = import_file(
            settings.imports,
            trigger=TRIGGER,
            read_only=settings.read_only,
            is_dry_run=dry_run,
            accept_fewer=accept_fewer,
        )
    except AlreadyRunning:
        run_id = running_run(SUBJECT) or 0
    found = _document(run_id)
    if as_json:
        print_json(found)
    else:
        _say(found)
    sys.exit(DONE if RunState(found["state"]).went_well else FAILED)


def _document(run_id: int) -> dict[str, Any]:
    found = {**record(run_id), "directory": SUBJECT}
    return {**found, "dry_run": True} if get_run(run_id).dry_run else found


def _say(found: dict[str, Any]) -> None:
    click.echo(f"{found['directory']}: {found['state']}. {found['message']}")
    for each in found["errors"]:
        about = " ".join(filter(None, (each["login"], each["field"])))
        click.echo(f"  {about}: {each['text']}" if about else f"  {each['text']}")
    if found["held"]:
        click.echo(
            f"Look at it: lupweb sync show {found['run']}."
            f" Release it: lupweb sync approve {found['run']}",
            err=True,
        )
