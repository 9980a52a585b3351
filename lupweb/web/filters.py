"""How templates show instants, numbers and names."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from urllib.parse import quote

from flask import Flask

from lupweb import clock
from lupweb.field_types.date import MONTHS
from lupweb.texts import Text, _, language

SITE_ZONE: tzinfo = UTC
THOUSANDS = {"de": "."}
JUST_NOW = timedelta(minutes=1)
GAP = 0
RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO", "RLI"})
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def init_app(app: Flask) -> None:
    """Register the filters under their names."""
    for each in (when, number, isolate, mailto, pages_around):
        app.jinja_env.filters[each.__name__] = each


def when(instant: datetime) -> Text:
    """Return an instant in words: "just now", "14:15 today", "3 November 2026" (ux.md section 7).

    :param instant: aware; shown in the time zone of the site
    """
    now = clock.now()
    here = instant.astimezone(SITE_ZONE)
    if timedelta(0) <= now - instant < JUST_NOW:
        return _("just now")
    if here.date() == now.astimezone(SITE_ZONE).date():
        return _("%(time)s today", time=f"{here:%H:%M}")
    return day(here.date())


def day(date: date) -> Text:
    """Return a date in words, such as "3 November 2026"."""
    return _(
        "%(day)s %(month)s %(year)s", day=date.day, month=MONTHS[date.month - 1], year=date.year
    )


def number(count: int) -> str:
    """Return a whole number with the separators of the reader's language: "1,284"."""
    return f"{count:,}".replace(",", THOUSANDS.get(language(), ","))


def isolate(text: str) -> str:
    """Keep right-to-left `text` from turning the sentence around it.

    For titles, labels and sentences; between tags `<bdi>` does the same (UAX 9, section 2.4).
    """
    if any(unicodedata.bidirectional(character) in RIGHT_TO_LEFT for character in text):
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
    return text


def mailto(address: str) -> str:
    """Return the link that writes to `address`, and to nobody and nothing else (RFC 6068)."""
    return "mailto:" + quote(address, safe="@")


def pages_around(current: int, count: int) -> list[int]:
    """Return the numbers a pager shows: first, last, and those next to `current`.

    Where pages are left out stands `GAP`. A gap of one page is that page.
    """
    near = {1, count} | {page for page in range(current - 1, current + 2) if 1 <= page <= count}
    shown: list[int] = []
    for page in sorted(near):
        missing = page - shown[-1] - 1 if shown else 0
        if missing:
            shown.append(page - 1 if missing == 1 else GAP)
        shown.append(page)
    return shown
