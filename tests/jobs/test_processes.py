"""Real workers, schedulers and queue servers, killed and frozen: no run twice, none left running.

LUPWEB_TEST_KILLS=50 kills at 50 points of a run instead of a handful (faults.md X22).
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lupweb import clock
from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.jobs import workers_alive
from lupweb.jobs.scheduler import SUBJECT as SCHEDULER
from lupweb.jobs.scheduler import Scheduler
from lupweb.people.models import Person
from lupweb.runs.leases import shows_life
from lupweb.runs.models import Lease, Schedule
from lupweb.runs.states import RunState
from tests.embedded.processes import is_running, until
from tests.factories import SUFFIX
from tests.jobs.installation import (
    PEOPLE,
    SUBJECT,
    Installation,
    children,
    company,
    configure,
    kill,
    kill_with_children,
    work_horse_of,
)
from tests.jobs.queues import Queue
from tests.servers.slapd import RunningSlapd, running_slapd

KILLS = int(os.environ.get("LUPWEB_TEST_KILLS", "1"))
STOPS_WITHIN_S = 10.0  # far below the 15 s after which a supervisor kills; no measure of speed


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    """A directory server with a company."""
    with running_slapd(tmp_path_factory.mktemp("slapd"), company(), suffix=SUFFIX) as server:
        yield server


@pytest.fixture
def site(own_settings: Settings, slapd: RunningSlapd, own_queue: Queue) -> Iterator[Installation]:
    """An installation without workers and schedulers yet."""
    app = create_app(own_settings)
    with app.app_context():
        configure(slapd)
        installation = Installation(app, own_settings, slapd, own_queue)
        yield installation
        installation.end()
        db.session.remove()
        db.engine.dispose()


def until_alive(site: Installation, workers: int) -> None:
    settings = site.app.extensions["lupweb"].settings
    until(lambda: workers_alive(settings) == workers, f"not {workers} workers")


def until_scheduler_lives() -> None:
    def lives() -> bool:
        db.session.rollback()
        return shows_life(SCHEDULER)

    until(lives, "the scheduler gives no sign of life")


@pytest.mark.thorough
def test_x21_a_work_horse_that_outlives_its_worker_ends_the_run_and_nobody_doubles_it(
    site: Installation,
) -> None:
    worker = site.start("worker")
    until_alive(site, 1)
    with site.directory_frozen():
        run_id = site.ask()
        site.until_state(run_id, RunState.RUNNING)
        horse = work_horse_of(worker)
        worker.kill()
        worker.wait()
        site.start("worker")

        assert site.ask() == run_id
        Scheduler(site.app).turn()
        assert is_running(horse)

    site.until_idle()
    assert [each[:2] for each in site.runs()] == [(run_id, RunState.DONE)]


def test_x22_whenever_worker_and_work_horse_are_killed_the_next_run_completes(
    site: Installation,
) -> None:
    site.write_generation(0)  # other tests change the same directory, in any order
    site.start("worker")
    until_alive(site, 1)
    began = time.monotonic()
    site.ask()
    site.until_idle()
    lasts_s = time.monotonic() - began

    for number in range(1, KILLS + 1):
        site.kill_all()
        site.write_generation(number)
        _kill_at(site, random.uniform(0, lasts_s))  # noqa: S311 no secret

        assert site.generations() <= {(f"t{each}", f"t{each}") for each in (number - 1, number)}
        site.let_lease_run_out()
        site.start("worker")
        site.start("scheduler")
        site.ask()
        site.until_idle()

        assert site.runs()[-1][1] == RunState.DONE, site.runs()
        assert site.generations() == {(f"t{number}", f"t{number}")}
        assert db.session.query(Person).count() == PEOPLE


def _kill_at(site: Installation, after_s: float) -> None:
    """Kill a worker and its work-horse so long after the request of a run."""
    worker = site.start("worker")
    until(lambda: worker.pid in site.workers(), "the worker does not introduce itself")
    site.ask()
    threading.Event().wait(after_s)  # the point in time is what is tested
    kill_with_children(worker)


@pytest.mark.thorough
def test_x22_only_the_work_horse_is_killed_and_the_run_starts_again_at_once(
    site: Installation,
) -> None:
    worker = site.start("worker")
    until_alive(site, 1)
    with site.directory_frozen():
        run_id = site.ask()
        site.until_state(run_id, RunState.RUNNING)
        kill(work_horse_of(worker))
        site.until_state(run_id, RunState.FAILED)

    site.until_idle()
    (_first, died, said), (_second, following, _done) = site.runs()
    assert (died, following) == (RunState.FAILED, RunState.DONE)
    assert said.startswith("Interrupted before anybody was read")
    assert said.endswith(f"Started again as run {run_id + 1}.")


@pytest.mark.thorough
def test_x20_a_queue_that_is_restarted_ends_no_worker_and_doubles_no_run(
    site: Installation,
) -> None:
    worker = site.start("worker")
    until_alive(site, 1)
    with site.directory_frozen():
        first = site.ask()
        site.until_state(first, RunState.RUNNING)
        site.queue.kill()
    site.until_idle()
    site.queue.start()
    until_alive(site, 1)

    second = site.ask()
    site.until_idle()

    assert worker.poll() is None
    assert [each[:2] for each in site.runs()] == [
        (first, RunState.DONE),
        (second, RunState.DONE),
    ]


@pytest.mark.thorough  # one process at a time: tests/faults/test_two_runs.py
def test_x24_two_workers_two_schedulers_a_button_and_a_schedule_are_one_run(
    site: Installation,
) -> None:
    for command in ("worker", "worker", "scheduler", "scheduler"):
        site.start(command)
    until_alive(site, 2)
    until_scheduler_lives()
    until(lambda: db.session.query(Schedule).count() == 1 or db.session.rollback(), "no schedule")
    with site.directory_frozen():
        with transaction():
            db.session.query(Schedule).one().next_at = clock.now() - timedelta(minutes=1)
        run_id = site.ask()
        site.until_state(run_id, RunState.RUNNING)

        def is_claimed() -> bool:
            db.session.rollback()
            return db.session.query(Schedule).one().next_at > clock.now()

        until(is_claimed, "no scheduler claimed the schedule")

    site.until_idle()
    assert [each[:2] for each in site.runs()] == [(run_id, RunState.DONE)]


@pytest.mark.thorough
def test_x25_a_frozen_holder_that_wakes_up_writes_nothing(site: Installation) -> None:
    worker = site.start("worker")
    until_alive(site, 1)
    with site.directory_frozen():
        frozen_run = site.ask()
        site.until_state(frozen_run, RunState.RUNNING)
        horse = work_horse_of(worker)
        heard = len(site.slapd.log())
    with site.database_locked():
        site.slapd.wait_for_log("SEARCH RESULT", since=heard)
        os.kill(horse, signal.SIGSTOP)
    site.write_generation(7)
    site.let_lease_run_out()
    Scheduler(site.app).turn()
    site.start("worker")
    site.until_idle()
    assert site.generations() == {("t7", "t7")}

    os.kill(horse, signal.SIGCONT)
    until(lambda: not is_running(horse), "the first one does not end")

    assert site.generations() == {("t7", "t7")}
    assert [each[1] for each in site.runs()] == [RunState.FAILED, RunState.DONE]
    assert "gave no sign of life" in site.runs()[0][2]
    assert get_directory("main").state == RunState.DONE
    assert db.session.get_one(Lease, SUBJECT).run_id is None


@pytest.mark.thorough
def test_x30_a_worker_that_is_told_to_stop_hands_its_run_back(site: Installation) -> None:
    """Within 10 s."""
    worker = site.start("worker")
    until_alive(site, 1)
    with site.directory_frozen():
        run_id = site.ask()
        site.until_state(run_id, RunState.RUNNING)
        worker.terminate()
        assert worker.wait(10) == 0

    states = [each[1] for each in site.runs()]
    assert states == [RunState.FAILED, RunState.QUEUED]


@pytest.mark.thorough
def test_a_scheduler_ends_soon_when_it_is_told_to_and_leaves_nothing(site: Installation) -> None:
    scheduler = site.start("scheduler")
    until_scheduler_lives()

    began = time.monotonic()
    scheduler.terminate()

    assert scheduler.wait(10) == 0
    assert time.monotonic() - began <= STOPS_WITHIN_S
    assert children(scheduler.pid) == []


@pytest.mark.thorough
def test_x17_the_scheduler_process_does_what_no_worker_can_be_woken_for(
    site: Installation, tmp_path: Path
) -> None:
    site.start("scheduler")
    until_scheduler_lives()
    site.queue.kill()

    run_id = site.ask()
    began = time.monotonic()
    site.until_idle()

    assert time.monotonic() - began <= 10
    assert site.state(run_id) == RunState.DONE


@pytest.mark.thorough
def test_several_workers_run_under_one_command_and_end_with_it(site: Installation) -> None:
    workers = site.start("worker", "--count", "2")
    until_alive(site, 2)

    workers.terminate()

    assert workers.wait(15) == 0
    until_alive(site, 0)
