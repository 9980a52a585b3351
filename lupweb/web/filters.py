"""How templates show instants, numbers and names."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import quote

from flask import Flask
from markupsafe import Markup

from lupweb import clock
from lupweb.clock import zone_of
from lupweb.field_types.date import MONTHS
from lupweb.people.names import mixes_scripts
from lupweb.search.folding import fold, spelled_out
from lupweb.search.words import Word, terms_of
from lupweb.texts import Text, _, language, ngettext
from lupweb.web.layouts import site_zone

HOUR = timedelta(hours=1)
THOUSANDS = {"de": "."}
JUST_NOW = timedelta(minutes=1)
GAP = 0
RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO", "RLI"})
BETWEEN_WORDS = re.compile(r"([\W_]+)")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def init_app(app: Flask) -> None:
    """Register the filters under their names."""
    pure = (isolate, mailto, marked, mixes_scripts, number, pages_around)
    for each in (when, local_time, own_time, *pure):
        app.jinja_env.filters[each.__name__] = each


def when(instant: datetime, zone: tzinfo | None = None) -> Text:
    """Return an instant in words: "just now", "14:15 today", "3 November 2026" (ux.md section 7).

    :param instant: aware
    :param zone: where it is told; None: the time zone of the site
    """
    now, zone = clock.now(), zone or site_zone()
    here = instant.astimezone(zone)
    if timedelta(0) <= now - instant < JUST_NOW:
        return _("just now")
    if here.date() == now.astimezone(zone).date():
        return _("%(time)s today", time=f"{here:%H:%M}")
    return day(here.date())


def local_time(name: str, zone: tzinfo | None = None) -> Text | None:
    """Return what time it is where somebody is, and how far that is from the reader.

    :param name: IANA name of a time zone; may be any text
    :param zone: where the reader is; None: the time zone of the site
    :returns: None if there is no such time zone
    """
    theirs = zone_of(name)
    if theirs is None:
        return None
    there = clock.now().astimezone(theirs)
    here = there.astimezone(zone or site_zone())
    ahead = (there.utcoffset() or timedelta(0)) - (here.utcoffset() or timedelta(0))
    return _difference(f"{there:%H:%M}", ahead)


def own_time(name: str) -> Text | None:
    """Return what time it is where the reader is; None if there is no such time zone."""
    own = zone_of(name)
    return _("%(time)s your time", time=f"{clock.now().astimezone(own):%H:%M}") if own else None


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


def mailto(address: str, subject: str = "") -> str:
    """Return the link that writes to `address`, and to nobody and nothing else (RFC 6068)."""
    written = "mailto:" + quote(address, safe="@")
    return f"{written}?subject={quote(subject, safe='')}" if subject else written


def marked(text: str, query: str) -> Markup:
    """Return `text` as markup, with `<mark>` around what the words of `query` found in it.

    A word is found at the beginning of a word, as the search compares them: “mue” in “Müller”.
    """
    wanted = [form for word in _words(query) for form in word.forms]
    shown = Markup()
    for part in BETWEEN_WORDS.split(text):
        length = _found_at_start(part, wanted)
        if length:
            shown += Markup("<mark>{}</mark>").format(part[:length])
        shown += part[length:]
    return shown


def _words(query: str) -> Iterator[Word]:
    for term in terms_of(query):
        for alternative in term.alternatives:
            yield from (each for each in alternative if isinstance(each, Word))


def _found_at_start(word: str, wanted: Sequence[str]) -> int:
    """Return how many characters at the start of `word` one of the wanted words stands for."""
    for length in range(1, len(word) + 1):
        start = word[:length].lower()
        if any(form.startswith(tuple(wanted)) for form in (fold(start), spelled_out(start))):
            return length
    return 0


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


def _difference(time: str, ahead: timedelta) -> Text:
    hours, rest = divmod(abs(ahead), HOUR)
    if not ahead:
        return _("%(time)s, as where you are", time=time)
    if rest:
        clock_face = f"{hours}:{rest // timedelta(minutes=1):02}"
        if ahead > timedelta(0):
            return _("%(time)s there, %(hours)s hours ahead of you", time=time, hours=clock_face)
        return _("%(time)s there, %(hours)s hours behind you", time=time, hours=clock_face)
    if ahead > timedelta(0):
        return ngettext(
            "%(time)s there, %(n)s hour ahead of you",
            "%(time)s there, %(n)s hours ahead of you",
            hours,
            time=time,
        )
    return ngettext(
        "%(time)s there, %(n)s hour behind you",
        "%(time)s there, %(n)s hours behind you",
        hours,
        time=time,
    )
