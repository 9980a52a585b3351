"""Synchronize directories from the command line."""

import sys
from typing import Any

import click
from flask import Flask

from lupweb.app import Parts
from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.database import end_reading
from lupweb.directories.service import enabled_directories, get_directory
from lupweb.errors import AlreadyRunning, InvalidSetting
from lupweb.runs.leases import running_run
from lupweb.runs.states import RunState
from lupweb.sync.records import details, record, status
from lupweb.sync.service import approve, subject_of
from lupweb.sync.service import run as synchronize
from lupweb.texts import _

TRIGGER = "command line"


@click.group()
def sync() -> None:
    """Read people from the directories."""


@sync.command()
@click.option("--directory", "key", help="Only the directory of this key.")
@click.option("--mode", type=click.Choice(["auto", "full"]), default="auto", help="What to read.")
@json_option
@with_application
def run(app: Flask, *, key: str | None, mode: str, as_json: bool) -> None:
    """Read everybody now, in this process, and bring the profiles up to date."""
    keys = [get_directory(key).key] if key else [each.key for each in enabled_directories()]
    if not keys:
        raise InvalidSetting(
            _(
                "There is no directory yet, so there is nobody to read. Describe one in a file and"
                " run: lupweb config apply FILE (docs/configuration-file.md)"
            )
        )
    end_reading()
    records = [_run_one(parts_of(app), each) for each in keys]
    for each in records:
        if as_json:
            print_json(each)
        else:
            click.echo(f"{each['directory']}: {each['state']}. {each['message']}")
        if each["held"]:
            click.echo(
                f"Look at it: lupweb sync show {each['run']}."
                f" Release it: lupweb sync approve {each['run']}",
                err=True,
            )
    sys.exit(0 if all(_went_well(each) for each in records) else 1)


@sync.command("status")
@json_option
@with_application
def show_status(app: Flask, *, as_json: bool) -> None:
    """Tell what runs, what ran last, and what is next."""
    found = status()
    if as_json:
        print_json(found)
        return
    for each in [*found["running"], *found["last"]]:
        click.echo(f"{each['directory']}: {each['state']} (run {each['run']}). {each['message']}")
    for each in found["next"]:
        click.echo(f"{each['directory']}: next {each['mode']} at {each['at'] or '–'}")


@sync.command()
@click.argument("run_id", metavar="RUN", type=int)
@json_option
@with_application
def show(app: Flask, *, run_id: int, as_json: bool) -> None:
    """Show a run with every person and field it changed, and every problem."""
    found = details(run_id)
    if as_json:
        print_json(found)
        return
    click.echo(f"{found['directory']}: {found['state']}. {found['message']}")
    for person in found["people"]:
        click.echo(f"  {person['login']}{' (new)' if person['new'] else ''}")
        for change in person["changes"]:
            click.echo(f"    {change['field']}: {change['before']!r} -> {change['after']!r}")
    for held in found["held_people"]:
        click.echo(f"  {held['login']}: held, would {held['action']}")
    for error in found["errors"]:
        click.echo(f"  {error['login']} {error['field']}: {error['text']}")


@sync.command("approve")
@click.argument("run_id", metavar="RUN", type=int)
@json_option
@with_application
def approve_run(app: Flask, *, run_id: int, as_json: bool) -> None:
    """Release what a run held: hide or switch off exactly the people that it named."""
    approve(run_id)
    found = record(run_id)
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found['directory']}: {found['state']}. {found['message']}")


def _run_one(parts: Parts, key: str) -> dict[str, Any]:
    try:
        run_id = synchronize(
            key,
            secret_key=parts.settings.secret_key,
            connect=parts.connect,
            trigger=TRIGGER,
            read_only=parts.settings.read_only,
        )
    except AlreadyRunning:
        run_id = running_run(subject_of(key)) or 0
    return record(run_id)


def _went_well(document: dict[str, Any]) -> bool:
    return RunState(document["state"]).went_well
