"""The order of last names, as a number that needs no name: which few stand together. Pure.

Names are ordered by the bytes of their folded text, which is the order of their code points. The
number keeps that order, and many names share one; its upper byte is the letter.
"""

import sys
from array import array
from collections.abc import Sequence

from lupweb.search.request import OTHER_LETTERS

BEFORE_A, FIRST_LETTER = 1, 2
LETTERS = 26
AFTER_Z = FIRST_LETTER + LETTERS
_COMMON, _COMMON_FROM = 4, ord("z") + 1  # scripts of letters: every four characters
_WIDE, _WIDE_FROM = 8, 0x3000  # scripts of signs: every eight
_WIDE_AT = AFTER_Z * 256 + (_WIDE_FROM - _COMMON_FROM) // _COMMON + 1
LARGEST = 0xFFFF
"""Nothing that `place_of` returns is larger."""


def place_of(sort_name: str) -> int:
    """Return roughly where a folded last name stands: 16 bits, never less than an earlier one's."""
    first = ord(sort_name[0]) if sort_name else 0
    if first < ord("a"):
        return BEFORE_A * 256
    if first < _COMMON_FROM:
        return (FIRST_LETTER + first - ord("a")) * 256 + min(ord(sort_name[1:2] or "\0"), 255)
    if first < _WIDE_FROM:
        return AFTER_Z * 256 + (first - _COMMON_FROM) // _COMMON
    return min(_WIDE_AT + (first - _WIDE_FROM) // _WIDE, LARGEST)


def first_at(place: int) -> str:
    """Return a text that no name of this place, or of a later one, stands before."""
    letter, second = divmod(place, 256)
    if letter <= BEFORE_A:
        return ""
    if letter < AFTER_Z:
        return chr(ord("a") + letter - FIRST_LETTER) + (chr(second) if second else "")
    if place < _WIDE_AT:
        return chr(_COMMON_FROM + (place - AFTER_Z * 256) * _COMMON)
    return chr(_WIDE_FROM + (place - _WIDE_AT) * _WIDE)


def end_of(place: int) -> str:
    """Return a text that no name of this place reaches; "" for the last place of all."""
    if place // 256 <= BEFORE_A:
        return "a"
    return first_at(place + 1) if place < LARGEST else ""


def letter_codes(places: Sequence[int]) -> bytes:
    """Return the upper byte of each place, which keeps the order as well: the letter's code."""
    stored = array("H", places).tobytes()
    return stored[1::2] if sys.byteorder == "little" else stored[::2]


def letter_of(code: int) -> str:
    """Return the letter that a code stands for: A to Z, or `OTHER_LETTERS`."""
    number = code - FIRST_LETTER
    return chr(ord("A") + number) if 0 <= number < LETTERS else OTHER_LETTERS


def codes_of_letter(letter: str) -> frozenset[int]:
    """Return the codes of a letter; `OTHER_LETTERS` has many."""
    return frozenset(code for code in range(256) if letter_of(code) == letter)
