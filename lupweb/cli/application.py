"""The application for a command."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from flask import Flask

from lupweb.app import Parts, create_app
from lupweb.database import db
from lupweb.errors import InvalidSetting
from lupweb.tables import database_answers, has_tables, schema_is_current
from lupweb.texts import _

P = ParamSpec("P")
R = TypeVar("R")


def parts_of(app: Flask) -> Parts:
    """Return settings and connections of the application."""
    parts: Parts = app.extensions["lupweb"]
    return parts


def with_application(command: Callable[Concatenate[Flask, P], R]) -> Callable[P, R]:
    """Run a command in the context of the application, which becomes its first argument.

    :raises InvalidSetting: if the database is not of this version
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        app = create_app()
        with app.app_context():
            try:
                require_schema()
                return command(app, *args, **kwargs)
            finally:
                db.session.remove()
                db.engine.dispose()

    return run


def require_schema() -> None:
    """Refuse to work on tables of another version, or on none.

    :raises InvalidSetting: with the command that brings them up to date
    """
    if not database_answers():
        raise InvalidSetting(
            _("The database cannot be reached. Nothing was changed. Is DATABASE_URL right?")
        )
    if schema_is_current():
        return
    if not has_tables():
        raise InvalidSetting(
            _("There are no tables yet: nothing was set up here. Run: lupweb upgrade")
        )
    raise InvalidSetting(
        _("The database is not of this version. Nothing was changed. Run: lupweb upgrade")
    )
