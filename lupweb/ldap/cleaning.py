"""Text from outside, made safe to store and to show. Pure.

A value is cleaned or refused as a whole: nothing is cut off without a word.
"""

import re
import unicodedata
from collections.abc import Sequence

from lupweb.errors import InvalidValue
from lupweb.texts import _

MOST_MARKS = 8  # combining marks on one letter; more of them climb over the lines around
# As many in a row as make a tower: all marks and all format characters are in the class, which is
# quicker asked than what each character is. Greek, Cyrillic, Chinese and Korean letters are not.
MAY_BE_TOWER = re.compile(
    "[\xad\u0300-\u036f\u0483-\u0489\u0591-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff"
    f"\ufb1e-\U0010ffff]{{{MOST_MARKS + 1}}}"
)
LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# C0 and C1 controls, what turns the direction of reading, what is not seen, half characters.
# The joiners U+200C and U+200D stay: emoji and several scripts need them.
UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)

PARTING = "\x7f"
"""A control, so that no cleaned text holds it: it may stand between many texts in one."""
_PARTING = PARTING.encode()
Found = Sequence[Sequence[bytes]]
"""The values of one attribute, of one entry after the other; () where it has none."""


def single_values(found: Found) -> list[bytes] | None:
    """Return the value of each, b"" where there is none; None if anybody has several."""
    try:
        return [value for (value,) in found]  # everybody has one, as a rule
    except ValueError:
        if max(map(len, found)) > 1:
            return None
    return [values[0] if values else b"" for values in found]


def plain_texts(found: Found, max_length: int, *, multiline: bool = False) -> list[str] | None:
    """Return what `clean_text` makes of each value, "" where there is none, if all are plain.

    That is: at most one of each entry, and text with nothing to take away. Most are, and it is seen
    of all together in a fraction of the time. None: each has to be looked at.

    :param max_length: in characters
    """
    text = _together(found)
    if text is None or not _is_plain(text, multiline=multiline):
        return None
    texts = text.split(PARTING)[1:-1]
    is_long = len(text) > max_length and max(map(len, texts)) > max_length
    if len(texts) != len(found) or is_long:
        return None
    if text.isascii() or _is_composed(text):
        return texts
    return [each if each.isascii() else _composed(each) for each in texts]


def _together(found: Found) -> str | None:
    """Return the values in one text, each between two `PARTING`; None if that cannot be."""
    values = single_values(found)
    try:
        return None if values is None else _PARTING.join([b"", *values, b""]).decode()
    except UnicodeDecodeError:
        return None


def _is_plain(text: str, *, multiline: bool) -> bool:
    inside = text.replace("\n", "") if multiline else text
    is_printable = inside.replace(PARTING, "").isprintable()
    return is_printable and not _has_blanks(text, multiline=multiline)


def _has_blanks(text: str, *, multiline: bool) -> bool:
    """Return whether a value begins or ends with blanks, or holds some that become one."""
    if multiline and (f"\n{PARTING}" in text or f"{PARTING}\n" in text):
        return True
    return f" {PARTING}" in text or f"{PARTING} " in text or "  " in text


def clean_text(value: bytes | str, *, max_length: int = 1_048_576, multiline: bool = False) -> str:
    """Return `value` without anything that could harm a page or another program.

    Controls, bidi controls, U+200B, U+FEFF and lone surrogates are removed, each letter keeps at
    most 8 combining marks, the form is NFC, and blanks around the text go. Cleaning twice changes
    nothing more.

    :param max_length: in characters
    :param multiline: keep line breaks and tabs; otherwise whitespace becomes one blank
    :raises InvalidValue: if it is not UTF-8, holds a NUL, or is too long
    """
    if value.isascii() and len(value) <= max_length:
        plain = value.decode() if isinstance(value, bytes) else value
        if plain.isprintable():  # as most are; nothing in it can do harm
            return " ".join(plain.split())
    text = _decoded(value, max_length)
    if not text.isprintable():
        text = _without_unwanted(text, multiline=multiline)
    if not text.isascii():
        text = _composed(text)
    return text.strip() if multiline else " ".join(text.split())


def _decoded(value: bytes | str, max_length: int) -> str:
    if len(value) > (4 * max_length if isinstance(value, bytes) else max_length):
        raise _too_long(max_length)
    try:
        text = value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError as error:
        raise InvalidValue(
            _("This value is not text (it is not UTF-8). It was left out.")
        ) from error
    if len(text) > max_length:
        raise _too_long(max_length)
    if "\x00" in text:
        raise InvalidValue(_("This value holds a zero byte. It was left out."))
    return text


def _too_long(max_length: int) -> InvalidValue:
    return InvalidValue(
        _(
            "This value is too long: more than %(most)s characters. It was left out.",
            most=max_length,
        )
    )


def _without_unwanted(text: str, *, multiline: bool) -> str:
    if multiline:
        text = LINE_BREAK.sub("\n", text)
    return UNWANTED.sub("", text)


def _without_towers(text: str) -> str:
    """Keep the first marks of each letter. Invisible format characters begin no new letter."""
    kept, marks = [], 0
    for sign in text:
        kind = unicodedata.category(sign)
        if kind in {"Mn", "Me", "Mc"}:
            marks += 1
        elif kind != "Cf":
            marks = 0
        if marks <= MOST_MARKS or kind == "Cf":
            kept.append(sign)
    return "".join(kept)


def _composed(text: str) -> str:
    """Return `text` in NFC, with no more marks on a letter than are read."""
    composed = unicodedata.normalize("NFC", text)
    return _without_towers(composed) if MAY_BE_TOWER.search(composed) else composed


def _is_composed(text: str) -> bool:
    """Return whether `_composed` leaves `text` as it is, if that is seen at once."""
    return unicodedata.is_normalized("NFC", text) and not MAY_BE_TOWER.search(text)
