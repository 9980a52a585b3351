"""X27: PostgreSQL dies and comes back, ends connections, or finds two that wait for each other."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from lupweb.accounts.service import create_admin
from lupweb.app import create_app
from lupweb.cli.setup import upgrade_database
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.options.models import Option
from lupweb.people.models import Person
from lupweb.runs.leases import STALE, database_now
from lupweb.runs.models import Lease, Run
from lupweb.runs.recovery import dead_runs, start_again
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.sync.service import perform, run
from tests.browsing import Browser
from tests.embedded.processes import until
from tests.factories import SECRET_KEY, a_connection, a_profile, an_entry
from tests.fakes import FakeDirectory
from tests.faults.steps import AfterPage
from tests.servers.postgresql import Cluster, a_cluster, new_database

PASSWORD = "an administrator's password"
ANSWER_WITHIN_S = 2


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with a_cluster(tmp_path_factory.mktemp("postgresql"), is_killed=True) as running:
        yield running


@pytest.fixture
def site(cluster: Cluster, tmp_path: Path, directory: FakeDirectory) -> Iterator[Flask]:
    """A site on a PostgreSQL of its own, with a directory of two people."""
    with new_database(cluster.url) as url:
        settings = Settings(instance=tmp_path, secret_key=SECRET_KEY, database_url=url)
        app = create_app(settings, connect=directory.connect)
        upgrade_database(app)
        with app.app_context():
            with transaction():
                create_admin("admin", PASSWORD)
            a_connection(directory)
            an_entry(directory, "anna")
            an_entry(directory, "bert")
            a_profile()
            db.session.remove()
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def browser(site: Flask) -> Browser:
    return Browser(site.test_client()).sign_in("admin", PASSWORD)


def seconds_for(browser: Browser, path: str) -> float:
    began = time.monotonic()
    browser.get(path)
    return time.monotonic() - began


def is_well(browser: Browser) -> bool:
    browser.get("/people")
    return browser.response.status_code == 200


def end_connections(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


def test_x27_a_page_says_so_at_once_and_all_is_well_when_it_is_back(
    cluster: Cluster, browser: Browser
) -> None:
    assert is_well(browser)
    cluster.kill()
    try:
        for _time in range(3):
            assert seconds_for(browser, "/people") < ANSWER_WITHIN_S
            assert browser.response.status_code == 503
            assert "does not answer right now" in browser.text
    finally:
        cluster.start()

    until(lambda: is_well(browser), "a page")


def test_x27_connections_that_were_ended_are_replaced(cluster: Cluster, browser: Browser) -> None:
    assert is_well(browser)

    end_connections(cluster)

    until(lambda: is_well(browser), "a page")


def test_x27_a_run_whose_connections_end_is_done_or_started_again_and_brings_everybody(
    cluster: Cluster, site: Flask, directory: FakeDirectory
) -> None:
    with site.app_context():
        cut = AfterPage(directory.connect, lambda: end_connections(cluster))
        with suppress(OperationalError):
            run("main", secret_key=SECRET_KEY, connect=cut, trigger="test")
        assert cut.has_acted
        db.session.remove()
        with transaction():
            db.session.scalars(select(Lease)).one().heartbeat_at = database_now() - STALE * 2

        for dead_id in dead_runs():
            with transaction():
                next_id = start_again(dead_id)
            assert next_id is not None
            perform(next_id, secret_key=SECRET_KEY, connect=directory.connect)
            assert get_run(dead_id).state is RunState.FAILED

        newest = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
        assert newest is not None
        assert newest.state is RunState.DONE
        assert db.session.scalar(select(func.count(Person.id))) == 2


def test_x27_of_two_that_wait_for_each_other_one_is_told_and_nothing_is_half_done(
    site: Flask,
) -> None:
    with site.app_context(), transaction():
        db.session.add_all([Option(key="a", value={"n": 0}), Option(key="b", value={"n": 0})])
    both_have_one = Barrier(2)
    ended: list[str] = []
    raise_one = text("UPDATE option SET value = '{\"n\": 1}' WHERE key = :key")

    def write(first: str, second: str) -> None:
        with site.app_context():
            try:
                with transaction():
                    db.session.execute(raise_one, {"key": first})
                    both_have_one.wait(10)
                    db.session.execute(raise_one, {"key": second})
            except OperationalError:
                ended.append("told")
            else:
                ended.append("written")
            db.session.remove()

    writers = [Thread(target=write, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(20)

    assert sorted(ended) == ["told", "written"]
    with site.app_context():
        ones = select(func.count()).where(
            Option.key.in_(["a", "b"]), Option.value["n"].as_integer() == 1
        )
        assert db.session.scalar(ones) == 2
