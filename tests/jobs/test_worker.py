"""A worker runs registered functions with whole numbers, and nothing else."""

from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from lupweb import clock
from lupweb.accounts.service import create_admin
from lupweb.accounts.sessions import open_session
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.jobs import DEFAULT, connection_for_pages, enqueue, queue_answers
from lupweb.jobs.worker import LupwebWorker

CLEANING = "lupweb.jobs.housekeeping.forget_what_ended"


class WorkerOfOneProcess(LupwebWorker, SimpleWorker):
    """Our worker without the fork, so that a test sees what it does."""


@pytest.fixture
def queue(settings: Settings) -> Iterator[Redis]:
    with connection_for_pages(settings) as connection:
        connection.flushall()
        yield connection


def worked_off(app: Flask, connection: Redis, job: Job) -> Job:
    worker = WorkerOfOneProcess(app, connection=connection)
    worker.work(burst=True, logging_level="CRITICAL")
    return Job.fetch(job.id, connection=connection, serializer=JSONSerializer)


def test_a_registered_job_is_done_in_the_application(
    app: Flask, queue: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), transaction():
        user = create_admin("admin", "an administrator's password")
        db.session.flush()
        open_session(user.id, {}, keep=False)
    later = clock.now().replace(year=2100)
    monkeypatch.setattr(clock, "now", lambda: later)

    done = worked_off(app, queue, enqueue(queue, CLEANING))

    assert done.get_status() == JobStatus.FINISHED
    assert done.return_value() == 1


@pytest.mark.parametrize(
    ("function", "arguments"),
    [("os.system", ["true"]), (CLEANING, ["text"]), (CLEANING, [[1]]), ("builtins.print", [1])],
)
def test_b111_a_job_that_somebody_else_wrote_is_not_run(
    app: Flask, queue: Redis, function: str, arguments: list[object]
) -> None:
    foreign = Queue(DEFAULT, connection=queue, serializer=JSONSerializer)

    done = worked_off(app, queue, foreign.enqueue(function, *arguments))

    assert done.get_status() == JobStatus.FAILED
    result = done.latest_result()
    assert result
    assert "NotRegistered" in str(result.exc_string)


def test_our_own_code_can_only_enqueue_what_is_registered(queue: Redis) -> None:
    with pytest.raises(ValueError, match="not registered"):
        enqueue(queue, "os.system")


def test_a_queue_server_that_is_away_is_said_at_once(settings: Settings) -> None:
    away = Settings(
        instance=settings.instance,
        secret_key=settings.secret_key,
        redis_url=f"unix://{settings.instance}/nothing.sock",
    )

    assert queue_answers(settings)
    assert not queue_answers(away)
