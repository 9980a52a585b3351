"""Look at people from the command line."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import ColumnElement, true

from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_as
from lupweb.cli.application import with_application
from lupweb.cli.output import json_option, print_json
from lupweb.cli.purging import purge
from lupweb.database import transaction
from lupweb.errors import FilterRefused
from lupweb.exports.service import FORMATS, Export, export_people, note_export
from lupweb.options.service import options
from lupweb.orgchart.queries import manager_key
from lupweb.people.policies import exported, listed
from lupweb.people.queries import get_person
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import Layout, load_layout
from lupweb.search.found import FoundPeople
from lupweb.search.queries import found_people
from lupweb.search.request import SearchRequest
from lupweb.texts import _

query_option = click.option(
    "--query", default="", help='Plain words, or a filter such as department:"Sales (EMEA)".'
)
as_option = click.option(
    "--as", "login", help="As this person sees them; without it everything is shown."
)


@dataclass(frozen=True)
class Asked:
    """Who asks, and how the profiles are built."""

    viewer: Viewer
    layout: Layout
    options: dict[str, Any]


@click.group()
def people() -> None:
    """People, as somebody sees them."""


@people.command("list")
@query_option
@as_option
@click.option("--all", "everybody", is_flag=True, help="Also people whom the site does not show.")
@json_option
@with_application
def list_people(
    app: Flask, *, query: str, login: str | None, everybody: bool, as_json: bool
) -> None:
    """List people, one a line."""
    asked = _asked(login)
    found = _found(asked, query, true() if everybody else listed(asked.options))
    for block in found.blocks():
        for each in documents(asked.viewer, asked.layout, block):
            if as_json:
                print_json(each)
            else:
                click.echo(f"{each['login']}\t{each['name']}\t{each['email']}")


@people.command()
@click.option("--format", "form", type=click.Choice(list(FORMATS)), required=True)
@query_option
@as_option
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@json_option
@with_application
def export(
    app: Flask, *, form: str, query: str, login: str | None, output: Path, as_json: bool
) -> None:
    """Write the active people to a file."""
    asked = _asked(login)
    found = _found(asked, query, exported(asked.options))
    site = app.extensions["lupweb"].settings.base_url.rstrip("/")
    written = Export(asked.viewer, asked.layout, found, site)
    count = export_people(written, form, output)
    with transaction():
        note_export(replace(written, viewer=OPERATOR), form, query)
    if as_json:
        print_json({"people": count, "format": form, "output": str(output)})
    else:
        click.echo(f"Wrote {count} people to {output}.")


def _found(asked: Asked, query: str, among: ColumnElement[bool]) -> FoundPeople:
    request = SearchRequest(filter=query)
    try:
        return found_people(asked.viewer, asked.layout, asked.options, request, among)
    except FilterRefused as error:
        said = [_("Column %(column)s: %(message)s", column=error.column, message=error.message)]
        if error.suggestion:
            said.append(_("Did you mean “%(field)s”?", field=error.suggestion))
        caret = " " * (error.column - 1) + "^"
        message = " ".join(map(str, said)) + f"\n\n{error.text}\n{caret}"
        raise click.BadParameter(message, param_hint="--query") from error


def _asked(login: str | None) -> Asked:
    chosen = options()
    viewer = OPERATOR if login is None else viewer_as(get_person(login).id)
    layout = replace(load_layout(chosen["phone_region"]), manager=manager_key())
    return Asked(viewer, layout, chosen)


people.add_command(purge)
