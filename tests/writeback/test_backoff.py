"""When a value is tried again, and when a directory is left alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers

from lupweb.writeback.backoff import BATCH, CAP, CLOSED, BreakerState, Cause, delay, is_over

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def seconds(*values: int) -> list[timedelta]:
    return [timedelta(seconds=value) for value in values]


def test_the_longest_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    longest = [delay(attempts, 1.0) for attempts in range(1, 12)]

    assert longest == seconds(2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900)


@given(attempts=integers(0, 10_000), chance=floats(0, 1))
def test_how_much_of_it_is_waited_is_left_to_chance(attempts: int, chance: float) -> None:
    assert timedelta(0) <= delay(attempts, chance) <= CAP


@pytest.mark.parametrize(
    ("attempts", "tried_for", "expected"),
    [(1, None, False), (39, 71, False), (40, 1, True), (2, 73, True)],
)
def test_40_attempts_or_72_hours_are_enough(
    attempts: int, tried_for: int | None, expected: bool
) -> None:
    first = NOW - timedelta(hours=tried_for) if tried_for else None

    assert is_over(attempts, first, NOW) is expected


def opened(times: int = 1, cause: Cause = Cause.UNREACHABLE) -> BreakerState:
    state = CLOSED
    for _failure in range(4 + times):
        state = state.failed(cause, NOW)
    return state


def test_the_fifth_connection_failure_opens_it_for_30_seconds() -> None:
    state = CLOSED
    for _failure in range(4):
        state = state.failed(Cause.UNREACHABLE, NOW)
        assert state.admits(NOW) == BATCH

    state = state.failed(Cause.UNREACHABLE, NOW)

    assert state.admits(NOW) == 0
    assert state.open_until == NOW + timedelta(seconds=30)


def test_it_opens_for_twice_as_long_each_time_and_at_most_for_five_minutes() -> None:
    open_for = [(opened(times).open_until or NOW) - NOW for times in range(1, 7)]

    assert open_for == seconds(30, 60, 120, 240, 300, 300)


def test_half_open_it_lets_one_through_and_nobody_beside_it() -> None:
    later = NOW + timedelta(seconds=30)
    state = opened()

    assert state.admits(later) == 1
    assert state.trying(later).admits(later) == 0
    assert state.trying(later).admits(later + MINUTE) == 1
    assert CLOSED.trying(NOW) == CLOSED


def test_x08_refused_credentials_are_tried_once_in_five_minutes() -> None:
    state = CLOSED.failed(Cause.CREDENTIALS, NOW)

    assert state.admits(NOW + 4 * MINUTE) == 0
    assert state.admits(NOW + 5 * MINUTE) == 1


def test_x10_a_server_that_takes_no_changes_is_left_alone_at_once() -> None:
    assert CLOSED.failed(Cause.READ_ONLY, NOW).open_until == NOW + timedelta(seconds=30)
