"""The scheduler finds what is to be done in the database, whatever became of the queue."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis

from lupweb import clock
from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.jobs import scheduler, workers_alive
from lupweb.jobs.scheduler import Scheduler
from lupweb.jobs.worker import LupwebWorker
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.runs import service as runs
from lupweb.runs.leases import STALE, name_run, take
from lupweb.runs.models import Lease, Run, Schedule
from lupweb.runs.states import RunState
from tests.databases import both_databases
from tests.embedded.processes import until
from tests.factories import a_connection, a_profile, an_entry
from tests.fakes import FakeDirectory
from tests.jobs.queues import Queue
from tests.jobs.test_worker import WorkerOfOneProcess

SUBJECT = "directory:main"
A_REQUEST_TAKES_S = 10
DONE_WITHIN_S = 10


@pytest.fixture
def site(own_settings: Settings, directory: FakeDirectory) -> Iterator[Flask]:
    """A site with a directory of two people, and a queue server of its own."""
    app = create_app(own_settings, connect=directory.connect)
    with app.app_context():
        a_connection(directory)
        an_entry(directory, "anna")
        an_entry(directory, "bert")
        a_profile()
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def ask(mode: str = "full") -> int:
    with transaction():
        return runs.request(SUBJECT, trigger="button", mode=mode, reason="")


def state_of(run_id: int) -> RunState:
    state = runs.get_run(run_id).state
    db.session.rollback()
    return state


def turn_until_done(site: Flask, run_id: int) -> None:
    """Let a scheduler do what it does once a second, at once."""
    one = Scheduler(site)

    def is_done() -> bool:
        one.turn()
        return not state_of(run_id).is_active

    until(is_done, "the run is not done")


def let_time_pass(run_id: int, by: timedelta) -> None:
    with transaction():
        runs.get_run(run_id).started_at -= by


def jobs_waiting(queue: Queue) -> int:
    with Redis.from_url(queue.url) as connection:
        return connection.llen("rq:queue:default")


@both_databases
def test_a_request_wakes_a_worker(site: Flask, own_queue: Queue) -> None:
    run_id = ask()

    with Redis.from_url(own_queue.url) as connection:
        WorkerOfOneProcess(site, connection=connection).work(burst=True, logging_level="CRITICAL")

    run = runs.get_run(run_id)
    assert (run.state, run.counters["new"]) == (RunState.DONE, 2)


def test_b106_fifty_requests_are_one_job(site: Flask, own_queue: Queue) -> None:
    for _press in range(50):
        ask()

    assert jobs_waiting(own_queue) == 1


def test_x17_a_dead_queue_costs_little_and_the_scheduler_does_the_run(
    site: Flask, own_queue: Queue
) -> None:
    own_queue.kill()

    began = time.monotonic()
    run_id = ask()
    assert time.monotonic() - began <= A_REQUEST_TAKES_S

    turn_until_done(site, run_id)
    assert time.monotonic() - began <= DONE_WITHIN_S
    assert state_of(run_id) == RunState.DONE


def test_x18_a_frozen_queue_costs_little_and_the_scheduler_does_the_run(
    site: Flask, own_queue: Queue
) -> None:
    with own_queue.frozen():
        began = time.monotonic()
        run_id = ask()
        assert time.monotonic() - began <= A_REQUEST_TAKES_S

        turn_until_done(site, run_id)
        assert time.monotonic() - began <= DONE_WITHIN_S
    assert state_of(run_id) == RunState.DONE


def test_x19_a_queue_that_lost_everything_is_filled_again(site: Flask, own_queue: Queue) -> None:
    run_id = ask()
    with Redis.from_url(own_queue.url) as connection:
        connection.flushall()
        let_time_pass(run_id, by=timedelta(seconds=6))

        Scheduler(site).turn()

        WorkerOfOneProcess(site, connection=connection).work(burst=True, logging_level="CRITICAL")
    assert state_of(run_id) == RunState.DONE


def test_a_run_that_no_worker_takes_is_done_by_the_scheduler(site: Flask) -> None:
    run_id = ask()
    let_time_pass(run_id, by=scheduler.OVERDUE + timedelta(seconds=2))

    turn_until_done(site, run_id)

    assert state_of(run_id) == RunState.DONE


def test_a_run_that_waits_for_another_one_wakes_nobody(site: Flask, own_queue: Queue) -> None:
    with transaction():
        take(SUBJECT, "another run")
    run_id = ask()
    let_time_pass(run_id, by=scheduler.OVERDUE * 2)
    with Redis.from_url(own_queue.url) as connection:
        connection.flushall()

    Scheduler(site).turn()

    assert jobs_waiting(own_queue) == 0
    assert state_of(run_id) == RunState.QUEUED


def test_a_full_run_that_meets_a_smaller_one_waits_and_is_done_after_it(
    site: Flask, own_queue: Queue
) -> None:
    with transaction():
        lease = take(SUBJECT, "a run of the changes")
    run_id = ask()
    with Redis.from_url(own_queue.url) as connection:
        worker = WorkerOfOneProcess(site, connection=connection)
        worker.work(burst=True, logging_level="CRITICAL")
        assert state_of(run_id) == RunState.QUEUED

        with transaction():
            lease.release()
        let_time_pass(run_id, by=timedelta(seconds=6))
        Scheduler(site).turn()
        worker.work(burst=True, logging_level="CRITICAL")

    assert state_of(run_id) == RunState.DONE


def test_a_run_that_cannot_begin_is_ended_with_the_reason(site: Flask) -> None:
    with transaction():
        run_id = runs.request("directory:none", trigger="button", mode="full", reason="")
    let_time_pass(run_id, by=scheduler.OVERDUE * 2)

    turn_until_done(site, run_id)

    run = runs.get_run(run_id)
    assert (run.state, run.message) == (RunState.FAILED, "There is no directory “none”.")


@both_databases
def test_x22_a_run_whose_process_died_is_started_again_and_done(site: Flask) -> None:
    with transaction():
        lease = take(SUBJECT, "worker")
        run_id = runs.start(SUBJECT, trigger="button", mode="full", reason="")
        name_run(lease, run_id)
        row = db.session.get_one(Lease, SUBJECT)
        assert row.heartbeat_at
        row.heartbeat_at -= STALE * 2

    Scheduler(site).turn()

    assert state_of(run_id) == RunState.FAILED
    following = db.session.query(Run).filter_by(state=RunState.QUEUED).one()
    assert following.reason == f"run {run_id} was interrupted"


@both_databases
def test_what_is_due_is_asked_for_by_one_of_two_schedulers(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scheduler(site).turn()
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)

    Scheduler(site).turn()
    Scheduler(site).turn()

    asked = sorted((run.mode, run.trigger) for run in db.session.query(Run))
    assert asked in [
        [("full", "schedule")],
        [("changes", "schedule"), ("full", "schedule")],
    ]


def test_schedules_follow_the_options_and_the_directories(site: Flask) -> None:
    Scheduler(site).turn()
    assert {each.mode for each in db.session.query(Schedule)} == {"full", "changes"}

    with transaction():
        get_directory("main").is_enabled = False
    Scheduler(site).turn()

    assert db.session.query(Schedule).count() == 0


def test_read_only_mode_starts_nothing(site: Flask) -> None:
    with transaction():
        set_option(READ_ONLY, True)
    Scheduler(site).turn()
    with transaction():
        for each in db.session.query(Schedule):
            each.next_at = clock.now() - timedelta(minutes=1)

    Scheduler(site).turn()

    assert db.session.query(Run).count() == 0


def test_one_fault_does_not_stop_the_rest(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "dead_runs", lambda: 1 / 0)

    Scheduler(site).turn()

    assert db.session.query(Schedule).count() == 2


def test_told_to_stop_it_ends_and_does_not_wait_for_its_next_look(site: Flask) -> None:
    running = Scheduler(site)
    loop = threading.Thread(target=running.run)
    loop.start()
    began = time.monotonic()

    running.stop()
    loop.join(5)

    assert not loop.is_alive()
    assert time.monotonic() - began < 5


def test_a_worker_that_the_queue_forgot_is_counted_again(site: Flask, own_queue: Queue) -> None:
    settings = site.extensions["lupweb"].settings
    with Redis.from_url(own_queue.url) as connection:
        worker = LupwebWorker(site, connection=connection)
        worker.register_birth()
        connection.flushall()
        worker.heartbeat()

        assert workers_alive(settings) == 1
        worker.register_death()
        assert workers_alive(settings) == 0
