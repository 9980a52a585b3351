"""Look at people from the command line."""

import click
from flask import Flask

from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_as
from lupweb.cli.application import with_application
from lupweb.cli.output import json_option, print_json
from lupweb.options.service import options
from lupweb.people.queries import get_person
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import load_layout
from lupweb.search.queries import found_people


@click.group()
def people() -> None:
    """People, as somebody sees them."""


@people.command("list")
@click.option("--query", default="", help="Plain words; every one has to be found.")
@click.option("--as", "login", help="As this person sees them; without it everything.")
@click.option("--all", "everybody", is_flag=True, help="Also people whom the site does not show.")
@json_option
@with_application
def list_people(
    app: Flask, *, query: str, login: str | None, everybody: bool, as_json: bool
) -> None:
    """List people, one a line."""
    layout = load_layout(options()["phone_region"])
    viewer = _viewer(login)
    found = found_people(viewer, layout, query, everybody=everybody)
    for each in documents(viewer, layout, found):
        if as_json:
            print_json(each)
        else:
            click.echo(f"{each['login']}\t{each['name']}\t{each['email']}")


def _viewer(login: str | None) -> Viewer:
    return viewer_as(get_person(login).id) if login else OPERATOR
