"""May lupweb write an attribute of a person? As the page of the directory tests it."""

import sys

import click
from flask import Flask

from lupweb.accounts.viewers import OPERATOR
from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.database import transaction
from lupweb.people.queries import get_person
from lupweb.writeback.access_steps import AccessState, AccessTest
from lupweb.writeback.trials import Outside, note_tests, try_access_of

FAILED = 1
SIGNS = {
    AccessState.OK: "ok ",
    AccessState.PROBLEM: "NOT",
    AccessState.LOOK: "see",
    AccessState.SKIPPED: " - ",
}


@click.command()
@click.option("--user", "login", required=True, metavar="LOGIN", help="Whose entry is tried.")
@click.option("--attribute", required=True, metavar="NAME", help="What would be written.")
@click.option(
    "--write", "writes", is_flag=True, help="Write the value that is there, and read it back."
)
@json_option
@with_application
def probe(app: Flask, *, login: str, attribute: str, writes: bool, as_json: bool) -> None:
    """Test writing for one person and one attribute; without --write nothing is written."""
    parts = parts_of(app)
    outside = Outside(parts.settings.secret_key, parts.connect, parts.settings.read_only)
    found = try_access_of(OPERATOR, get_person(login).id, attribute, outside, writes=writes)
    with transaction():
        note_tests(OPERATOR, [found])
    if as_json:
        print_json(found.document())
    else:
        _say(found)
    sys.exit(0 if found.is_well else FAILED)


def _say(found: AccessTest) -> None:
    for each in found.steps:
        click.echo(f"{SIGNS[each.state]}  {each.id:<10} {each.text} {each.fix}".rstrip())
    if found.rule:
        click.echo(f"\n{found.rule}")
