"""Look at directories, and test the connection to one."""

import sys
from typing import Any

import click
from flask import Flask
from sqlalchemy import select

from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.database import db, end_reading
from lupweb.directories.models import Directory
from lupweb.directories.probe import probe
from lupweb.directories.service import facts_of, get_directory
from lupweb.directories.steps import Expected, Step
from lupweb.options.service import options
from lupweb.people.models import Group
from lupweb.profiles.layout import load_layout

FAILED = 1


@click.group()
def directory() -> None:
    """The servers where people come from and sign in."""


@directory.command("list")
@json_option
@with_application
def list_directories(app: Flask, *, as_json: bool) -> None:
    """List the directories in their order, one a line."""
    for each in db.session.scalars(select(Directory).order_by(Directory.position)):
        if as_json:
            print_json(_document(each))
        else:
            state = "" if each.is_enabled else "\toff"
            click.echo(f"{each.key}\t{each.name}\t{' '.join(each.uris)}{state}")


@directory.command()
@click.argument("key")
@json_option
@with_application
def test(app: Flask, *, key: str, as_json: bool) -> None:
    """Walk from the address of a directory to its people; read only."""
    parts = parts_of(app)
    found = get_directory(key)
    facts = facts_of(found, parts.settings.secret_key)
    expected = _expected(found)
    end_reading()
    steps = probe(facts, parts.connect, expected)
    is_well = all(step.ok for step in steps)
    if as_json:
        print_json({"ok": is_well, "steps": [_as_json(step) for step in steps]})
    else:
        _say(steps)
    sys.exit(0 if is_well else FAILED)


def _expected(directory: Directory) -> Expected:
    """Return what the profile and the groups ask of a directory."""
    layout = load_layout(options()["phone_region"])
    groups = select(Group.key, Group.dn).where(Group.directory_id == directory.id)
    return Expected(
        attributes={field.key: field.attribute for field in layout.supplied_by(directory.key)},
        groups=dict(db.session.execute(groups).all()),
    )


def _document(directory: Directory) -> dict[str, Any]:
    return {
        "key": directory.key,
        "name": directory.name,
        "kind": directory.kind,
        "role": str(directory.role),
        "uris": list(directory.uris),
        "enabled": directory.is_enabled,
    }


def _as_json(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "ok": step.ok,
        "text": str(step.text),
        "seconds": step.seconds,
        "fix": str(step.fix),
    }


def _say(steps: list[Step]) -> None:
    for step in steps:
        click.echo(f"{'ok ' if step.ok else 'NOT'}  {step.id:<13} {step.text} {step.fix}".rstrip())
