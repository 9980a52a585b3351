"""What filters say of one person, said in plain Python, without the code that is tested."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from tests.search.filter_company import Someone

Says = Callable[[Someone], bool]
TODAY = date(2026, 3, 10)
"""A Tuesday."""
SEARCHED = ("department", "location", "team", "tags", "im", "board_role")
"""Fields that the words below may be found in."""


def same(text: str) -> str:
    """Return a text as it is compared: without case and accents, blanks folded."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return " ".join(kept.replace("ł", "l").split())


def spelled(text: str) -> str:
    """Return the same with umlauts spelled out."""
    lower = unicodedata.normalize("NFC", text).lower()
    return same(lower.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("å", "aa"))


def has(key: str, *values: str) -> Says:
    """Say that a person has one of these values."""
    wanted = {same(value) for value in values} | {spelled(value) for value in values}
    return lambda who: any(
        same(item) in wanted or spelled(item) in wanted for item in who.items(key)
    )


def fits(key: str, pattern: str) -> Says:
    """Say that a value of a person fits a regular expression, compared like `same`."""
    compiled = re.compile(pattern, re.DOTALL)
    return lambda who: any(
        compiled.fullmatch(same(item)) or compiled.fullmatch(spelled(item))
        for item in who.items(key)
    )


def unset(key: str) -> Says:
    return lambda who: not who.items(key)


def both(*says: Says) -> Says:
    return lambda who: all(each(who) for each in says)


def either(*says: Says) -> Says:
    return lambda who: any(each(who) for each in says)


def no(says: Says) -> Says:
    return lambda who: not says(who)


def called(*starts: str) -> Says:
    """Say that each of these is the beginning of a word that a person is found by."""

    def says(who: Someone) -> bool:
        values = [item for key in SEARCHED for item in who.items(key)]
        text = " ".join([who.name, who.email, *values])
        words = re.split(r"[^\w]+", f"{same(text)} {spelled(text)}")
        return all(any(word.startswith(start) for word in words) for start in starts)

    return says


def day(key: str, first: str, last: str) -> Says:
    """Say that a day with a year lies between two, both among them."""
    return lambda who: any(
        not item.startswith("--") and first <= item <= last for item in who.items(key)
    )


def amount(key: str, test: Callable[[float], bool]) -> Says:
    return lambda who: any(
        re.fullmatch(r"-?[0-9.]+", item) and test(float(item)) for item in who.items(key)
    )


def led_by(test: Callable[[Someone], bool]) -> Says:
    """Say that somebody leads a person who is shown and of whom this is true."""
    return lambda who: (
        isinstance(who.manager, Someone)
        and who.manager.state is who.manager.state.ACTIVE
        and test(who.manager)
    )


def everybody(_who: Someone) -> bool:
    return True


def nobody(_who: Someone) -> bool:
    return False
