"""What tests of every package share: settings, an application, databases, signed-in browsers."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from lupweb.accounts import passwords
from lupweb.app import create_app
from lupweb.cli.setup import upgrade_database
from lupweb.config import Settings
from lupweb.database import db
from tests.browsing import Browser
from tests.factories import SECRET_KEY, an_empty_directory
from tests.fakes import FakeDirectory
from tests.keeping import Companies, keep_what_is_compiled
from tests.servers.postgresql import new_database, running_postgresql
from tests.servers.valkey import running_valkey


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes minutes and rarely fails, unless everything is asked for."""
    if os.environ.get("LUPWEB_THOROUGH"):
        return
    why = pytest.mark.skip(reason="takes long: LUPWEB_THOROUGH=1 ./lup test runs it")
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(why)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: tests wait for servers a third of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """What is loaded now stays to the end, and is no garbage."""
    gc.collect()
    gc.freeze()


keep_what_is_compiled()
gc.set_threshold(100_000, 50, 20)  # hundreds of applications: looking for garbage takes a tenth

# a busy machine is no fault of what is tested
hypothesis_settings.register_profile("lupweb", deadline=None)
hypothesis_settings.load_profile("lupweb")


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server for one test run."""
    with running_postgresql(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(scope="session")
def queue_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real queue server for one test run."""
    with running_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of this version, to be copied."""
    instance = tmp_path_factory.mktemp("tables")
    app = create_app(Settings(instance=instance, secret_key=SECRET_KEY))
    upgrade_database(app)
    return instance / "lupweb.sqlite"


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_with_tables: Path
) -> Iterator[str]:
    """The URL of an empty database of this version: SQLite, or what `both_databases` says."""
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copy(sqlite_with_tables, tmp_path / "lupweb.sqlite")
        yield ""
        return
    with new_database(request.getfixturevalue("postgresql_server")) as url:
        settings = Settings(instance=tmp_path, secret_key=SECRET_KEY, database_url=url)
        upgrade_database(create_app(settings))
        yield url


@pytest.fixture(scope="session")
def companies(sqlite_with_tables: Path) -> Companies:
    """What fixtures made before, to be copied."""
    return Companies(sqlite_with_tables)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, queue_url: str) -> Settings:
    """The settings of an installation of its own."""
    return Settings(
        instance=tmp_path, secret_key=SECRET_KEY, database_url=database_url, redis_url=queue_url
    )


@pytest.fixture
def directory() -> FakeDirectory:
    """A directory without people; it refuses to be asked inside a transaction."""
    return an_empty_directory()


@pytest.fixture
def app(settings: Settings, directory: FakeDirectory) -> Iterator[Flask]:
    """The application; its directory is the fake one."""
    app = create_app(settings, connect=directory.connect)
    app.config["TESTING"] = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The application, with its context: for tests that call the domain."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little work: a fifth of a second each would be most of the run."""
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has not signed in."""
    return app.test_client()


@pytest.fixture
def browser(app: Flask) -> Callable[[], Browser]:
    """Makes browsers that fill in forms as people do."""
    return lambda: Browser(app.test_client())
