"""Names that somebody may have meant: one letter wrong, missing, too many, or two swapped.

Every distinct word of a public name of four letters or more is stored once, under each form that
it has with one letter left out. Two words that differ by one typo have such a form in common,
so that a few exact look-ups find all names in question, on any database.
A word that nobody has any more may stay: it counts only where it finds somebody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice

from sqlalchemy import delete, select

from lupweb.database import compact_json, db
from lupweb.search.models import SearchName
from lupweb.search.words import name_words

FEWEST_LETTERS = 4
LONGEST = 40
MOST_SIMILAR = 20
"""Similar names of one word that are searched."""
UNKNOWN = """
    SELECT word FROM {given} WHERE NOT EXISTS (
        SELECT 1 FROM search_name WHERE search_name.form = asked.word
        AND search_name.word = asked.word
    )
"""
IN_SQLITE = UNKNOWN.format(given="(SELECT value AS word FROM json_each(?)) AS asked")
IN_POSTGRESQL = UNKNOWN.format(given="unnest(%s::text[]) AS asked (word)")
"""Which words are not stored; one parameter, since a block of people has a thousand."""


def keep_words(names: Iterable[str]) -> None:
    """Store the words of these names that are not stored yet."""
    words = _words_in(names)
    is_sqlite = db.session.connection().dialect.name == "sqlite"
    asked = compact_json(sorted(words)) if is_sqlite else sorted(words)
    unknown = db.session.connection().exec_driver_sql(
        IN_SQLITE if is_sqlite else IN_POSTGRESQL, (asked,)
    )
    rows = sorted((form, word) for word in unknown.scalars().all() for form in forms(word))
    if rows:
        mark = "?" if is_sqlite else "%s"
        db.session.connection().exec_driver_sql(
            f"INSERT INTO search_name (form, word) VALUES ({mark}, {mark})"  # noqa: S608 - of ours
            " ON CONFLICT DO NOTHING",
            rows,
        )


def forget_words(names: Iterable[str]) -> None:
    """Forget the words of these names; whoever else has them, is to be kept again."""
    db.session.execute(delete(SearchName).where(SearchName.word.in_(_words_in(names))))


def _words_in(names: Iterable[str]) -> set[str]:
    parts = {part for name in names for part in name.split()}
    return {word for part in parts for word in _comparable(part)}


def clear() -> None:
    """Forget all words."""
    db.session.execute(delete(SearchName))


def similar_words(typed: Sequence[str]) -> dict[str, list[str]]:
    """Return, for each of these words, the words of names that are one typo away; one query.

    Those with the same first letter come first. A word that begins with the typed one is left out:
    it is found as typed.
    """
    asked = {word: forms(word) for word in typed if _is_comparable(word)}
    wanted = sorted(set().union(*asked.values()))
    found: dict[str, list[str]] = defaultdict(list)
    rows = select(SearchName.word).where(SearchName.form.in_(wanted)).distinct()
    stored = sorted(db.session.scalars(rows)) if wanted else []
    for word in asked:
        near = [each for each in stored if not each.startswith(word) and is_typo(word, each)]
        near.sort(key=lambda each: each[0] != word[0])
        found[word] = list(islice(near, MOST_SIMILAR))
    return found


def is_typo(typed: str, word: str) -> bool:
    """Return whether one edit makes `word` of `typed`: a letter, or two neighbours swapped."""
    shorter, longer = sorted((typed, word), key=len)
    if len(longer) - len(shorter) > 1 or typed == word:
        return False
    start = next((at for at, sign in enumerate(shorter) if sign != longer[at]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    is_swapped = shorter[start : start + 2] == longer[start : start + 2][::-1]
    rest = start + 2 if is_swapped and len(shorter[start : start + 2]) == 2 else start + 1
    return shorter[start + 1 :] == longer[start + 1 :] or shorter[rest:] == longer[rest:]


def forms(word: str) -> set[str]:
    """Return the word, and what it is with each of its letters left out."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


@lru_cache(maxsize=8192)
def _comparable(part: str) -> tuple[str, ...]:
    return tuple(word for word in name_words(part) if _is_comparable(word))


def _is_comparable(word: str) -> bool:
    has_digits = any(sign.isdigit() for sign in word)
    return FEWEST_LETTERS <= len(word) <= LONGEST and not has_digits
