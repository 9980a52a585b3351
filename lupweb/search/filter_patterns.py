"""Values with `?` and `*`, and the forms in which texts are compared with them. Pure.

Case, accents and the width of blanks do not matter, and umlauts count in both spellings.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import re2

from lupweb.search.folding import SPELLED_OUT, fold
from lupweb.search.terms import MANY, ONE, Value

Fits = Callable[[str], bool]
WORDS_KEPT, LONGEST_KEPT = 16_384, 40
"""So many words are kept in each form, as far as they are shorter."""
_two_ways = re.compile("[äöüåøÄÖÜÅØ\u0300-\u036f]")
"""Letters that are spelled out as two, whole or as a letter with a mark behind it."""


@dataclass(frozen=True)
class Pattern:
    """A value with signs that stand for others, in one of the forms.

    :param parts: text and sign in turns, a text at both ends; it may be empty
    """

    parts: tuple[str, ...]

    @classmethod
    def of(cls, value: Value, form: Callable[[str], str]) -> "Pattern":
        """Return a value as it is compared in this form."""
        parts, start = [], 0
        for place in sorted(value.wild):
            parts += [_shaped(value.signs[start:place], form), value.signs[place]]
            start = place + 1
        return cls((*parts, _shaped(value.signs[start:], form)))

    @property
    def starts(self) -> str:
        """Return what a text begins with if it fits."""
        return self.parts[0]

    @property
    def ends(self) -> str:
        """Return what a text ends with if it fits."""
        return self.parts[-1]

    @cached_property
    def holds(self) -> str:
        """Return the longest of what stands in every text that fits."""
        return max(self.parts[::2], key=len)

    @cached_property
    def fits(self) -> Fits:
        """Return whether a text fits; its work grows with the length of both at most."""
        if ONE not in self.parts[1::2]:
            return partial(_follow, self.parts[::2])
        signs = {ONE: ".", MANY: ".*"}
        shaped = [
            signs[each] if number % 2 else re2.escape(each)
            for number, each in enumerate(self.parts)
        ]
        told = re2.Options()
        told.log_errors = False  # a long one is matched without its table, which is no error
        compiled = re2.compile("(?s)" + "".join(shaped), told)
        fewest = sum(len(each) for each in self.parts if each != MANY)
        return lambda text: len(text) >= fewest and compiled.fullmatch(text) is not None


def written(text: str) -> str:
    """Return a text with its accents, in lower case."""
    return _by_word(text, _written)


def plain(text: str) -> str:
    """Return a text without accents."""
    return _one_blank(fold(text)) if text.isascii() else _by_word(text, _plain)


def spelled(text: str) -> str:
    """Return a text without accents, umlauts as two letters."""
    return plain(text) if text.isascii() else _by_word(text, _spelled)


def spells_out(text: str) -> bool:
    """Return whether letters of a stored text are spelled out as two."""
    return not text.isascii() and _two_ways.search(text) is not None


def _by_word(text: str, form: Callable[[str], str]) -> str:
    """Return the form of a text; no sign changes what becomes of another beyond a blank.

    Most words of a long text are known from others, and it takes a tenth of the time.
    """
    words = text.split(" ")
    return _one_blank(
        " ".join([form(each) if len(each) < LONGEST_KEPT else _made(each, form) for each in words])
    )


def _made(word: str, form: Any) -> str:
    made: str = form.__wrapped__(word)
    return made


@lru_cache(maxsize=WORDS_KEPT)
def _written(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower()


@lru_cache(maxsize=WORDS_KEPT)
def _plain(word: str) -> str:
    return fold(word)


@lru_cache(maxsize=WORDS_KEPT)
def _spelled(word: str) -> str:
    return fold(unicodedata.normalize("NFC", word).lower().translate(SPELLED_OUT))


def _one_blank(text: str) -> str:
    return " ".join(text.split())


def _follow(pieces: Sequence[str], text: str) -> bool:
    """Return whether a text begins with the first piece, ends with the last, and has the others."""
    *before, last = pieces
    if not text.startswith(before[0]):
        return False
    place = len(before[0])
    for piece in before[1:]:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return place + len(last) <= len(text) and text.endswith(last)


def _shaped(text: str, form: Callable[[str], str]) -> str:
    if not text.strip():
        return " " if text else ""
    before, behind = text[0].isspace(), text[-1].isspace()
    return f"{' ' if before else ''}{form(text)}{' ' if behind else ''}"
