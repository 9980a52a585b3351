"""A run is asked for once, begun once, and ended once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from lupweb.database import db, transaction
from lupweb.errors import Forbidden, LeaseLost
from lupweb.runs import service as runs
from lupweb.runs.leases import HeldLease, name_run, take
from lupweb.runs.models import Run
from lupweb.runs.states import RunState
from tests.databases import both_databases

SUBJECT = "directory:main"


@pytest.fixture
def told() -> Iterator[list[int]]:
    """The runs that the signal told of."""
    ids: list[int] = []

    def note(run_id: int) -> None:
        ids.append(run_id)

    with runs.queued.connected_to(note):
        yield ids


def asked_for(mode: str = "full", trigger: str = "button") -> int:
    with transaction():
        return runs.request(SUBJECT, trigger=trigger, mode=mode, reason="")


def begun(run_id: int) -> HeldLease:
    with transaction():
        lease = take(SUBJECT, "worker")
        assert runs.begin(run_id)
        name_run(lease, run_id)
    return lease


def count() -> int:
    found = db.session.scalar(select(func.count()).select_from(Run))
    db.session.rollback()
    return found or 0


@both_databases
def test_b106_fifty_requests_are_one_run(in_app: Flask, told: list[int]) -> None:
    ids = {asked_for() for _press in range(50)}

    assert len(ids) == 1
    assert count() == 1
    assert told == list(ids)


@both_databases
def test_b106_requests_of_many_at_the_same_moment_are_one_run(in_app: Flask) -> None:
    def press(_number: int) -> int:
        with in_app.app_context():
            return asked_for()

    with ThreadPoolExecutor(8) as presses:
        ids = set(presses.map(press, range(24)))

    assert len(ids) == 1
    assert count() == 1


def test_b106_a_request_while_the_run_is_at_work_is_that_run(in_app: Flask) -> None:
    run_id = asked_for("auto")
    begun(run_id)

    assert asked_for("auto", "another administrator") == run_id
    with in_app.app_context():
        active = runs.find_active(SUBJECT)
        assert active
        assert (active.id, active.trigger) == (run_id, "button")


@pytest.mark.parametrize(
    ("active", "wanted", "is_one"),
    [
        ("full", "changes", True),
        ("full", "auto", True),
        ("changes", "auto", True),
        ("changes", "full", False),
        ("auto", "full", False),
        ("person", "auto", False),
    ],
)
def test_a_run_that_does_more_does_for_a_smaller_one(
    in_app: Flask, active: str, wanted: str, is_one: bool
) -> None:
    first = asked_for(active)

    assert (asked_for(wanted) == first) is is_one


def test_the_signal_is_sent_after_the_commit_and_not_without_one(
    in_app: Flask, told: list[int]
) -> None:
    def fail() -> None:
        with transaction():
            runs.request(SUBJECT, trigger="button", mode="full", reason="")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert told == []
    assert count() == 0


@both_databases
def test_a_run_begins_once(in_app: Flask) -> None:
    run_id = asked_for("auto")

    with transaction():
        assert runs.begin(run_id, mode="fill", reason="a field is new")
        assert not runs.begin(run_id)

    run = runs.get_run(run_id)
    assert (run.state, run.mode, run.reason) == (RunState.RUNNING, "fill", "a field is new")


def test_a_cancelled_run_does_not_begin(in_app: Flask) -> None:
    run_id = asked_for()
    with transaction():
        runs.cancel(run_id, by="admin")

    with transaction():
        assert not runs.begin(run_id)
    assert runs.get_run(run_id).state == RunState.CANCELLED


def test_a_run_that_is_cancelled_at_work_writes_nothing_more(in_app: Flask) -> None:
    run_id = asked_for()
    lease = begun(run_id)
    with transaction():
        runs.cancel(run_id, by="admin")

    with pytest.raises(LeaseLost), transaction():
        lease.heartbeat()
    with transaction():
        runs.finish(run_id, RunState.FAILED, "lost")

    run = runs.get_run(run_id)
    assert (run.state, run.message.partition(".")[0]) == (RunState.CANCELLED, "Cancelled by admin")


def test_what_has_ended_is_not_cancelled(in_app: Flask) -> None:
    with transaction():
        run_id = runs.start(SUBJECT, trigger="test", mode="full", reason="")
        runs.finish(run_id, RunState.DONE, "")

    with pytest.raises(Forbidden), transaction():
        runs.cancel(run_id, by="admin")


@pytest.mark.parametrize(
    ("done", "expected", "said"),
    [
        (0, 0, "Interrupted before anybody was read:"),
        (1830, 0, "Interrupted after 1830 people:"),
        (1830, 3000, "Interrupted at 1830 of 3000 people (61 %):"),
        (4000, 3000, "Interrupted at 4000 of 3000 people (100 %):"),
    ],
)
def test_an_interrupted_run_says_how_far_it_was(
    in_app: Flask, done: int, expected: int, said: str
) -> None:
    with transaction():
        run_id = runs.start(SUBJECT, trigger="test", mode="full", reason="")
        runs.tell_progress(run_id, done, expected)
        db.session.expire_all()
        runs.end_interrupted(run_id)

    assert runs.get_run(run_id).message.startswith(said)
