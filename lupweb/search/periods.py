"""Days as filters name them: one, a month, a year, or counted from today. Pure."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from lupweb.field_types.days import day_of, month_and_day, read_typed

WHOLE_YEAR = 366
_year = re.compile(r"([0-9]{4})")
_month = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_counted = re.compile(r"(next|last) ([0-9]{1,4}) (day|week|month|year)s?")
_named = re.compile(r"(this|next|last) (week|month|year)")
_in_german = re.compile(
    r"(?:in )?(?:de[rmn] |die |das )?"
    r"(diese|nächste|naechste|kommende|letzte|vorige|vergangene)[rsnm]?"
    r" (?:([0-9]{1,4}) )?(tag|woche|monat|jahr)(?:e|n|en|s|es)?"
)
GERMAN = {
    "heute": "today", "gestern": "yesterday", "morgen": "tomorrow",
    "diese": "this", "nächste": "next", "naechste": "next", "kommende": "next",
    "letzte": "last", "vorige": "last", "vergangene": "last",
    "tag": "day", "woche": "week", "monat": "month", "jahr": "year",
}  # fmt: skip
NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
STEPS = {"this": 0, "next": 1, "last": -1}
_OF_ONE_WORD = {german for german, english in GERMAN.items() if english in NEAR}


@dataclass(frozen=True)
class Period:
    """Days that follow each other, both ends among them."""

    first: date
    last: date

    def holds(self, value: str) -> bool:
        """Return whether a stored day is in it; one without a year, whether any year's is."""
        on = day_of(value)
        if on is not None:
            return self.first <= on <= self.last
        yearless = month_and_day(value)
        return yearless is not None and self._holds_of_any_year(yearless)

    def _holds_of_any_year(self, yearless: tuple[int, int]) -> bool:
        if (self.last - self.first).days + 1 >= WHOLE_YEAR:
            return True
        years = {self.first.year, self.last.year}
        return any(self.first <= day_in(year, *yearless) <= self.last for year in years)


@dataclass(frozen=True)
class EveryYear:
    """A day of whatever year."""

    month: int
    day: int

    def holds(self, value: str) -> bool:
        """Return whether a stored day is this one."""
        on = day_of(value)
        found = (on.month, on.day) if on is not None else month_and_day(value)
        return found == (self.month, self.day)


Days = Period | EveryYear


def day_in(year: int, month: int, day: int) -> date:
    """Return a day of every year in this one; 29 February is the 28th where there is none."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def read_days(text: str, today: date) -> Days | None:
    """Return the days that a text names, or None if it names none.

    “2024-01-31”, “31.1.2024”, “31 January”; “2024-01”, “2024”; “today”, “next 7 days” (today and
    seven more), “last 2 months”, “this week” (from Monday on), “last year”. Days that are counted
    from today are known in every language of the site, as saved filters are read by everybody.
    """
    text = _in_english(" ".join(text.casefold().split()))
    for read in (partial(_from_today, today=today), _of_calendar):
        found = read(text)
        if found:
            return found
    typed = read_typed(text)
    yearless = month_and_day(typed)
    if yearless:
        return EveryYear(*yearless)
    on = day_of(typed)
    return Period(on, on) if on else None


def _in_english(text: str) -> str:
    """Return days that are counted from today in German as they are called in English."""
    found = _in_german.fullmatch(text)
    if not found:
        return GERMAN.get(text, text) if text in _OF_ONE_WORD else text
    step, number, unit = found.groups()
    return " ".join(filter(None, [GERMAN[step], number, GERMAN[unit]]))


def _from_today(text: str, today: date) -> Period | None:
    if text in NEAR:
        on = _moved(today, NEAR[text])
        return Period(on, on)
    counted = _counted.fullmatch(text)
    if counted:
        steps = int(counted[2]) * STEPS[counted[1]]
        other = _UNITS[counted[3]](today, steps)
        return Period(min(today, other), max(today, other))
    named = _named.fullmatch(text)
    if named:
        return _around(_UNITS[named[2]](_first_of(today, named[2]), STEPS[named[1]]), named[2])
    return None


def _of_calendar(text: str) -> Period | None:
    """Return a year, or a month of one."""
    year, month = _year.fullmatch(text), _month.fullmatch(text)
    if year and int(year[1]):
        return _around(date(int(year[1]), 1, 1), "year")
    if month and int(month[1]) and 1 <= int(month[2]) <= 12:
        return _around(date(int(month[1]), int(month[2]), 1), "month")
    return None


def _around(first: date, unit: str) -> Period:
    """Return the whole unit that begins on a day."""
    if unit == "year":
        return Period(first, date(first.year, 12, 31))
    if unit == "month":
        return Period(first, first.replace(day=monthrange(first.year, first.month)[1]))
    return Period(first, _moved(first, 6))


def _first_of(today: date, unit: str) -> date:
    if unit == "week":
        return _moved(today, -today.weekday())
    return today.replace(day=1) if unit == "month" else today.replace(month=1, day=1)


def _moved(on: date, days: int) -> date:
    """Return another day; the first or the last of all where there is none."""
    try:
        return on + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _months_on(on: date, months: int) -> date:
    number = on.year * 12 + on.month - 1 + months
    year, month = divmod(number, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return day_in(year, month + 1, on.day)


_UNITS: dict[str, Callable[[date, int], date]] = {
    "day": _moved,
    "week": lambda on, steps: _moved(on, 7 * steps),
    "month": _months_on,
    "year": lambda on, steps: _months_on(on, 12 * steps),
}
