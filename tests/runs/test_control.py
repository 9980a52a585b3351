"""A run pauses, goes on and stops between two blocks; what was written stays."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.errors import Forbidden
from lupweb.people.models import Person
from lupweb.runs import control, recovery
from lupweb.runs import service as runs
from lupweb.runs.leases import BrokenOff, HeldLease, name_run, take
from lupweb.runs.models import Lease, Run
from lupweb.runs.states import RunState
from lupweb.sync import service as sync
from lupweb.sync.apply import Writer
from lupweb.sync.newcomers import Newcomers
from lupweb.sync.plan import Plan
from tests.databases import both_databases
from tests.factories import SECRET_KEY, a_connection, a_profile, an_entry
from tests.fakes import FakeDirectory

SUBJECT = "directory:main"


def asked_for() -> int:
    with transaction():
        return runs.request(SUBJECT, trigger="Ada", mode="full", reason="")


def begun(run_id: int) -> HeldLease:
    with transaction():
        lease = take(SUBJECT, "worker")
        assert runs.begin(run_id)
        name_run(lease, run_id)
    return lease


def state_of(run_id: int) -> RunState:
    found = runs.get_run(run_id).state
    db.session.rollback()
    return found


@both_databases
def test_who_works_is_told_once_at_the_next_block_and_keeps_the_lease(in_app: Flask) -> None:
    run_id = asked_for()
    lease = begun(run_id)
    with transaction():
        lease.heartbeat()
        assert control.pause(run_id, by="Ada") is RunState.PAUSING

    with pytest.raises(BrokenOff), transaction():
        lease.heartbeat()
    with transaction():
        lease.heartbeat()
        ended = runs.finish(run_id, RunState.FAILED, "broken off", {"seen": 1})
        lease.release()

    run = runs.get_run(run_id)
    assert (ended, run.state, run.ended_at) == (RunState.PAUSED, RunState.PAUSED, None)
    assert run.message.startswith("Paused by Ada. What was written stays")


def test_a_paused_run_is_not_begun_again_by_a_schedule_but_by_whoever_lets_it_go_on(
    in_app: Flask,
) -> None:
    run_id = asked_for()
    with transaction():
        control.pause(run_id, by="Ada")
    again = asked_for()
    begins = []
    with transaction():
        begins.append(runs.begin(run_id))
    with transaction():
        control.go_on(run_id)
    with transaction():
        begins.append(runs.begin(run_id))

    assert again == run_id
    assert begins == [False, True]


def test_a_run_that_waits_or_is_paused_stops_at_once(in_app: Flask) -> None:
    run_id = asked_for()
    with transaction():
        control.pause(run_id, by="Ada")
        assert control.stop(run_id, by="Ben") is RunState.CANCELLED
    with pytest.raises(Forbidden, match="has ended"), transaction():
        control.stop(run_id, by="Ben")
    with pytest.raises(Forbidden, match="cannot be paused"), transaction():
        control.pause(run_id, by="Ben")
    with pytest.raises(Forbidden, match="is not paused"), transaction():
        control.go_on(run_id)

    assert "Cancelled by Ben" in runs.get_run(run_id).message


def test_whoever_asks_while_a_run_stops_gets_the_next_one(in_app: Flask) -> None:
    run_id = asked_for()
    begun(run_id)
    with transaction():
        assert control.stop(run_id, by="Ada") is RunState.STOPPING

    assert asked_for() != run_id


@pytest.mark.parametrize(
    ("ask", "becomes"), [(control.stop, RunState.CANCELLED), (control.pause, RunState.PAUSED)]
)
def test_i7_a_process_that_dies_while_it_was_to_break_off_is_not_started_again(
    in_app: Flask, ask: object, becomes: RunState
) -> None:
    run_id = asked_for()
    begun(run_id)
    with transaction():
        ask(run_id, by="Ada")  # type: ignore[operator]
        db.session.get_one(Lease, SUBJECT).heartbeat_at = clock.now().replace(year=2020)
    dead = recovery.dead_runs()
    db.session.rollback()
    with transaction():
        assert recovery.start_again(run_id) is None

    assert dead == [run_id]
    assert state_of(run_id) is becomes
    assert len(db.session.scalars(select(Run)).all()) == 1


def people() -> int:
    found = len(db.session.scalars(select(Person)).all())
    db.session.rollback()
    return found


def broken_off_by(
    ask: object, run_id: int, directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> RunState:
    """Do a run in blocks of two people; somebody asks behind the first one."""
    write = Writer.write_new

    def one_block(writer: Writer, block: Newcomers) -> list[Plan]:
        failed = write(writer, block)
        with transaction():
            ask(run_id, by="Ada")  # type: ignore[operator]
        return failed

    with monkeypatch.context() as patched:
        patched.setattr("lupweb.sync.phases.PAGE_SIZES", (2,))
        patched.setattr(Writer, "write_new", one_block)
        sync.perform(run_id, secret_key=SECRET_KEY, connect=directory.connect)
    return state_of(run_id)


@pytest.mark.parametrize("ask", [control.stop, control.pause])
def test_what_was_written_before_the_stop_stays_and_the_next_run_goes_on(
    in_app: Flask, directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch, ask: object
) -> None:
    for number in range(4):
        an_entry(directory, f"p{number}")
    a_connection(directory)
    a_profile()
    run_id = asked_for()

    ended = broken_off_by(ask, run_id, directory, monkeypatch), people()
    if ended[0] is RunState.PAUSED:
        with transaction():
            control.go_on(run_id)
    next_id = asked_for()
    sync.perform(next_id, secret_key=SECRET_KEY, connect=directory.connect)

    expected = RunState.PAUSED if ask is control.pause else RunState.CANCELLED
    assert ended == (expected, 2)
    assert (state_of(next_id), people()) == (RunState.DONE, 4)
    assert (next_id == run_id) is (ask is control.pause)
