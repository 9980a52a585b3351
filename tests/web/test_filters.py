"""How pages show instants, numbers and names."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lupweb import clock
from lupweb.texts import speaking
from lupweb.web.filters import local_time, mailto, number, pages_around, when

NOW = datetime(2026, 11, 21, 14, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "14:10 today"),
        (timedelta(days=1), "20 November 2026"),
        (timedelta(days=400), "17 October 2025"),
        (timedelta(hours=-1), "15:15 today"),
    ],
)
def test_an_instant_is_told_as_people_tell_it(before: timedelta, shown: str) -> None:
    assert str(when(NOW - before, UTC)) == shown


def test_an_instant_is_told_where_the_site_is() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")

    assert str(when(NOW - timedelta(minutes=5), tokyo)) == "23:10 today"
    assert str(when(NOW - timedelta(hours=9), UTC)) == "05:15 today"
    assert str(when(NOW + timedelta(hours=1), tokyo)) == "22 November 2026"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Berlin", "15:15, as where you are"),
        ("Europe/Lisbon", "14:15 there, 1 hour behind you"),
        ("America/New_York", "09:15 there, 6 hours behind you"),
        ("Europe/Athens", "16:15 there, 1 hour ahead of you"),
        ("Asia/Kolkata", "19:45 there, 4:30 hours ahead of you"),
        ("America/St_Johns", "10:45 there, 4:30 hours behind you"),
        ("", None),
        ("Europe", None),
        ("../../etc/passwd", None),
        ("<script>", None),
        ("Mars/Olympus", None),
        ("\0", None),
        ("x" * 10_000, None),
    ],
)
def test_a_local_time_says_how_far_it_is_from_the_reader(zone: str, shown: str | None) -> None:
    said = local_time(zone, ZoneInfo("Europe/Berlin"))

    assert (str(said) if said else None) == shown


def test_the_subject_of_a_mail_is_nothing_but_its_subject() -> None:
    assert mailto("a@b.c", "x&body=y\r\nBcc: z") == (
        "mailto:a@b.c?subject=x%26body%3Dy%0D%0ABcc%3A%20z"
    )


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (999, "999"), (1284, "1,284")])
def test_thousands_are_set_apart(count: int, shown: str) -> None:
    assert number(count) == shown


def test_thousands_are_set_apart_as_the_language_does() -> None:
    with speaking("de"):
        assert number(1_234_567) == "1.234.567"


def test_a_mail_address_cannot_bring_a_copy_along() -> None:
    assert "?" not in mailto("a@b?bcc=x@y&body=z")


@pytest.mark.parametrize(("current", "count"), [(1, 1), (1, 11), (6, 11), (11, 11)])
def test_the_pages_around_hold_the_first_the_last_and_the_current(current: int, count: int) -> None:
    found = pages_around(current, count)

    assert {1, current, count} <= set(found)
    assert len(found) < 12
