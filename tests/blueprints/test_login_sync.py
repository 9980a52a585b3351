"""Whoever signs in is read from the directory, where administrators want that (sync.md 21)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import BoundedSemaphore, Lock

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.options.registry import LOGIN_SYNC, LOGIN_SYNC_AFTER_MINUTES, READ_ONLY
from lupweb.options.service import set_option
from lupweb.runs.models import Run
from lupweb.sync.refresh import Freshness
from tests.browsing import Browser
from tests.fakes import FakeDirectory

PEOPLE, TIMES = ("ada", "ben", "cem", "sam"), 4
MOST_OTHERS = 2
"""Connections of lupweb itself for one sign-in: to find the entry, and to read it."""


@pytest.fixture
def moved(company: FakeDirectory) -> None:
    company.set("ben", "title", [b"Captain"])


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize(
    ("login_sync", "read_only", "position"),
    [(True, False, "Captain"), (False, False, "Engineer"), (True, True, "Engineer")],
)
def test_a_sign_in_brings_the_values_of_now_if_that_is_switched_on(
    app: Flask,
    as_person: Callable[[str], Browser],
    value: Callable[[str, str], str],
    login_sync: bool,
    read_only: bool,
    position: str,
) -> None:
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, login_sync)
        set_option(READ_ONLY, read_only)

    as_person("ben").get("/people")

    assert value("ben", "position") == position


def test_a_directory_that_fails_after_the_password_was_checked_lets_people_in(
    app: Flask, as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupweb.sync.signing_in.LIMIT_S", 0.0)
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)

    ben = as_person("ben")
    ben.get("/people")

    assert ben.response.status_code == 200


@pytest.mark.parametrize("why", ["slow", "busy"])
def test_whoever_could_not_be_read_at_once_is_read_by_one_run_afterwards(
    app: Flask, as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "slow":
        monkeypatch.setattr("lupweb.sync.asking.Asked.wait", lambda _asked: None)
    else:
        monkeypatch.setattr("lupweb.sync.signing_in._places", BoundedSemaphore(0))
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)

    for login in ("ben", "ada"):
        assert as_person(login).get("/people")

    with app.app_context():
        waiting = db.session.scalars(select(Run).where(Run.trigger == "sign-in")).all()
    assert [(each.subject, each.mode, str(each.state)) for each in waiting] == [
        ("directory:main", "changes", "queued")
    ]


@pytest.mark.parametrize(("minutes", "read"), [(0, [90, 92, 102]), (5, [90, 102]), (60, [90])])
def test_who_was_read_a_short_while_ago_is_not_read_again_at_each_sign_in(
    app: Flask,
    as_person: Callable[[str], Browser],
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    read: list[int],
) -> None:
    """The first sign-in is an hour and a half after the run, the others 2 and 10 minutes on."""
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)
        set_option(LOGIN_SYNC_AFTER_MINUTES, minutes)
    true, found = clock.now, []
    for at in (90, 92, 102):
        monkeypatch.setattr(clock, "now", lambda by=at: true() + timedelta(minutes=by))
        monkeypatch.setattr(
            "lupweb.sync.signing_in.refresh",
            lambda *_given, by=at, **_named: found.append(by) or Freshness.READ,
        )
        assert as_person("ben").response.status_code == 302

    assert found == read


def test_whose_directory_was_read_a_short_while_ago_is_not_read_again(
    app: Flask,
    company: FakeDirectory,
    as_person: Callable[[str], Browser],
    value: Callable[[str, str], str],
) -> None:
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)
        set_option(LOGIN_SYNC_AFTER_MINUTES, 60)
        get_directory("main").last_changes_at = clock.now()
    company.set("ben", "title", [b"Captain"])

    as_person("ben").get("/people")

    assert value("ben", "position") == "Engineer"


def test_one_person_is_read_once_at_a_time(
    app: Flask, as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, most, times = 0, 0, 0
    lock = Lock()

    def slow(*_given: object, **_named: object) -> Freshness:
        nonlocal at_work, most, times
        with lock:
            at_work, times = at_work + 1, times + 1
            most = max(most, at_work)
        time.sleep(0.5)
        with lock:
            at_work -= 1
        return Freshness.READ

    monkeypatch.setattr("lupweb.sync.signing_in.refresh", slow)
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)

    with ThreadPoolExecutor(TIMES) as threads:
        browsers = list(threads.map(as_person, ["ben"] * TIMES))

    assert [each.response.status_code for each in browsers] == [302] * TIMES
    assert (most, times < TIMES) == (1, True)


def test_x32_many_who_sign_in_at_once_are_each_asked_for_their_password_once(
    app: Flask, company: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)
    company.server.questions.clear()

    def statuses(login: str) -> list[int]:
        browsers = [as_person(login) for _time in range(TIMES)]
        for browser in browsers:
            browser.get("/people")
        return [browser.response.status_code for browser in browsers]

    with ThreadPoolExecutor(len(PEOPLE)) as threads:
        found = list(threads.map(statuses, PEOPLE))

    assert found == [[200] * TIMES] * len(PEOPLE)
    binds = [each for each in company.server.questions if each.startswith("bind ")]
    of_people = [each for each in binds if "uid=" in each]
    assert len(of_people) == TIMES * len(PEOPLE)
    assert len(binds) - len(of_people) <= MOST_OTHERS * len(of_people)
