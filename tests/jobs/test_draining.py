"""What people enter reaches the directory, whatever became of queue and workers."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis

from lupweb import jobs
from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.jobs import connection_for_pages, draining, hanging, wake_drain
from lupweb.jobs.draining import Draining
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from tests.fakes import FakeDirectory
from tests.jobs.queues import Queue
from tests.jobs.test_worker import WorkerOfOneProcess
from tests.keeping import Companies
from tests.writeback.world import a_company, enter, state

A_SAVE_MAY_WAIT_S = 0.5
A_SAVE_TAKES_S = 10  # a second, on a machine that has nothing else to do


@pytest.fixture
def site(own_settings: Settings, directory: FakeDirectory, companies: Companies) -> Iterator[Flask]:
    """A site that saves to its directory, with a queue server of its own."""
    app = create_app(own_settings, connect=directory.connect)
    companies.again(app, directory, a_company)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def jobs_waiting(queue: Queue) -> int:
    with Redis.from_url(queue.url) as connection:
        return connection.llen("rq:queue:default")


def work(site: Flask, queue: Queue) -> None:
    with Redis.from_url(queue.url) as connection:
        WorkerOfOneProcess(site, connection=connection).work(burst=True, logging_level="CRITICAL")


def look(site: Flask) -> None:
    """Let a scheduler look once, and wait for what it does itself."""
    looking = Draining(site)
    looking.look()
    looking.wait(60)


def let_time_pass(number: int, by: timedelta) -> None:
    with transaction():
        db.session.get_one(OutboxMessage, number).not_before -= by


def test_a_save_wakes_a_worker(site: Flask, own_queue: Queue) -> None:
    number = enter("anna", "position", "Chef")

    work(site, own_queue)

    assert state(number) is OutboxState.WRITTEN


def test_x39_any_number_of_saves_are_one_wake_up(site: Flask, own_queue: Queue) -> None:
    for value in range(20):
        enter("anna", "position", str(value))
        enter("bert", "position", str(value))

    assert jobs_waiting(own_queue) == 1


def test_a_save_beside_a_drain_wakes_one_more(site: Flask, own_queue: Queue) -> None:
    with Redis.from_url(own_queue.url) as connection:
        connection.hset("rq:job:drain-1", "status", "started")
        for value in range(5):
            enter("anna", "position", str(value))

        assert jobs_waiting(own_queue) == 1
        assert connection.lpos("rq:queue:default", "drain-1-next") is not None


def test_x17_without_a_queue_a_save_ends_soon_and_arrives(site: Flask, own_queue: Queue) -> None:
    own_queue.kill()
    began = time.monotonic()
    number = enter("anna", "position", "Chef")
    assert time.monotonic() - began <= A_SAVE_TAKES_S

    look(site)

    assert state(number) is OutboxState.WRITTEN


def test_x18_with_a_frozen_queue_a_save_ends_soon_and_arrives(
    site: Flask, own_queue: Queue
) -> None:
    with own_queue.frozen():
        began = time.monotonic()
        number = enter("anna", "position", "Chef")
        assert time.monotonic() - began <= A_SAVE_TAKES_S

        look(site)

        assert state(number) is OutboxState.WRITTEN


def test_x18_nobody_waits_twice_in_a_row_for_a_queue_that_hangs(
    site: Flask, own_queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def opened(settings: Settings, wait_s: float) -> Redis:
        waits.append(wait_s)
        return connection_for_pages(settings, wait_s)

    monkeypatch.setattr(jobs, "connection_for_pages", opened)
    with own_queue.frozen():
        for value in ("Chef", "Head chef", "Baker"):
            enter("anna", "position", value)
    assert len(waits) == 1
    assert sum(waits) < A_SAVE_MAY_WAIT_S

    own_queue.kill()
    monkeypatch.setattr(hanging, "LEFT_ALONE_S", 0.0)
    hanging.note_silence(own_queue.url)
    enter("anna", "phone", "+49 30 7")  # one that refuses is asked each time
    enter("anna", "phone", "+49 30 8")
    assert len(waits) == 3


def test_x19_a_queue_that_lost_everything_is_filled_again(site: Flask, own_queue: Queue) -> None:
    number = enter("anna", "position", "Chef")
    with Redis.from_url(own_queue.url) as connection:
        connection.flushall()

    look(site)
    assert state(number) is OutboxState.QUEUED
    work(site, own_queue)

    assert state(number) is OutboxState.WRITTEN


def test_what_no_worker_takes_the_scheduler_saves_itself(site: Flask) -> None:
    number = enter("anna", "position", "Chef")
    let_time_pass(number, by=draining.OVERDUE * 2)

    look(site)

    assert state(number) is OutboxState.WRITTEN


def test_where_nothing_is_due_nobody_is_woken(site: Flask, own_queue: Queue) -> None:
    look(site)

    assert jobs_waiting(own_queue) == 0


def test_in_read_only_mode_everything_waits(site: Flask, own_queue: Queue) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        set_option(READ_ONLY, True)
    let_time_pass(number, by=draining.OVERDUE * 2)

    look(site)
    work(site, own_queue)

    assert state(number) is OutboxState.QUEUED


def test_a_directory_that_is_gone_stops_nobody(site: Flask, own_queue: Queue) -> None:
    assert wake_drain(site.extensions["lupweb"].settings, 99)
    number = enter("anna", "position", "Chef")

    work(site, own_queue)

    assert state(number) is OutboxState.WRITTEN
