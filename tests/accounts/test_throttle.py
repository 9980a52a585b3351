"""How failures are counted: by account, by name, by address; by several processes at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lupweb import clock
from lupweb.accounts import throttle
from lupweb.accounts.models import FailedSignIns
from lupweb.accounts.throttle import PER_ADDRESS, Kind, Rule
from lupweb.database import db, transaction
from tests.databases import both_databases
from tests.factories import SECRET_KEY

RULE = Rule(5)
KEY = throttle.key_of(Kind.ACCOUNT, "person 1", SECRET_KEY)
Later = Callable[[timedelta], None]
pytestmark = pytest.mark.usefixtures("in_app")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Moves the clock, which stands still otherwise."""
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)

    def move(by: timedelta) -> None:
        nonlocal now
        now += by

    return move


def claims(times: int, key: throttle.Key = KEY, rule: Rule = RULE) -> list[bool]:
    """Fail so many times; return which of the attempts were let through."""
    let_through = []
    for _each in range(times):
        with transaction():
            let_through.append(throttle.claim(key, rule))
    return let_through


def seconds_to_wait(key: throttle.Key = KEY) -> int:
    found = throttle.seconds_to_wait(key)
    db.session.rollback()
    return found


@both_databases
def test_b08_five_failures_are_let_through_and_then_none(later: Later) -> None:
    assert claims(20) == [True] * 5 + [False] * 15
    assert seconds_to_wait() == 30


@both_databases
def test_b08_the_delay_doubles_with_each_failure_more(later: Later) -> None:
    claims(5)
    waited = []
    for _each in range(9):
        waited.append(seconds_to_wait())
        later(timedelta(seconds=waited[-1]))
        assert claims(2) == [True, False]

    assert waited == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_b08_failures_are_forgotten_fifteen_minutes_after_the_last(later: Later) -> None:
    claims(4)
    later(timedelta(minutes=14))
    claims(1)
    assert seconds_to_wait() == 30

    later(timedelta(minutes=16))

    assert claims(5) == [True] * 5


def test_b08_the_right_password_wipes_the_slate_clean(later: Later) -> None:
    claims(4)
    with transaction():
        throttle.forgive(KEY)

    assert claims(6) == [True] * 5 + [False]


@both_databases
def test_an_attempt_that_was_no_failure_is_given_back(later: Later) -> None:
    for _each in range(12):
        claims(1)
        with transaction():
            throttle.give_back(KEY, RULE)

    assert claims(6) == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("threshold", "most", "first"),
    [("0", 5, 30), ("", 5, 30), ("10", 5, 900), ("7", 5, 900), ("5", 3, 900), ("2", 1, 900)],
)
def test_b08_we_stay_two_below_the_directorys_own_limit(
    monkeypatch: pytest.MonkeyPatch, threshold: str, most: int, first: int
) -> None:
    monkeypatch.setattr(throttle, "options", lambda: {"directory_lockout_threshold": threshold})

    assert throttle.account_rule() == Rule(most, timedelta(seconds=first))


def test_b08_no_more_than_the_limit_reach_the_directory_in_its_window(later: Later) -> None:
    rule = Rule(3, first_delay=throttle.WINDOW)  # a directory that locks after five
    reached = 0
    for _each in range(15 * 60):
        reached += sum(claims(1, rule=rule))
        later(timedelta(seconds=1))

    assert reached == 3


def test_b09_an_address_may_fail_thirty_times_in_fifteen_minutes(later: Later) -> None:
    key = throttle.key_of(Kind.ADDRESS, "203.0.113.9", SECRET_KEY)
    assert claims(29, key, PER_ADDRESS) == [True] * 29
    later(timedelta(minutes=14))
    claims(1, key, PER_ADDRESS)
    assert seconds_to_wait(key) == 30

    later(timedelta(minutes=2))

    assert claims(30, key, PER_ADDRESS) == [True] * 30  # counted from the first failure on


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.9", "203.0.113.10", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
    ],
)
def test_b09_a_network_of_one_customer_is_one_address(one: str, other: str, is_same: bool) -> None:
    keys = [throttle.key_of(Kind.ADDRESS, each, SECRET_KEY) for each in (one, other)]

    assert (keys[0] == keys[1]) is is_same


def test_b99_a_key_does_not_show_what_was_typed() -> None:
    key = throttle.key_of(Kind.NAME, "my password", SECRET_KEY)

    assert "password" not in str(key)
    assert key != throttle.key_of(Kind.NAME, "my password", SECRET_KEY[::-1])
    assert key != throttle.key_of(Kind.ACCOUNT, "my password", SECRET_KEY)


@both_databases
def test_b08_of_twenty_at_once_no_more_get_through_than_one_after_the_other(app: Flask) -> None:
    db.session.remove()

    def one(_number: int) -> bool:
        with app.app_context():
            return claims(1)[0]

    with ThreadPoolExecutor(8) as pool:
        let_through = list(pool.map(one, range(20)))

    assert sum(let_through) == 5


@both_databases
def test_old_failures_are_swept_away(later: Later) -> None:
    claims(2)
    later(timedelta(minutes=10))
    claims(1, throttle.key_of(Kind.NAME, "ada", SECRET_KEY))
    later(timedelta(minutes=6))

    with transaction():
        assert throttle.forget_old_failures() == 1

    assert db.session.scalar(select(func.count()).select_from(FailedSignIns)) == 1
