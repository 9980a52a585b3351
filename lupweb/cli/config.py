"""The set-up as one file: check it, apply it, write it out."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask

from lupweb import clock
from lupweb.app import create_app
from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.configfile import apply as applying
from lupweb.configfile.compare import Comparison
from lupweb.configfile.document import Document, read_document
from lupweb.configfile.export import export_text
from lupweb.configfile.faults import InvalidConfiguration
from lupweb.configfile.secrecy import fetch
from lupweb.configfile.stored import read_setup, untouched_setup
from lupweb.configfile.wanted import wanted_setup
from lupweb.database import db, transaction
from lupweb.errors import InvalidSetting
from lupweb.jobs.timetable import wanted
from lupweb.runs.timetable import arrange
from lupweb.tables import schema_is_current
from lupweb.texts import Text, _

FAILED = 1
MOST_BYTES = 16 * 1024 * 1024

file_argument = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def config() -> None:
    """The set-up as one file."""


@config.command()
@file_argument
@json_option
def check(*, file: Path, as_json: bool) -> None:
    """Say everything that is wrong with FILE; change nothing."""
    app = create_app()
    with app.app_context():
        try:
            document = _read(file)
            wanted_setup(document, _setup_of(app))
        except InvalidConfiguration as error:
            _refuse(error, as_json=as_json)
        finally:
            db.session.remove()
            db.engine.dispose()
    if as_json:
        print_json({"ok": True, "faults": []})
    else:
        click.echo(_("%(file)s can be applied.", file=file))


@config.command()
@file_argument
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@json_option
@with_application
def apply(app: Flask, *, file: Path, dry_run: bool, as_json: bool) -> None:
    """Make the database equal to FILE, for what FILE names."""
    key = parts_of(app).settings.secret_key
    try:
        document = _read(file)
        if dry_run:
            outcome = applying.preview(document, key)
        else:
            with transaction():
                outcome = applying.apply(document, key)
                arrange(wanted(), clock.now())
    except InvalidConfiguration as error:
        _refuse(error, as_json=as_json)
    for note in outcome.notes:
        click.echo(str(note), err=True)
    if as_json:
        print_json(_listed(outcome.comparison))
    else:
        _say(outcome.comparison, dry_run=dry_run)


@config.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
@with_application
def export(app: Flask, *, file: Path | None, as_json: bool) -> None:
    """Write the whole set-up to FILE, or to standard output."""
    text = export_text(read_setup(parts_of(app).settings.secret_key))
    if file is not None:
        _write(file, text)
    if as_json:
        print_json({"file": str(file) if file else "", "text": "" if file else text})
    elif file is None:
        click.echo(text, nl=False)
    else:
        click.echo(_("The set-up was written to %(file)s.", file=file))


def _read(file: Path) -> Document:
    """Return what stands in a file, with the passwords that it names.

    :raises InvalidSetting: if the file cannot be read
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(
            _("%(file)s cannot be read: it is not there, or is no UTF-8 text.", file=file)
        ) from error
    if len(content) > MOST_BYTES:
        raise InvalidSetting(_("%(file)s is too long for a configuration file.", file=file))
    return fetch(read_document(text), file.absolute().parent)


def _setup_of(app: Flask) -> Any:
    """Return the set-up that is; before the first `lupweb upgrade`, the one that will be."""
    if not schema_is_current():
        return untouched_setup()
    return read_setup(parts_of(app).settings.secret_key)


def _refuse(error: InvalidConfiguration, *, as_json: bool) -> NoReturn:
    click.echo(str(error), err=True)
    if as_json:
        faults = [
            {"path": fault.path, "line": fault.line, "text": str(fault.text)}
            for fault in error.faults
        ]
        print_json({"ok": False, "faults": faults})
    sys.exit(FAILED)


def _listed(comparison: Comparison) -> dict[str, Any]:
    return {
        "created": list(comparison.created),
        "changed": list(comparison.changed),
        "removed": list(comparison.removed),
        "unchanged": comparison.unchanged,
    }


def _say(comparison: Comparison, *, dry_run: bool) -> None:
    for word, names in _words(comparison):
        for name in names:
            click.echo(f"{word} {name}")
    if comparison.is_empty:
        click.echo(_("Nothing to do: everything is as the file says."))
    elif dry_run:
        click.echo(_("Nothing was changed: this was a dry run."))


def _words(comparison: Comparison) -> list[tuple[Text, tuple[str, ...]]]:
    return [
        (_("created"), comparison.created),
        (_("changed"), comparison.changed),
        (_("removed"), comparison.removed),
    ]


def _write(file: Path, text: str) -> None:
    """Write a file at once or not at all.

    :raises InvalidSetting: if it cannot be written
    """
    half = file.with_name(f".{file.name}.new")
    try:
        half.write_text(text, encoding="utf-8")
        os.replace(half, file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise InvalidSetting(_("%(file)s cannot be written.", file=file)) from error
