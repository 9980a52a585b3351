"""A day, with or without its year."""

import re
from datetime import date, datetime

from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType, PersonLink
from lupweb.ldap.timestamps import read_generalized_time
from lupweb.texts import _

MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
    _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip
LEAP_YEAR = 2000
WITHOUT_YEAR = re.compile(r"--(\d\d)-?(\d\d)")


class DateType(FieldType):
    """A day; stored as ISO 8601: `2018-03-01`, without a year `--03-01`."""

    key = "date"
    label = _("Date")

    def read_one(self, value: bytes) -> str:
        """Return the day. ISO 8601, generalizedTime and `dd.MM.yyyy` are understood.

        :raises InvalidValue: if the value is none of these
        """
        text = super().read_one(value)
        for read in (_iso, _without_year, _german, _generalized):
            found = read(text)
            if found:
                return found
        raise InvalidValue(_("“%(text)s” is no date.", text=text[:40]))

    def text(self, value: str, person: PersonLink | None = None) -> str:
        """Return the day in words, such as “1 March 2018”."""
        without_year = WITHOUT_YEAR.fullmatch(value)
        if without_year:
            month, day = (int(part) for part in without_year.groups())
            return str(_("%(day)s %(month)s", day=day, month=MONTHS[month - 1]))
        try:
            on = date.fromisoformat(value)
        except ValueError:
            return value
        return str(
            _("%(day)s %(month)s %(year)s", day=on.day, month=MONTHS[on.month - 1], year=on.year)
        )

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return the day in words."""
        return escape(self.text(value))


def _iso(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if "-" in text[4:5] else ""
    except ValueError:
        return ""


def _without_year(text: str) -> str:
    found = WITHOUT_YEAR.fullmatch(text)
    if not found:
        return ""
    try:
        on = date(LEAP_YEAR, int(found[1]), int(found[2]))
    except ValueError:
        return ""
    return f"--{on.month:02}-{on.day:02}"


def _german(text: str) -> str:
    try:
        return datetime.strptime(text, "%d.%m.%Y").date().isoformat()  # noqa: DTZ007 a day has no zone
    except ValueError:
        return ""


def _generalized(text: str) -> str:
    try:
        return read_generalized_time(text).date().isoformat()
    except InvalidValue:
        return ""
