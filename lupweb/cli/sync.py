"""Synchronize directories from the command line."""

import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask

from lupweb.accounts.viewers import OPERATOR
from lupweb.app import Parts
from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.database import end_reading, transaction
from lupweb.directories.service import enabled_directories, get_directory
from lupweb.errors import AlreadyRunning, InvalidSetting
from lupweb.runs.decided import APPROVED, note_decision
from lupweb.runs.leases import running_run
from lupweb.runs.service import get_run
from lupweb.runs.states import AUTO, CHANGES, FULL, GROUPS, RunState
from lupweb.sync.one_person import read_person
from lupweb.sync.records import details, record, status
from lupweb.sync.service import apply_plan, approve, plan_only, subject_of
from lupweb.sync.service import run as synchronize
from lupweb.texts import _
from lupweb.undo.service import undo

TRIGGER = "command line"
Begin = Callable[..., int]
MODES = (AUTO, FULL, CHANGES, GROUPS)


@click.group()
def sync() -> None:
    """Read people from the directories."""


@sync.command()
@click.option("--directory", "key", help="Only the directory of this key.")
@click.option("--mode", type=click.Choice(MODES), default=AUTO, help="What to read.")
@click.option("--user", "login", help="Only this person.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@json_option
@with_application
def run(
    app: Flask, *, key: str | None, mode: str, login: str | None, dry_run: bool, as_json: bool
) -> None:
    """Read people now, in this process, and bring the profiles up to date."""
    parts = parts_of(app)
    if login and dry_run:
        raise click.UsageError(str(_("--user and --dry-run do not go together.")))
    begin = plan_only if dry_run else synchronize
    if login:
        records = [_read_one_person(parts, login)]
    else:
        records = [_run_one(parts, begin, each, mode) for each in _keys(key)]
    for each in records:
        if as_json:
            print_json(each)
        else:
            click.echo(f"{each['directory']}: {each['state']}. {each['message']}")
        _tell_what_next(each)
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
        click.echo(f"  {person['login']} ({person['action']})")
        _tell_changes(person["changes"])
    for guard in found["guards"]:
        click.echo(f"  held: {guard['reason']}")
    for held in found["held_people"]:
        click.echo(f"  {held['login']}: held, would {held['action']}")
        _tell_changes(held["changes"])
    for error in found["errors"]:
        click.echo(f"  {error['login']} {error['field']}: {error['text']}")
    spent = [f"{each['phase']} {each['seconds']} s" for each in found.get("phases", ())]
    if spent:
        click.echo(f"  time: {', '.join(spent)}")


@sync.command("approve")
@click.argument("run_id", metavar="RUN", type=int)
@json_option
@with_application
def approve_run(app: Flask, *, run_id: int, as_json: bool) -> None:
    """Release what a run held, exactly as it named it; apply the plan of a dry run."""
    parts = parts_of(app)
    settings = parts.settings
    is_plan = record(run_id)["dry_run"]
    end_reading()
    if is_plan:
        run_id = apply_plan(
            run_id,
            secret_key=settings.secret_key,
            connect=parts.connect,
            trigger=TRIGGER,
            read_only=settings.read_only,
        )
    else:
        approve(run_id, read_only=settings.read_only)
        with transaction():
            note_decision(OPERATOR.actor, APPROVED, get_run(run_id))
    _tell_end(run_id, as_json=as_json)


@sync.command("undo")
@click.argument("run_id", metavar="RUN", type=int)
@json_option
@with_application
def undo_run(app: Flask, *, run_id: int, as_json: bool) -> None:
    """Take back what a run changed, except what was changed since, which is listed."""
    undo_id = undo(run_id, trigger=TRIGGER, read_only=parts_of(app).settings.read_only)
    _tell_end(undo_id, as_json=as_json)


def _tell_end(run_id: int, *, as_json: bool) -> None:
    """Print the record of a run that has ended; exit with 1 if it did not go well."""
    found = record(run_id)
    if as_json:
        print_json(found)
    else:
        click.echo(f"{found['directory']}: {found['state']}. {found['message']}")
        for error in found["errors"]:
            click.echo(f"  {error['login']} {error['field']}: {error['text']}")
    sys.exit(0 if _went_well(found) else 1)


def _tell_changes(changes: list[dict[str, str]]) -> None:
    for change in changes:
        rule = f" ({change['rule']})" if change.get("rule") else ""
        click.echo(f"    {change['field']}: {change['before']!r} -> {change['after']!r}{rule}")


def _tell_what_next(document: dict[str, Any]) -> None:
    number = document["run"]
    if document["dry_run"]:
        said = f"Look at it: lupweb sync show {number}. Apply it: lupweb sync approve {number}"
    elif document["held"]:
        said = f"Look at it: lupweb sync show {number}. Release it: lupweb sync approve {number}"
    else:
        return
    click.echo(said, err=True)


def _keys(key: str | None) -> list[str]:
    keys = [get_directory(key).key] if key else [each.key for each in enabled_directories()]
    if not keys:
        raise InvalidSetting(
            _(
                "There is no directory yet, so there is nobody to read. Describe one in a file and"
                " run: lupweb config apply FILE (docs/configuration-file.md)"
            )
        )
    end_reading()
    return keys


def _read_one_person(parts: Parts, login: str) -> dict[str, Any]:
    run_id = read_person(
        login,
        secret_key=parts.settings.secret_key,
        connect=parts.connect,
        trigger=TRIGGER,
        read_only=parts.settings.read_only,
    )
    return record(run_id)


def _run_one(parts: Parts, begin: Begin, key: str, mode: str) -> dict[str, Any]:
    try:
        run_id = begin(
            key,
            secret_key=parts.settings.secret_key,
            connect=parts.connect,
            trigger=TRIGGER,
            read_only=parts.settings.read_only,
            mode=mode,
        )
    except AlreadyRunning:
        run_id = running_run(subject_of(key)) or 0
    return record(run_id)


def _went_well(document: dict[str, Any]) -> bool:
    return RunState(document["state"]).went_well
