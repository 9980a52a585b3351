"""Look at people from the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import true

from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_as
from lupweb.cli.application import with_application
from lupweb.cli.output import json_option, print_json
from lupweb.exports.service import FORMATS, export_people
from lupweb.options.service import options
from lupweb.people.policies import exported, listed
from lupweb.people.queries import get_person
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import Layout, load_layout
from lupweb.search.queries import found_people
from lupweb.search.request import SearchRequest

query_option = click.option("--query", default="", help="Plain words; every one has to be found.")
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
    among = true() if everybody else listed(asked.options)
    found = found_people(asked.viewer, asked.layout, asked.options, SearchRequest(query), among)
    for block in found.blocks():
        for each in documents(asked.viewer, asked.layout, block):
            if as_json:
                print_json(each)
            else:
                click.echo(f"{each['login']}\t{each['name']}\t{each['email']}")


@people.command()
@click.option("--format", "form", type=click.Choice(FORMATS), required=True)
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
    among = exported(asked.options)
    found = found_people(asked.viewer, asked.layout, asked.options, SearchRequest(query), among)
    count = export_people(asked.viewer, asked.layout, found, form, output)
    if as_json:
        print_json({"people": count, "format": form, "output": str(output)})
    else:
        click.echo(f"Wrote {count} people to {output}.")


def _asked(login: str | None) -> Asked:
    chosen = options()
    viewer = OPERATOR if login is None else viewer_as(get_person(login).id)
    return Asked(viewer, load_layout(chosen["phone_region"]), chosen)
