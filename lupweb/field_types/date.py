"""A day, with or without its year."""

from collections.abc import Mapping
from types import MappingProxyType

from lupweb.errors import InvalidValue
from lupweb.field_types.base import (
    NOBODY,
    Control,
    FieldType,
    People,
    PersonLink,
)
from lupweb.field_types.days import (
    LEAP_YEAR,
    MONTHS,
    day_of,
    month_and_day,
    read_delivered,
    read_typed,
    without_year,
)
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.field_types.ordering import sort_text
from lupweb.texts import _, language

ISO, GENERALIZED, DOTTED = "iso", "generalized_time", "dotted"
NEEDED, OPTIONAL, NEVER = "needed", "optional", "never"
ANNIVERSARY = "anniversary"
NO_ANNIVERSARY, ANNIVERSARY_DAY, ANNIVERSARY_YEARS = "no", "day", "years"


class DateType(FieldType):
    """A day; stored as ISO 8601: `2018-03-01`, without a year `--03-01`."""

    key = "date"
    label = _("Date")
    explanation = _("A day, with its year or without, as for birthdays.")
    examples = ("3 November 2026", "3.11.", "2026-11-03")
    option_list = (
        TypeOption(
            "year",
            OptionKind.TEXT,
            OPTIONAL,
            _("Year"),
            _("Whether a day has its year. never: a year that LDAP delivers is not kept."),
            (OPTIONAL, NEEDED, NEVER),
        ),
        TypeOption(
            "ldap_format",
            OptionKind.TEXT,
            ISO,
            _("Written to LDAP"),
            _("2018-03-01, 20180301000000Z or 01.03.2018. All of them are read."),
            (ISO, GENERALIZED, DOTTED),
        ),
        TypeOption(
            ANNIVERSARY,
            OptionKind.TEXT,
            NO_ANNIVERSARY,
            _("Birthday or anniversary"),
            _("Told beside contacts and in calendars. day: never the year; years: counts them."),
            (NO_ANNIVERSARY, ANNIVERSARY_DAY, ANNIVERSARY_YEARS),
        ),
    )
    control = Control.DATE
    is_facet = False

    @property
    def anniversary(self) -> str:
        """Return whether the day is told every year: “no”, “day” or “years”."""
        return str(self.option(ANNIVERSARY))

    def read_one(self, value: bytes) -> str:
        """Return the day. ISO 8601, generalizedTime and `dd.MM.yyyy` are understood.

        :raises InvalidValue: if the value is none of these
        """
        text = super().read_one(value)
        found = read_delivered(text)
        if not found:
            raise InvalidValue(_("“%(text)s” is no date.", text=text[:40]))
        return without_year(found) if self.option("year") == NEVER else found

    def write(self, value: str, dns: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """Return the day in the form that the field's option names.

        :raises InvalidValue: if that form needs a year and there is none
        """
        form = self.option("ldap_format")
        if not value or form == ISO:
            return super().write(value)
        on = day_of(value)
        if on is None:
            raise InvalidValue(
                _("The directory holds days with a year only. Add the year, or ask who runs it.")
            )
        written = f"{on:%d.%m.}{on.year:04}" if form == DOTTED else f"{on.year:04}{on:%m%d}000000Z"
        return [written.encode()]

    def parse_one(self, text: str) -> str:
        """Return the day: ISO 8601, “3 November 2026” or 03.11.2026, and without a year."""
        found = read_typed(text)
        if not found:
            raise InvalidValue(
                _("This is no date. An example: %(example)s.", example=self._example())
            )
        if self.option("year") == NEVER:
            return without_year(found)
        if self.option("year") == NEEDED and found.startswith("--"):
            raise InvalidValue(
                _("The year is missing. An example: %(example)s.", example=self._example())
            )
        return found

    def form_values(self, value: str) -> list[str]:
        """Return the day as the reader's language types it."""
        if language() != "de":
            return [self.text(value)] if value else []
        on, yearless = day_of(value), month_and_day(value)
        if on:
            return [f"{on:%d.%m.}{on.year:04}"]
        return [f"{yearless[1]:02}.{yearless[0]:02}."] if yearless else self.split(value)

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the day in words, such as “1 March 2018”."""
        yearless = month_and_day(value)
        if yearless:
            month, day = yearless
            return str(_("%(day)s %(month)s", day=day, month=MONTHS[month - 1]))
        on = day_of(value)
        if on is None:
            return value
        return str(
            _("%(day)s %(month)s %(year)s", day=on.day, month=MONTHS[on.month - 1], year=on.year)
        )

    def sort_key(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> str:
        """Return the day by ISO 8601; days without a year stand behind, by month."""
        if not value:
            return ""
        if month_and_day(value):
            return "1" + value
        return "0" + value if day_of(value) else "2" + sort_text(value)

    def _example(self) -> str:
        day = "--11-03" if self.option("year") == NEVER else "2026-11-03"
        return self.form_values(day)[0]


__all__ = ["LEAP_YEAR", "MONTHS", "DateType"]
