"""What lupweb writes as a calendar is read by another program as it was meant."""

from datetime import UTC, date, datetime

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.activity.anniversaries import Anniversary
from lupweb.activity.calendars import Event, calendar

NOW = datetime(2026, 11, 27, 14, 22, tzinfo=UTC)
AWKWARD = [
    "Meyer, Ada; Countess",
    "back\\slash\\n and \\, all",
    "two\nlines",
    "\r\nATTENDEE:mailto:evil@example.com\r\nX:",
    "👩‍🚀 Zoë 🏳️‍🌈 " * 9,
    "יעל כהן (مهندسة)",
    "e\u0301" * 60,
    'quote " and : colon',
    "",
]


BORN = Anniversary(12, 29)


def an_event(summary: str, anniversary: Anniversary = BORN) -> Event:
    return Event("urn:uuid:1", anniversary, summary, "https://people.example.com/people/id:7")


def read(content: bytes) -> icalendar.Calendar:
    """Return a calendar as the other program reads it; complain about what it complains about."""
    found = icalendar.Calendar.from_ical(content)
    assert found.errors == []
    assert all(event.errors == [] for event in found.events)
    return found


def test_names_survive_the_way_into_another_program() -> None:
    content = calendar("Ünï; code, Inc.", [an_event(name) for name in AWKWARD], NOW)

    found = read(content)

    assert (
        str(found["NAME"]) == "Ünï\\; code\\, Inc."
    )  # a property that this reader leaves as it is
    read_names = [str(event["SUMMARY"]) for event in found.events]
    expected = [name.replace("\r\n", "\n") for name in AWKWARD]
    assert read_names == expected
    assert all(set(event) <= KNOWN for event in found.events)


KNOWN = {
    "UID", "DTSTAMP", "DTSTART", "RRULE", "SUMMARY", "URL", "TRANSP", "CLASS",
}  # fmt: skip


@given(st.text(max_size=300))
def test_b52_no_text_breaks_out_of_its_line(text: str) -> None:
    content = calendar("x", [an_event(text)], NOW)

    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 75
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    for line in lines:
        line.decode()  # no character is cut
    names = [line.split(b":")[0].split(b";")[0] for line in lines if not line.startswith(b" ")]
    assert names.count(b"SUMMARY") == 1
    assert set(names) - {each.encode() for each in KNOWN} == {
        b"BEGIN", b"END", b"VERSION", b"PRODID", b"NAME", b"X-WR-CALNAME", b"REFRESH-INTERVAL",
        b"X-PUBLISHED-TTL",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("anniversary", "first", "rule"),
    [
        (Anniversary(12, 29), date(2000, 12, 29), {"FREQ": ["YEARLY"]}),
        # the first working day is no anniversary
        (Anniversary(12, 1, date(2016, 12, 1)), date(2017, 12, 1), {"FREQ": ["YEARLY"]}),
        (
            Anniversary(2, 29, date(2024, 2, 29)),
            date(2025, 2, 28),
            {"FREQ": ["YEARLY"], "BYMONTH": [2], "BYMONTHDAY": [-1]},
        ),
        (
            Anniversary(2, 29),
            date(2000, 2, 29),
            {"FREQ": ["YEARLY"], "BYMONTH": [2], "BYMONTHDAY": [-1]},
        ),
    ],
)
def test_a_day_comes_back_every_year_and_a_hidden_year_is_not_written(
    anniversary: Anniversary, first: date, rule: dict[str, list[object]]
) -> None:
    (event,) = read(calendar("x", [an_event("Ada", anniversary)], NOW)).events

    assert event.decoded("DTSTART") == first
    assert dict(event["RRULE"]) == rule
    assert event.decoded("DTSTAMP") == NOW


def test_a_calendar_without_days_is_one_all_the_same() -> None:
    found = read(calendar("x", [], NOW))

    assert found.events == []
    assert len(found.subcomponents) == 1
