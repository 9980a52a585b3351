"""Only one at a time, and nobody writes after somebody else took over."""

import threading
from datetime import timedelta

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.errors import AlreadyRunning, LeaseLost
from lupweb.runs import leases
from lupweb.runs.leases import (
    STALE,
    HeldLease,
    TookTooLong,
    beating,
    show_life,
    shows_life,
    take,
)
from lupweb.runs.models import Lease, Run
from lupweb.runs.service import end_interrupted, start
from lupweb.runs.states import RunState
from tests.databases import both_databases
from tests.embedded.processes import until

SUBJECT = "directory:main"


def taken(holder: str) -> HeldLease:
    with transaction():
        return take(SUBJECT, holder)


def let_it_go_stale() -> None:
    with transaction():
        lease = db.session.get_one(Lease, SUBJECT)
        assert lease.heartbeat_at
        lease.heartbeat_at -= STALE + timedelta(seconds=1)


def is_stale() -> bool:
    with transaction():
        return not leases.is_held(db.session.get(Lease, SUBJECT), leases.database_now())


@both_databases
def test_a_second_taker_is_told_who_holds_it(in_app: Flask) -> None:
    taken("first")

    with pytest.raises(AlreadyRunning, match="first"):
        taken("second")


@both_databases
def test_x25_who_lost_the_lease_writes_nothing_more(in_app: Flask) -> None:
    frozen = taken("first")
    let_it_go_stale()
    second = taken("second")

    with pytest.raises(LeaseLost), transaction():
        frozen.heartbeat()

    with transaction():
        second.heartbeat()
    assert second.token == frozen.token + 1


def test_a_lease_that_was_given_back_is_free(in_app: Flask) -> None:
    first = taken("first")
    with transaction():
        first.release()

    assert taken("second").token == first.token + 1


def test_giving_back_a_lost_lease_takes_it_from_nobody(in_app: Flask) -> None:
    frozen = taken("first")
    let_it_go_stale()
    taken("second")

    with transaction():
        frozen.release()

    with pytest.raises(AlreadyRunning):
        taken("third")


def test_a_run_whose_process_died_is_ended_by_the_next_holder(in_app: Flask) -> None:
    with transaction():
        run_id = start(SUBJECT, trigger="test", mode="full", reason="")
        end_interrupted(run_id)
        end_interrupted(None)

    run = db.session.get_one(Run, run_id)
    assert run.state == RunState.FAILED
    assert run.message.startswith("Interrupted")


@both_databases
def test_long_work_gives_a_sign_of_life_beside_its_own_connection(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_EVERY_S", 0.01)
    lease = taken("first")
    let_it_go_stale()

    with beating(lease):
        until(lambda: not is_stale(), "no beat was written")

    with pytest.raises(AlreadyRunning):
        taken("second")


def test_x25_beats_do_not_bring_a_lost_lease_back(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_EVERY_S", 0.01)
    frozen = taken("first")
    let_it_go_stale()
    second = taken("second")
    let_it_go_stale()

    with beating(frozen):
        until(lambda: not any("beats" in each.name for each in threading.enumerate()), "it beats")

    assert is_stale()
    with pytest.raises(LeaseLost), transaction():
        frozen.heartbeat()
    with transaction():
        second.heartbeat()


def test_work_that_hangs_does_not_hold_its_lease_for_ever(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "BEAT_EVERY_S", 0.01)
    monkeypatch.setattr(leases, "LONGEST_WORK_S", 0.05)

    with beating(taken("first")):
        until(lambda: not any("beats" in each.name for each in threading.enumerate()), "it beats")


def test_x03_whoever_works_for_too_long_is_told_so_once(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LONGEST_RUN_S", -1.0)
    lease = taken("first")

    with pytest.raises(TookTooLong, match="the longest that a run may take"), transaction():
        lease.heartbeat()
    with transaction():
        lease.heartbeat()  # so that the end can be written


@both_databases
def test_services_of_a_kind_show_that_one_of_them_lives(in_app: Flask) -> None:
    with transaction():
        assert not shows_life("scheduler")
        show_life("scheduler", "first")
        show_life("scheduler", "second")

    assert shows_life("scheduler")
