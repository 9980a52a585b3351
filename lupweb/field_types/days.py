"""Days as directories and people write them. Pure."""

import re
from datetime import date

from babel import Locale

from lupweb.errors import InvalidValue
from lupweb.field_types.ordering import sort_text
from lupweb.ldap.timestamps import read_generalized_time
from lupweb.texts import _

MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
    _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip
LEAP_YEAR = 2000
LONGEST_DAY = 40
"""Characters; no longer text is a day."""
WITHOUT_YEAR = re.compile(r"--([0-9]{2})-?([0-9]{2})")
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
AT_AN_INSTANT = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z"
)
"""The usual generalizedTime; it is told quickly, since a directory has a hundred thousand."""
DOTTED = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\.(?: ?([0-9]{4}))?")
DAY_FIRST = re.compile(r"([0-9]{1,2})(?:\.|st|nd|rd|th)? ?([^\W\d_]+)\.?,?(?: ?([0-9]{4}))?")
MONTH_FIRST = re.compile(r"([^\W\d_]+)\.? ?([0-9]{1,2})(?:st|nd|rd|th)?(?:,? ([0-9]{4}))?")
LANGUAGES = ("en", "de")


def read_delivered(text: str) -> str:
    """Return the day that a source delivered, as it is stored; "" if it is none."""
    if len(text) > LONGEST_DAY:
        return ""
    found = AT_AN_INSTANT.fullmatch(text)
    if found and (on := _day(found[1], found[2], found[3])):
        return on.isoformat()
    return _iso(text) or _dotted(text, needs_year=True) or _generalized(text)


def read_typed(text: str) -> str:
    """Return the day that somebody typed, as it is stored; "" if it is none."""
    if len(text) > LONGEST_DAY:
        return ""
    return _iso(text) or _dotted(text, needs_year=False) or _in_words(text)


def day_of(value: str) -> date | None:
    """Return the day that is stored, if it has a year."""
    found = ISO_DAY.fullmatch(value)
    return _day(found[1], found[2], found[3]) if found else None


def month_and_day(value: str) -> tuple[int, int] | None:
    """Return month and day of what is stored without a year, else None."""
    found = WITHOUT_YEAR.fullmatch(value)
    on = _day(LEAP_YEAR, found[1], found[2]) if found else None
    return (on.month, on.day) if on else None


def without_year(value: str) -> str:
    """Return a stored day without its year."""
    return f"--{value[-5:]}"


def _iso(text: str) -> str:
    yearless = month_and_day(text)
    if yearless:
        return f"--{yearless[0]:02}-{yearless[1]:02}"
    on = day_of(text)
    return on.isoformat() if on else ""


def _dotted(text: str, *, needs_year: bool) -> str:
    found = DOTTED.fullmatch(text)
    if not found or (needs_year and not found[3]):
        return ""
    return _stored(found[3], found[2], found[1])


def _generalized(text: str) -> str:
    try:
        return read_generalized_time(text).date().isoformat()
    except InvalidValue:
        return ""


def _in_words(text: str) -> str:
    found = DAY_FIRST.fullmatch(text)
    day, month, year = found.groups() if found else ("", "", "")
    if not found:
        found = MONTH_FIRST.fullmatch(text)
        month, day, year = found.groups() if found else ("", "", "")
    number = MONTH_NUMBERS.get(sort_text(month))
    return _stored(year, number, day) if number else ""


def _stored(year: str | None, month: str | int, day: str) -> str:
    on = _day(year or LEAP_YEAR, month, day)
    if on is None:
        return ""
    return on.isoformat() if year else without_year(on.isoformat())


def _day(year: str | int, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month_numbers() -> dict[str, int]:
    """Return the names of months, whole and short, in every language of the site."""
    return {
        sort_text(name).rstrip("."): number
        for code in LANGUAGES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in Locale(code).months[context][width].items()
    }


MONTH_NUMBERS = _month_numbers()
