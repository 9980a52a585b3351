"""Times as directories write them: generalizedTime, and file times of Active Directory. Pure."""

import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

from lupweb.errors import InvalidValue
from lupweb.texts import _

LONGEST = 64  # characters; no server writes more
LEAP_SECOND = 60
# RFC 4517, section 3.3.13. The digits are ASCII only, so no \d.
GENERALIZED_TIME = re.compile(
    r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?P<hour>[0-9]{2})(?:(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?)?"
    r"(?:[.,](?P<fraction>[0-9]*))?"
    r"(?:Z|(?P<sign>[+-])(?P<off_hour>[0-9]{2})(?P<off_minute>[0-9]{2})?)"
)

FILE_TIMES_BEGAN = datetime(1601, 1, 1, tzinfo=UTC)
FILE_TIME = re.compile(rb"[0-9]{1,19}")
NEVER = frozenset({0, 2**63 - 1})


def read_generalized_time(value: bytes | str) -> datetime:
    """Return the instant that a GeneralizedTime stands for, in UTC, rounded down to 1 us.

    Seconds, or minutes and seconds, may be left out; a fraction belongs to the smallest unit
    written. `20261121213803.Z`, without a digit after the point, is read too: it is the pattern
    documented for Active Directory.

    :raises InvalidValue: if it is no such time, or has no time zone
    """
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    match = GENERALIZED_TIME.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        raise _not_a_time(text)
    try:
        return (_local_time(match) + _fraction(match)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _not_a_time(text) from error


def read_filetime(value: bytes) -> datetime:
    """Return the instant that a file time of Active Directory stands for, rounded down to 1 us.

    :param value: decimal count of 100 ns intervals since 1601-01-01 UTC (MS-DTYP, 2.3.3)
    :raises InvalidValue: if it is no number, or 0, or the "never" value 2**63 - 1
    """
    ticks = int(value) if FILE_TIME.fullmatch(value) else 0
    try:
        if ticks not in NEVER:
            return FILE_TIMES_BEGAN + timedelta(microseconds=ticks // 10)
    except OverflowError as error:
        raise _no_instant(value) from error
    raise _no_instant(value)


def _local_time(match: re.Match[str]) -> datetime:
    second = int(match["second"] or 0)
    is_leap = second == LEAP_SECOND
    whole = datetime(
        int(match["year"]),
        int(match["month"]),
        int(match["day"]),
        int(match["hour"]),
        int(match["minute"] or 0),
        second - is_leap,
        tzinfo=_zone(match),
    )
    return whole + timedelta(seconds=is_leap)


def _zone(match: re.Match[str]) -> timezone:
    hours, minutes = int(match["off_hour"] or 0), int(match["off_minute"] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("an offset of more than a day")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match["sign"] == "-" else offset)


def _fraction(match: re.Match[str]) -> timedelta:
    digits = match["fraction"]
    if not digits:
        return timedelta()
    unit_s = 1 if match["second"] else 60 if match["minute"] else 3600
    exact = Fraction(int(digits), 10 ** len(digits)) * unit_s
    return timedelta(microseconds=int(exact * 1_000_000))


def _not_a_time(text: str) -> InvalidValue:
    return InvalidValue(
        _(
            "“%(text)s” is not a time as directories write it. An example: 20261121213803Z.",
            text=text[:LONGEST],
        )
    )


def _no_instant(value: bytes) -> InvalidValue:
    return InvalidValue(
        _(
            "“%(text)s” is not an instant as Active Directory counts it. An example:"
            " 133790000000000000; 0 stands for never.",
            text=value.decode("ascii", "replace")[:LONGEST],
        )
    )
