"""Why is this value not here? And the set-up of directories, for whoever helps to find out."""

import json

import click
from flask import Flask

from lupweb.accounts.viewers import OPERATOR, viewer_as
from lupweb.cli.application import parts_of, with_application
from lupweb.cli.output import json_option, print_json
from lupweb.diagnosis.findings import Explanation, FieldVerdict, State
from lupweb.diagnosis.namesakes import namesakes_of
from lupweb.diagnosis.service import Outside, explain_all
from lupweb.diagnosis.service import explain as why
from lupweb.diagnosis.summary import support_summary as summary
from lupweb.diagnosis.unknown import MOST_NAMED
from lupweb.errors import NotFound
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.texts import _

SIGNS = {State.OK: "ok ", State.PROBLEM: "NOT", State.LOOK: "see", State.SKIPPED: " - "}


@click.command()
@click.argument("login")
@click.argument("field", required=False)
@click.option("--as", "reader", metavar="LOGIN", help="For whom the value is not here.")
@json_option
@with_application
def explain(
    app: Flask, *, login: str, field: str | None, reader: str | None, as_json: bool
) -> None:
    """Tell why a person has no value in a field; asks the directories, changes nothing.

    Without a field, each field of the person gets one line.
    """
    parts = parts_of(app)
    outside = Outside(parts.settings.secret_key, parts.connect, parts.settings.read_only)
    as_viewer = None if reader is None else viewer_as(_reader(reader).id)
    if field is None:
        _say_all(explain_all(OPERATOR, login, as_viewer=as_viewer, outside=outside), as_json)
        return
    found = why(OPERATOR, login, field, as_viewer=as_viewer, outside=outside)
    if as_json:
        print_json(found.document())
    else:
        _say(found)


@click.command("support-summary")
@click.option("--no-probe", "is_silent", is_flag=True, help="Ask no directory what it is.")
@json_option
@with_application
def support_summary(app: Flask, *, is_silent: bool, as_json: bool) -> None:
    """Print how directories are set up, without secrets and without people."""
    parts = parts_of(app)
    connect = None if is_silent else parts.connect
    found = summary(OPERATOR, Outside(parts.settings.secret_key, connect))
    if as_json:
        print_json(found)
    else:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def _reader(login: str) -> Person:
    """Return for whom the value is not there.

    :raises NotFound: if that is nobody; naming who may be meant, if they are several
    """
    if named := namesakes_of(login):
        who = "; ".join(str(each.line) for each in named[:MOST_NAMED])
        raise NotFound(_("%(n)s people are called that here: %(who)s", n=len(named), who=who))
    return get_person(login)


def _say(found: Explanation) -> None:
    click.echo(f"{found.verdict} ({found.reason})")
    if found.decisive.fix:
        click.echo(str(found.decisive.fix))
    click.echo()
    for each in found.checks:
        click.echo(f"{SIGNS[each.state]}  {each.id:<12} {each.text}")
        for line in each.evidence if each.state is not State.OK else ():
            click.echo(f"{'':18}{line}")


def _say_all(found: list[FieldVerdict], as_json: bool) -> None:
    if as_json:
        print_json({"fields": [each.document() for each in found]})
        return
    for each in found:
        sign = SIGNS[State.OK if each.is_here else State.PROBLEM]
        click.echo(f"{sign}  {each.key:<20} {each.found.verdict} ({each.found.reason})")
