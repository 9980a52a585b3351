"""Days of every year as a calendar that other programs read (RFC 5545). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lupweb.activity.anniversaries import LEAP_YEAR, Anniversary
from lupweb.profiles.content_lines import escaped, folded

SOME_TIME_ZONE = (
    "BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
"""A calendar without anything in it is none (RFC 5545 section 3.6)."""


@dataclass(frozen=True)
class Event:
    """A day of every year, of one person.

    :param uid: the same as long as it is the same day of the same person
    :param url: where the person is found
    """

    uid: str
    anniversary: Anniversary
    summary: str
    url: str

    @property
    def first(self) -> date:
        """Return the first day that is kept.

        Where years are counted, it is a year after the day itself, which is no anniversary. A
        hidden year is the same for everybody, and says nothing.
        """
        anniversary = self.anniversary
        if anniversary.since:
            return anniversary.on(anniversary.since.year + 1)
        return date(LEAP_YEAR, anniversary.month, anniversary.day)


def calendar(name: str, events: Iterable[Event], now: datetime) -> bytes:
    """Return a calendar as a file: UTF-8, lines folded and ended by CR and LF.

    :param now: aware; when it was made
    """
    return "".join(folded(line) for line in _lines(name, list(events), now)).encode()


def _lines(name: str, events: list[Event], now: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//lupweb//people//EN")
    yield f"NAME:{escaped(name)}"  # RFC 7986
    yield f"X-WR-CALNAME:{escaped(name)}"  # what most programs read
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT12H"
    yield "X-PUBLISHED-TTL:PT12H"
    if not events:
        yield from SOME_TIME_ZONE
    for event in events:
        yield from _event(event, now)
    yield "END:VCALENDAR"


def _event(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.first.year:04}{event.first:%m%d}"
    yield f"RRULE:{_rule(event.anniversary)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    yield f"URL:{event.url}"
    yield from ("TRANSP:TRANSPARENT", "CLASS:PRIVATE", "END:VEVENT")


def _rule(anniversary: Anniversary) -> str:
    if anniversary.is_leap_day:
        return "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"
    return "FREQ=YEARLY"
