"""Patterns with `?` (one character) and `*` (any, or none) on whole values. Pure."""

from dataclasses import dataclass

ONE, ANY, ESCAPE = "?", "*", "\\"


@dataclass(frozen=True)
class _Sign:
    text: str
    is_wild: bool = False


def fits(pattern: str, text: str) -> bool:
    """Return whether `pattern` stands for all of `text`; case does not matter.

    A backslash takes the meaning from the sign behind it. After a mismatch only the last `*` gives
    way, so the work is at most the product of both lengths, whatever the pattern.
    """
    signs = _signs(pattern.casefold())
    folded = text.casefold()
    at = place = 0
    star, taken = -1, 0
    while place < len(folded):
        if at < len(signs) and signs[at] == _Sign(ANY, True):
            star, taken = at, place
            at += 1
        elif at < len(signs) and _stands_for(signs[at], folded[place]):
            at += 1
            place += 1
        elif star >= 0:
            taken += 1
            at, place = star + 1, taken
        else:
            return False
    return all(sign == _Sign(ANY, True) for sign in signs[at:])


def _stands_for(sign: _Sign, letter: str) -> bool:
    return sign.text == letter if not sign.is_wild else sign.text == ONE


def _signs(pattern: str) -> list[_Sign]:
    signs: list[_Sign] = []
    letters = iter(pattern)
    for letter in letters:
        if letter == ESCAPE:
            signs.append(_Sign(next(letters, ESCAPE)))
        else:
            signs.append(_Sign(letter, letter in {ONE, ANY}))
    return signs
