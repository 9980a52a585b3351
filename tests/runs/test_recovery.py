"""A run whose process died does not stay "running", and is started again (I7, X22)."""

from datetime import timedelta

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.errors import LeaseLost
from lupweb.runs import recovery
from lupweb.runs import service as runs
from lupweb.runs.leases import STALE, HeldLease, name_run, take
from lupweb.runs.models import Lease, Run
from lupweb.runs.recovery import MOST_IN_A_ROW, dead_runs, start_again
from lupweb.runs.states import RunState
from tests.databases import both_databases

SUBJECT = "directory:main"


def at_work(mode: str = "full", trigger: str = "button") -> tuple[int, HeldLease]:
    with transaction():
        lease = take(SUBJECT, "worker")
        run_id = runs.start(SUBJECT, trigger=trigger, mode=mode, reason="")
        name_run(lease, run_id)
        runs.tell_progress(run_id, 61, 100)
    return run_id, lease


def let_its_process_die() -> None:
    with transaction():
        lease = db.session.get_one(Lease, SUBJECT)
        assert lease.heartbeat_at
        lease.heartbeat_at -= STALE + timedelta(seconds=1)


def started_again(run_id: int) -> int | None:
    with transaction():
        return start_again(run_id)


@both_databases
def test_x22_a_run_without_a_sign_of_life_is_ended_and_started_again(in_app: Flask) -> None:
    run_id, lease = at_work()
    let_its_process_die()
    assert dead_runs() == [run_id]

    next_id = started_again(run_id)

    died, following = runs.get_run(run_id), runs.get_run(next_id or 0)
    assert died.state == RunState.FAILED
    assert "61 of 100 people (61 %)" in died.message
    assert died.message.endswith(f"Started again as run {next_id}.")
    assert (following.state, following.mode) == (RunState.QUEUED, "full")
    with pytest.raises(LeaseLost), transaction():
        lease.heartbeat()


def test_x24_two_schedulers_start_it_again_once(in_app: Flask) -> None:
    run_id, _lease = at_work()
    let_its_process_die()

    assert started_again(run_id) is not None
    assert started_again(run_id) is None
    assert dead_runs() == []


def test_a_run_that_lives_is_left_alone(in_app: Flask) -> None:
    run_id, lease = at_work()

    assert dead_runs() == []
    assert started_again(run_id) is None
    with transaction():
        lease.heartbeat()


def test_a_run_that_no_lease_knows_is_dead_after_a_while(in_app: Flask) -> None:
    with transaction():
        run_id = runs.start(SUBJECT, trigger="test", mode="full", reason="")
    assert dead_runs() == []
    with transaction():
        runs.get_run(run_id).started_at -= recovery.WITHOUT_LEASE + timedelta(seconds=2)

    assert dead_runs() == [run_id]
    assert started_again(run_id) is not None


def test_reading_one_person_is_not_started_again(in_app: Flask) -> None:
    run_id, _lease = at_work(mode="person")
    let_its_process_die()

    assert started_again(run_id) is None
    assert runs.get_run(run_id).state == RunState.FAILED


def test_a_request_does_not_wait_for_a_run_that_is_dead(in_app: Flask) -> None:
    run_id, _lease = at_work()
    let_its_process_die()

    with transaction():
        assert runs.request(SUBJECT, trigger="button", mode="full", reason="") != run_id


def test_what_dies_again_and_again_is_left_to_the_next_schedule(in_app: Flask) -> None:
    with transaction():
        for _time in range(MOST_IN_A_ROW):
            run_id = runs.start(SUBJECT, trigger=recovery.TRIGGER, mode="full", reason="")
            runs.finish(run_id, RunState.FAILED, "")
    with transaction():
        lease = take(SUBJECT, "worker")
        run_id = runs.start(SUBJECT, trigger=recovery.TRIGGER, mode="full", reason="")
        name_run(lease, run_id)
    let_its_process_die()

    assert started_again(run_id) is None
    assert runs.get_run(run_id).message.endswith("The next run goes on.")
    assert db.session.query(Run).filter_by(state=RunState.QUEUED).count() == 0
