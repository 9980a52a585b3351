"""Only one at a time, and nobody writes after somebody else took over."""

from datetime import timedelta

import pytest
from flask import Flask

from lupweb.database import db, transaction
from lupweb.errors import AlreadyRunning, LeaseLost
from lupweb.runs.leases import STALE, HeldLease, take
from lupweb.runs.models import Lease, Run
from lupweb.runs.service import end_interrupted, start
from lupweb.runs.states import RunState
from tests.databases import both_databases

SUBJECT = "directory:main"


def taken(holder: str) -> HeldLease:
    with transaction():
        return take(SUBJECT, holder)


def let_it_go_stale() -> None:
    with transaction():
        lease = db.session.get_one(Lease, SUBJECT)
        assert lease.heartbeat_at
        lease.heartbeat_at -= STALE + timedelta(seconds=1)


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
