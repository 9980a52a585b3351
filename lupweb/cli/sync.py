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
from lupweb.sync.records import record
from lupweb.sync.service import run as synchronize
from lupweb.sync.service import subject_of
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
        raise InvalidSetting(_("There is no directory yet, so there is nobody to read."))
    end_reading()
    records = [_run_one(parts_of(app), each) for each in keys]
    for each in records:
        if as_json:
            print_json(each)
        else:
            click.echo(f"{each['directory']}: {each['state']}. {each['message']}")
    sys.exit(0 if all(_went_well(each) for each in records) else 1)


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
