"""Days that come back every year: birthdays, and how long somebody has been here. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from lupweb.field_types.date import ANNIVERSARY_YEARS
from lupweb.field_types.days import LEAP_YEAR, MONTHS, day_of, month_and_day
from lupweb.texts import Text, _, ngettext

LEAP_DAY = (2, 29)
SOON = timedelta(days=7)
WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
    _("Sunday"),
)  # fmt: skip


@dataclass(frozen=True)
class Anniversary:
    """A day of every year.

    :param since: the day with its year, where years are counted; None: nobody is told the year
    """

    month: int
    day: int
    since: date | None = None

    @property
    def is_leap_day(self) -> bool:
        """Return whether it is the 29 February, which most years do not have."""
        return (self.month, self.day) == LEAP_DAY

    def on(self, year: int) -> date:
        """Return the day on which it is kept in a year.

        A 29 February is kept on the 28th in years without one: it stays the last day of February,
        which is what calendar programs can be told as well (RFC 5545, BYMONTHDAY=-1).
        """
        if self.is_leap_day:
            return date(year, 3, 1) - timedelta(days=1)
        return date(year, self.month, self.day)

    def next_from(self, today: date) -> date:
        """Return the next day on which it is kept; today if it is today."""
        this_year = self.on(today.year)
        return this_year if this_year >= today else self.on(today.year + 1)

    def years(self, on: date) -> int | None:
        """Return how many years it is on a day; None where nobody counts, or nothing to count."""
        count = on.year - self.since.year if self.since else 0
        return count if count > 0 else None

    def is_kept_on(self, on: date) -> bool:
        """Return whether there is something to keep: not on the first day itself, nor before."""
        return self.since is None or self.years(on) is not None


def anniversary_of(value: str, kind: str) -> Anniversary | None:
    """Return the day that a stored date comes back on; None if it is no date.

    :param value: as the field type “date” stores it
    :param kind: what the field's setting `anniversary` says, anything but “no”
    """
    yearless = month_and_day(value)
    if yearless:
        return Anniversary(*yearless)
    full = day_of(value)
    if full is None:
        return None
    return Anniversary(full.month, full.day, full if kind == ANNIVERSARY_YEARS else None)


def counted(label: str, years: int | None, on: date) -> Text | str:
    """Return what is told of a day beside a name: “1 year (At Nordhafen since 2025)”, “Birthday”.

    :param label: the name of the field
    :param years: how many it is on that day; None where nobody counts
    """
    if not years:
        return label
    since = on.year - years
    return ngettext(
        "%(n)s year (%(field)s %(since)s)", "%(n)s years (%(field)s %(since)s)", years,
        field=label, since=since,
    )  # fmt: skip


def in_words(on: date, today: date) -> Text:
    """Return a day as it is told beside a name: “today”, “Tuesday”, “1 December”."""
    ahead = on - today
    if not ahead:
        return _("today")
    if ahead == timedelta(days=1):
        return _("tomorrow")
    if timedelta(0) < ahead < SOON:
        return WEEKDAYS[on.weekday()]
    return day_and_month(on)


def day_and_month(on: date) -> Text:
    """Return a day as it is told where the year is known: “1 December”."""
    return _("%(day)s %(month)s", day=on.day, month=MONTHS[on.month - 1])


__all__ = ["LEAP_YEAR", "Anniversary", "anniversary_of", "counted", "in_words"]
