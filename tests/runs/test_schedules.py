"""When a schedule is due: what can be read, clock changes, missed times."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.runs.schedules import check, explain, is_off, next_due

BERLIN = "Europe/Berlin"
SPRING = datetime(2026, 3, 29, tzinfo=ZoneInfo(BERLIN))
"""At 02:00 the clocks go on to 03:00."""
AUTUMN = datetime(2026, 10, 25, tzinfo=ZoneInfo(BERLIN))
"""At 03:00 the clocks go back to 02:00."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(cron: str, zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield what a scheduler that never stops would start between two instants."""
    due = next_due(cron, zone, start)
    while due is not None and due <= end:
        yield due
        due = next_due(cron, zone, due)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("11 1 * * *", "UTC", "2026-05-05T01:10:59", "2026-05-05T01:11"),
        ("11 1 * * *", "UTC", "2026-05-05T01:11:00", "2026-05-06T01:11"),
        ("11 1 * * *", BERLIN, "2026-07-01T12:00", "2026-07-01T23:11"),
        ("*/15 * * * *", "UTC", "2026-05-05T10:01", "2026-05-05T10:15"),
        ("*/15 * * * *", "Asia/Kolkata", "2026-05-05T10:01", "2026-05-05T10:15"),
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00", "2028-02-29T00:00"),
    ],
)
def test_the_next_time_counts_in_the_zone_of_the_schedule(
    cron: str, zone: str, after: str, expected: str
) -> None:
    assert next_due(cron, zone, utc(after)) == utc(expected)


@pytest.mark.parametrize("cron", ["", "off", " OFF "])
def test_a_schedule_that_is_off_is_never_due(cron: str) -> None:
    assert is_off(cron)
    assert next_due(cron, BERLIN, utc("2026-05-05T00:00")) is None
    assert explain(cron) == "Never"


@pytest.mark.parametrize(
    "cron",
    ["garbage", "0", "60 * * * *", "*/0 * * * *", "-1 * * * *", "* * * *", "0 0 30 2 *", "@daily"],
)
def test_b107_what_cannot_be_read_is_refused_with_an_example(cron: str) -> None:
    with pytest.raises(InvalidValue, match="11 1"):
        check(cron, "UTC")


@pytest.mark.parametrize("cron", ["* * * * * *", "*/30 * * * * *", "0 * * * * *"])
def test_b107_seconds_are_refused_since_60_of_them_are_the_shortest_interval(cron: str) -> None:
    with pytest.raises(InvalidValue, match="60 seconds"):
        check(cron, "UTC")


@pytest.mark.parametrize("zone", ["", "Berlin", "../etc/passwd", "Europe/", "x" * 300])
def test_b107_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidValue, match="time zone"):
        check("11 1 * * *", zone)


@given(
    cron=st.text(max_size=20) | st.lists(st.sampled_from("*/-,0159 L#"), max_size=12).map("".join)
)
@settings(max_examples=300)
def test_b107_any_text_is_read_or_refused_and_never_due_twice_in_a_minute(cron: str) -> None:
    try:
        times = list(dues(cron, BERLIN, utc("2026-01-01T00:00"), utc("2026-01-01T00:10")))
    except InvalidValue:
        return

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(gap >= timedelta(seconds=60) for gap in gaps)


@pytest.mark.parametrize("midnight", [SPRING, AUTUMN])
def test_a_time_in_the_hour_of_the_clock_change_is_due_exactly_once(midnight: datetime) -> None:
    start, end = midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)

    assert len(list(dues("30 2 * * *", BERLIN, start, end))) == 1


@pytest.mark.parametrize("midnight", [SPRING, AUTUMN])
def test_whenever_a_scheduler_looks_a_time_that_is_past_does_not_come_again(
    midnight: datetime,
) -> None:
    """A scheduler that was started within the repeated hour must not run it a second time."""
    start = midnight.astimezone(UTC)
    minutes = (start + timedelta(minutes=each) for each in range(24 * 60))

    for now in minutes:
        due = next_due("30 2 * * *", BERLIN, now)
        assert due is not None
        assert due > now


@pytest.mark.parametrize(("midnight", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_every_quarter_of_an_hour_stays_so_over_a_clock_change(
    midnight: datetime, hours: int
) -> None:
    start, end = midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)

    assert len(list(dues("*/15 * * * *", BERLIN, start, end))) == 4 * hours


def test_times_that_were_missed_are_not_made_up_for() -> None:
    assert next_due("*/15 * * * *", "UTC", utc("2026-05-09T10:01")) == utc("2026-05-09T10:15")


def test_a_schedule_is_explained_in_words() -> None:
    assert explain("11 1 * * *") == "At 01:11 every day"
