"""Java time patterns ("Timestamp pattern"): recognise one in a stamp, write and read with it. Pure.

The letters are those of java.time.format.DateTimeFormatter: y M d H h m s S a, X Z z for the zone,
and text in quotes. Instants are written in UTC.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from lupweb.errors import InvalidValue
from lupweb.ldap.timestamps import GENERALIZED_TIME, read_generalized_time
from lupweb.texts import _

LONGEST = 64  # characters, of a pattern and of a time
TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<plain>[^A-Za-z'])")
MOST_LETTERS: Mapping[str, int] = {
    "y": 4, "M": 2, "d": 2, "H": 2, "h": 2, "m": 2, "s": 2, "S": 9, "a": 1, "X": 3, "Z": 3, "z": 1,
}  # fmt: skip
NEEDED = frozenset("yMd")
YEAR_LETTERS = (1, 4)  # of two letters nobody knows the century
ZONE = r"Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?"
NOON = 12


@dataclass(frozen=True)
class _Part:
    """A run of one letter; or, without a letter, text that stands as it is."""

    letter: str
    length: int = 0
    text: str = ""


def recognise(value: bytes | str) -> str:
    """Return the pattern that writes the times of a directory, from one real stamp of it.

    :raises InvalidValue: if the stamp is no GeneralizedTime
    """
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    read_generalized_time(text)
    match = GENERALIZED_TIME.fullmatch(text)
    if match is None:
        raise _unwritable(text)
    units = ("yyyyMMddHH", match["minute"] and "mm", match["second"] and "ss")
    fraction = _fraction_pattern(text, match)
    zone = "XX" if match["off_minute"] else "X" if match["sign"] else "Z" if fraction else "'Z'"
    return "".join(filter(None, units)) + fraction + zone


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that cannot be written and read again.

    :raises InvalidValue: naming what is wrong with it
    """
    letters = {part.letter for part in _parts(pattern)}
    if not letters >= NEEDED:
        raise InvalidValue(
            _(
                "The time pattern “%(pattern)s” needs year, month and day. An example:"
                " yyyyMMddHHmmss'Z'.",
                pattern=pattern[:LONGEST],
            )
        )
    if ("h" in letters) != ("a" in letters):
        raise InvalidValue(
            _("In a time pattern h and a belong together. Write HH for the hours 00 to 23.")
        )


def format_java(pattern: str, instant: datetime) -> str:
    """Return `instant` as `pattern` writes it, in UTC.

    A zone is always `Z`, where Java writes `+0000` for the letter Z: a search for a stamp with
    `+0000` finds everybody on Samba, without a word (measured on Samba 4.17).

    :param instant: with its zone
    :raises InvalidValue: if there is no such pattern
    """
    check_pattern(pattern)
    utc = instant.astimezone(UTC)
    return "".join(_written(part, utc) for part in _parts(pattern))


def read_java(pattern: str, text: str) -> datetime:
    """Return the instant that `text` stands for, in UTC; without a zone in it, it is in UTC.

    :raises InvalidValue: if there is no such pattern, or `text` does not follow it
    """
    check_pattern(pattern)
    parts = _parts(pattern)
    expression = "".join(f"(?P<p{place}>{_readable(part)})" for place, part in enumerate(parts))
    match = re.fullmatch(expression, text) if len(text) <= LONGEST else None
    if match is None:
        raise _does_not_follow(pattern, text)
    found = {part.letter: match[f"p{place}"] for place, part in enumerate(parts)}
    try:
        return _instant(found)
    except (ValueError, OverflowError) as error:
        raise _does_not_follow(pattern, text) from error


def _fraction_pattern(text: str, match: re.Match[str]) -> str:
    """Zeros are what Active Directory always writes, so they are text and no fraction."""
    digits = match["fraction"]
    if digits is None:
        return ""
    point = "," if "," in text else "."
    if not digits.strip("0"):
        return point + (f"'{digits}'" if digits else "")
    if not match["second"] or len(digits) > MOST_LETTERS["S"]:
        raise _unwritable(text)
    return point + "S" * len(digits)


def _parts(pattern: str) -> list[_Part]:
    parts, place = [], 0
    while place < len(pattern) <= LONGEST:
        match = TOKEN.match(pattern, place)
        if match is None:
            break
        parts.append(_part(match))
        place = match.end()
    if place < len(pattern) or not pattern:
        raise InvalidValue(
            _(
                "“%(pattern)s” is not a time pattern: it is empty, too long, or a quote is not"
                " closed. An example: yyyyMMddHHmmss'Z'.",
                pattern=pattern[:LONGEST],
            )
        )
    return parts


def _part(match: re.Match[str]) -> _Part:
    letters = match["letters"]
    if not letters:
        quoted = match["quoted"]
        return _Part("", text=match["plain"] or (quoted or "").replace("''", "'") or "'")
    letter, length = letters[0], len(letters)
    most = MOST_LETTERS.get(letter, 0)
    if length > most or (letter == "y" and length not in YEAR_LETTERS):
        raise InvalidValue(
            _(
                "A time pattern cannot hold “%(letters)s”. The letters y M d H h m s S a X Z z are"
                " known; the year is yyyy; other text stands in quotes.",
                letters=letters,
            )
        )
    return _Part(letter, length)


def _written(part: _Part, instant: datetime) -> str:
    numbers = {
        "y": instant.year,
        "M": instant.month,
        "d": instant.day,
        "H": instant.hour,
        "h": instant.hour % NOON or NOON,
        "m": instant.minute,
        "s": instant.second,
    }
    if part.letter in numbers:
        return f"{numbers[part.letter]:0{part.length}}"
    if part.letter == "S":
        return f"{instant.microsecond:06}000"[: part.length]
    if part.letter == "a":
        return "PM" if instant.hour >= NOON else "AM"
    return "Z" if part.letter else part.text


def _readable(part: _Part) -> str:
    """Return the expression of what `part` may look like."""
    if part.letter == "y":
        return "[0-9]{4}" if part.length > 1 else "[0-9]{1,4}"
    if part.letter in set("MdHhms"):
        return "[0-9]{2}" if part.length > 1 else "[0-9]{1,2}"
    if part.letter == "S":
        return f"[0-9]{{{part.length}}}"
    if part.letter == "a":
        return "[AaPp][Mm]"
    return ZONE if part.letter else re.escape(part.text)


def _instant(found: Mapping[str, str]) -> datetime:
    hour = int(found.get("H", 0))
    if "h" in found:
        if int(found["h"]) not in range(1, NOON + 1):
            raise ValueError("no hour of a clock with twelve")
        hour = int(found["h"]) % NOON + (NOON if found["a"].upper() == "PM" else 0)
    local = datetime(
        int(found["y"]),
        int(found["M"]),
        int(found["d"]),
        hour,
        int(found.get("m", 0)),
        int(found.get("s", 0)),
        int(found.get("S", "0").ljust(6, "0")[:6]),
        tzinfo=_zone(next((found[letter] for letter in "XZz" if letter in found), "Z")),
    )
    return local.astimezone(UTC)


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _does_not_follow(pattern: str, text: str) -> InvalidValue:
    return InvalidValue(
        _(
            "“%(text)s” does not follow the time pattern %(pattern)s.",
            text=text[:LONGEST],
            pattern=pattern,
        )
    )


def _unwritable(text: str) -> InvalidValue:
    return InvalidValue(_("No time pattern writes times like “%(text)s”.", text=text[:LONGEST]))
