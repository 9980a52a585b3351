"""The factory: wires the parts, connects the signals, decides nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from jinja2 import StrictUndefined

from lupweb import jobs, logs
from lupweb.blueprints import (
    about,
    activity,
    admin,
    api,
    auth,
    calendar,
    contacts,
    cropping,
    editing,
    exports,
    health,
    lists,
    mine,
    orgchart,
    people,
    pictures,
    profiles,
)
from lupweb.config import Settings, load_settings
from lupweb.database import db
from lupweb.directories.connect import Connect, connect
from lupweb.directories.service import DirectoryFacts
from lupweb.orgchart import keeping as charts
from lupweb.profiles.service import ahead, changed, outdated
from lupweb.search import index, keeping
from lupweb.search.outdated import note_outdated
from lupweb.sync.admitting import admit
from lupweb.tables import SCHEMA, database_answers, schema_is_current
from lupweb.web import (
    access,
    assets,
    context,
    csrf,
    errors,
    filters,
    headers,
    hosts,
    kept,
    limits,
    request_ids,
    sessions,
    versions,
)

LARGEST_FORM = 1024 * 1024
MOST_FORM_PARTS = 200


@dataclass(frozen=True)
class Parts:
    """What pages and commands are handed from outside."""

    settings: Settings
    connect: Connect
    readiness: Callable[[], dict[str, bool]]

    def admit(self, facts: DirectoryFacts, unique_id: str) -> None:
        """Make the person of an entry that signed in for the first time."""
        admit(facts, unique_id, self.connect)


def create_app(settings: Settings | None = None, *, connect: Connect = connect) -> Flask:
    """Return the application.

    :param settings: None: those of `instance/config.toml` and the environment
    :param connect: how directories are reached; tests hand in their own
    """
    settings = settings or load_settings()
    logs.set_up(settings.log_level, settings.log_format)
    app = Flask("lupweb", instance_path=str(settings.instance))
    _configure(app, settings)
    db.init_app(app)
    Migrate(app, db, directory=str(SCHEMA), render_as_batch=True)
    app.extensions["lupweb"] = Parts(settings, connect, lambda: _readiness(settings))
    request_ids.init_app(app)
    hosts.init_app(app, settings)
    sessions.init_app(app, settings)
    for guard in (csrf, versions, access):
        guard.init_app(app)
    headers.init_app(app, settings)
    for part in (assets, filters, errors, kept):
        part.init_app(app)
    context.init_app(app, settings)
    seen = (people.bp, exports.bp, pictures.bp, profiles.bp, editing.bp, cropping.bp)
    own = (contacts.bp, calendar.bp, activity.bp, orgchart.bp, lists.bp)
    for blueprint in (auth.bp, *seen, *own, mine.bp, about.bp, health.bp):
        app.register_blueprint(blueprint)
    admin.init_app(app)
    api.init_app(app)
    changed.connect(_renew)
    ahead.connect(index.ahead)
    outdated.connect(_note_outdated)
    jobs.init_app(app)
    limits.init_app(app, jobs.url_of_queue(settings))
    return app


def _renew(ids: Sequence[int], **told: Any) -> None:
    """Let org charts and search learn of changes, in the transaction that makes them.

    Always in this order: each holds a row until the transaction ends, and two processes that held
    them the other way round would wait for each other (a signal keeps no order).
    """
    for renew in (charts.renew, index.renew, keeping.renew):
        renew(ids, **told)


def _note_outdated(*_sender: Any, **_told: Any) -> None:
    """Let them note that they may be outdated, in the same order."""
    charts.note_outdated()
    note_outdated()


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        PREFERRED_URL_SCHEME="https" if settings.is_secure else "http",
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = False
    # none of ours is a coroutine, and Flask would look at some twenty functions for each page
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]


def _readiness(settings: Settings) -> dict[str, bool]:
    return {
        "database": database_answers(),
        "queue": jobs.queue_answers(settings),
        "schema": schema_is_current(),
    }
