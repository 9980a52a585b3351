"""Set an installation up: its tables, its settings, its first administrator."""

import sys

import click
from flask import Flask
from flask_migrate import upgrade as migrate

from lupweb.accounts.service import create_admin
from lupweb.app import create_app
from lupweb.cli.application import with_application
from lupweb.cli.output import json_option, print_json
from lupweb.config import described, load_settings
from lupweb.database import db, transaction
from lupweb.profiles.standard import ensure_standard_fields
from lupweb.search import index, keeping
from lupweb.sync.secondary import make_missing


@click.command()
def upgrade() -> None:
    """Bring the database to this version. Safe to run twice."""
    upgrade_database(create_app())
    click.echo("The database is of this version.", err=True)


def upgrade_database(app: Flask) -> None:
    """Bring the tables to this version, whatever they are now."""
    with app.app_context():
        migrate()
        with transaction():
            ensure_standard_fields()
            index.rebuild_if_outdated()
            keeping.rebuild_if_outdated()
        make_missing()
        db.session.remove()
        db.engine.dispose()


@click.command()
@json_option
def settings(*, as_json: bool) -> None:
    """List every setting with its value; secrets are masked."""
    rows = described(load_settings())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']} = {row['value']}\n    {row['help']}")


@click.group()
def admin() -> None:
    """Administrators with a local account."""


@admin.command()
@click.argument("name")
@click.option("--no-system", is_flag=True, help="Without the right to keys, secrets and writing.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read it from standard input.")
@json_option
@with_application
def create(app: Flask, *, name: str, no_system: bool, password_stdin: bool, as_json: bool) -> None:
    """Make a local administrator, who can sign in when every directory is down."""
    password = sys.stdin.readline().rstrip("\r\n")
    with transaction():
        user = create_admin(name, password, is_system=not no_system)
        made = {"name": user.local_name, "role": str(user.role)}
    if as_json:
        print_json(made)
    else:
        click.echo(f"Made the administrator {made['name']}.")
