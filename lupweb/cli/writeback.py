"""What people entered, on its way to the directories."""

import sys
from typing import Any, NoReturn

import click
from flask import Flask

from lupweb.accounts.viewers import OPERATOR
from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.cli.probing import probe
from lupweb.database import end_reading, transaction
from lupweb.directories.service import enabled_directories, get_directory
from lupweb.errors import ReadOnlyMode
from lupweb.outbox import steering
from lupweb.outbox.queries import TOLD
from lupweb.outbox.states import OutboxState
from lupweb.texts import _
from lupweb.writeback.records import record, records
from lupweb.writeback.service import drain as deliver


@click.group()
def writeback() -> None:
    """See to what people entered reaching the directories."""


writeback.add_command(probe)


@writeback.command("list")
@click.option(
    "--state", type=click.Choice([str(each) for each in OutboxState]), help="Only of this state."
)
@json_option
@with_application
def list_messages(app: Flask, *, state: str | None, as_json: bool) -> None:
    """List what is on its way, or would not go; without values."""
    _show(records([OutboxState(state)] if state else TOLD), as_json=as_json)


@writeback.command("drain")
@click.option("--directory", "key", help="Only the directory of this key.")
@json_option
@with_application
def drain(app: Flask, *, key: str | None, as_json: bool) -> None:
    """Save to the directories what is due, now and in this process."""
    parts = parts_of(app)
    directories = [get_directory(key)] if key else enabled_directories()
    ids = [each.id for each in directories]
    end_reading()
    done: list[int] = []
    try:
        for directory_id in ids:
            done += deliver(
                directory_id,
                secret_key=parts.settings.secret_key,
                connect=parts.connect,
                read_only=parts.settings.read_only,
            )
    except ReadOnlyMode as error:
        _refuse(str(error), as_json=as_json)
    _show([record(each) for each in sorted(done)], as_json=as_json)
    if not done and not as_json:
        click.echo(str(_("Nothing is due.")))


@writeback.command("retry")
@click.argument("message_id", metavar="ID", type=int)
@json_option
@with_application
def retry(app: Flask, *, message_id: int, as_json: bool) -> None:
    """Have one value tried again now, also one that was given up."""
    with transaction():
        steering.retry(OPERATOR, message_id)
    _show([record(message_id)], as_json=as_json)


@writeback.command("drop")
@click.argument("message_id", metavar="ID", type=int)
@json_option
@with_application
def drop(app: Flask, *, message_id: int, as_json: bool) -> None:
    """Give one value up: the directory keeps what it has."""
    with transaction():
        steering.drop(OPERATOR, message_id)
    _show([record(message_id)], as_json=as_json)


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    for each in rows:
        what = f"{each['login']} {each['field']} ({each['attribute']}) {each['state']}"
        why = f". {each['last_error']}" if each["last_error"] else ""
        click.echo(f"{each['id']}: {what}{why}")


def _refuse(message: str, *, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"state": "refused", "message": message})
    else:
        click.echo(message, err=True)
    sys.exit(1)
