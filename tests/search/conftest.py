"""A company that is searched by many tests, once for each database."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from lupweb import clock
from lupweb.app import create_app
from lupweb.cli.setup import upgrade_database
from lupweb.config import Settings
from lupweb.database import db
from tests.factories import SECRET_KEY
from tests.search.company import Loaded, load
from tests.search.filter_company import FilterCompany, a_filter_company
from tests.search.saying import TODAY
from tests.servers.postgresql import new_database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def _filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, queue_url: str
) -> Iterator[tuple[Flask, Loaded]]:
    folder = tmp_path_factory.mktemp("searched")
    if request.param == "sqlite":
        yield from _application(
            Settings(instance=folder, secret_key=SECRET_KEY, redis_url=queue_url)
        )
        return
    with new_database(request.getfixturevalue("postgresql_server")) as url:
        yield from _application(
            Settings(instance=folder, secret_key=SECRET_KEY, database_url=url, redis_url=queue_url)
        )


def _application(settings: Settings) -> Iterator[tuple[Flask, Loaded]]:
    app = create_app(settings)
    upgrade_database(app)
    with app.app_context():
        loaded = load()
        db.session.remove()
    yield app, loaded
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def searched(_filled: tuple[Flask, Loaded]) -> Iterator[Loaded]:
    """A company of 1,500 people, inside its application; nobody may write to it."""
    app, loaded = _filled
    with app.app_context():
        yield loaded
        db.session.remove()


@pytest.fixture
def filter_company(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> FilterCompany:
    """Ninety people, some hidden, with every kind of value; nobody is in the group “safety”."""
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)
    return a_filter_company()
