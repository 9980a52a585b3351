"""The time of day in which no schedule reads everything: it waits for the end, once."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from lupweb.database import transaction
from lupweb.errors import InvalidValue
from lupweb.runs.quiet import Quiet, quiet_time, quiet_until
from lupweb.runs.states import CHANGES, FULL
from lupweb.runs.timetable import arrange, claim, due, upcoming

BERLIN = "Europe/Berlin"


def office() -> Quiet:
    found = quiet_time("08:00-18:00")
    assert found
    return found


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("between", "now", "end"),
    [
        ("08:00-18:00", "2026-06-01T06:00", "2026-06-01T16:00"),  # 08:00 in Berlin
        ("08:00-18:00", "2026-06-01T05:59", None),
        ("08:00-18:00", "2026-06-01T16:00", None),
        ("8:00 – 18:00", "2026-12-01T16:59", "2026-12-01T17:00"),
        ("22:00-06:00", "2026-06-01T21:00", "2026-06-02T04:00"),
        ("22:00-06:00", "2026-06-02T03:59", "2026-06-02T04:00"),
        ("22:00-06:00", "2026-06-02T04:00", None),
        ("01:00-03:30", "2026-03-29T00:30", "2026-03-29T01:30"),  # an hour is skipped meanwhile
        ("01:00-03:30", "2026-10-25T01:30", "2026-10-25T02:30"),  # an hour comes twice
    ],
)
def test_the_time_ends_as_the_clocks_of_the_zone_say(
    between: str, now: str, end: str | None
) -> None:
    quiet = quiet_time(between)
    assert quiet
    assert quiet_until(quiet, BERLIN, at(now)) == (at(end) if end else None)


@pytest.mark.parametrize("text", ["8-18", "08:00", "08:00-24:00", "08:00-08:00", "x" * 500])
def test_what_cannot_be_read_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidValue, match="08:00-18:00"):
        quiet_time(text)
    assert quiet_time(" ") is None


def test_everything_waits_for_the_end_and_changes_do_not(in_app: Flask) -> None:
    rule = ("0 12 * * *", BERLIN)
    wanted = {(f"directory:{key}", FULL): rule for key in ("main", "second")}
    wanted |= {("directory:main", CHANGES): rule, ("xml", FULL): rule}
    noon = at("2026-06-01T10:00")
    with transaction():
        arrange(wanted, noon - timedelta(hours=1))

    assert sorted(claimed(noon)) == [("directory:main", CHANGES), ("xml", FULL)]
    assert claimed(noon + timedelta(hours=1)) == []
    evening = at("2026-06-01T16:00")
    assert sorted(claimed(evening)) == [("directory:main", FULL), ("directory:second", FULL)]
    assert {each.next_at for each in upcoming()} == {noon + timedelta(days=1)}


def claimed(now: datetime) -> list[tuple[str, str]]:
    """Claim what is due; return what was asked for."""
    found = []
    for each in due(now):
        with transaction():
            if claim(each, now, office()) is not None:
                found.append((each.subject, each.mode))
    return found
