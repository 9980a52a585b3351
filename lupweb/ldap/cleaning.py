"""Text from outside, made safe to store and to show. Pure.

A value is cleaned or refused as a whole: nothing is cut off without a word.
"""

import re
import unicodedata
from collections.abc import Sequence

from lupweb.errors import InvalidValue
from lupweb.texts import _

MOST_MARKS = 8  # combining marks on one letter; more of them climb over the lines around
MAY_BE_MARK = re.compile("[\u0300-\U0010ffff]")  # no letter before the first mark is one
LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# C0 and C1 controls, what turns the direction of reading, what is not seen, half characters.
# The joiners U+200C and U+200D stay: emoji and several scripts need them.
UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)

PARTING = "\x7f"
"""A control, so that no cleaned text holds it: it may stand between many texts in one."""
SEVERAL = b"\x1e"
"""Between the values of one entry; also a control."""
Found = Sequence[Sequence[bytes]]
"""The values of one attribute, of one entry after the other; () where it has none."""


def plain_texts(found: Found, max_length: int) -> list[str] | None:
    """Return what `clean_text` makes of each value, "" where there is none, if all are plain.

    That is: at most one of each entry, and text with nothing to take away. Most are, and it is seen
    of all together in a fraction of the time. None: each has to be looked at.

    :param max_length: in characters
    """
    try:
        joined = PARTING.encode().join(map(SEVERAL.join, found)).decode()
    except UnicodeDecodeError:
        return None
    text = f"{PARTING}{joined}{PARTING}"
    if "  " in text or f" {PARTING}" in text or f"{PARTING} " in text:
        return None
    texts = text.split(PARTING)[1:-1]
    if len(texts) != len(found) or not "".join(texts).isprintable():
        return None
    if len(text) > max_length and max(map(len, texts)) > max_length:
        return None
    if text.isascii():
        return texts
    return [each if each.isascii() else _composed(each) for each in texts]


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
    return _without_towers(composed) if MAY_BE_MARK.search(composed) else composed
