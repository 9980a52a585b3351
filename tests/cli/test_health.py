"""What `lupweb health` says of a site: everything at work, or what is not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from redis import Redis

from lupweb.cli.health import health
from lupweb.config import Settings
from lupweb.database import transaction
from lupweb.jobs.scheduler import SUBJECT as SCHEDULER
from lupweb.jobs.worker import LupwebWorker
from lupweb.runs import service as runs
from lupweb.runs.leases import show_life
from tests.factories import SECRET_KEY, a_connection
from tests.fakes import FakeDirectory


@pytest.fixture
def worker(app: Flask, settings: Settings) -> Iterator[LupwebWorker]:
    """A worker that has introduced itself."""
    with Redis.from_url(settings.redis_url) as connection:
        connection.flushall()
        worker = LupwebWorker(app, connection=connection)
        worker.register_birth()
        yield worker
        worker.register_death()


def asked(instance: Path, *options: str, redis_url: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        health,
        options,
        env={
            "LUPWEB_INSTANCE": str(instance),
            "LUPWEB_SECRET_KEY": SECRET_KEY,
            "LUPWEB_REDIS_URL": redis_url,
        },
    )
    return result.exit_code, result.stdout


def test_a_site_at_work_is_healthy(
    app: Flask, settings: Settings, directory: FakeDirectory, worker: LupwebWorker
) -> None:
    with app.app_context():
        a_connection(directory)
        with transaction():
            show_life(SCHEDULER, "a scheduler")
            runs.start("directory:main", trigger="test", mode="full", reason="")

    code, printed = asked(settings.instance, "--json", redis_url=settings.redis_url)

    assert code == 0
    assert json.loads(printed) == {
        "ok": True,
        "database": True,
        "queue": True,
        "workers": 1,
        "scheduler": True,
        "runs": {"queued": 0, "running": 1},
        "directories": [{"key": "main", "state": "", "last_full": None, "last_changes": None}],
        "writeback": {"queued": 0, "oldest_seconds": None, "conflicts": 0},
    }


def test_without_a_scheduler_a_site_is_not_healthy(
    settings: Settings, worker: LupwebWorker
) -> None:
    code, printed = asked(settings.instance, "--json", redis_url=settings.redis_url)

    found = json.loads(printed)
    assert code == 1
    assert (found["ok"], found["workers"], found["scheduler"]) == (False, 1, False)


def test_a_queue_and_a_database_that_are_away_are_said_and_not_a_traceback(
    tmp_path: Path,
) -> None:
    nowhere = f"unix://{tmp_path}/nothing.sock"

    code, printed = asked(tmp_path, "--json", redis_url=nowhere)

    found = json.loads(printed)
    assert code == 1
    assert (found["database"], found["queue"], found["workers"]) == (False, False, 0)
    assert found["directories"] == []


def test_people_read_sentences(settings: Settings, worker: LupwebWorker) -> None:
    code, printed = asked(settings.instance, redis_url=settings.redis_url)

    assert code == 1
    assert printed.splitlines() == [
        "Database of this version answers: yes",
        "Queue server answers: yes",
        "Workers: 1",
        "Scheduler is at work: no",
        "Runs: 0 at work, 0 waiting",
    ]
