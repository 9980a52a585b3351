"""By what a person is found, in the terms of both databases. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lupweb.search.words import Alternative, Number, Term, Word

INSIDE = "#"
"""Stands before the digits of a number, which are found by what is inside it."""


class Entry(NamedTuple):
    """By what one person is found.

    :param words: what everybody may find, parted by blanks
    :param numbers: the digits of numbers that everybody may find, parted by blanks
    :param scoped: words of restricted fields, each behind its field's id: “12:muller”
    """

    person_id: int
    words: str
    numbers: str
    scoped: str


def entries_of(ids: Sequence[int], columns: Sequence[Sequence[str]]) -> list[Entry]:
    """Return by what people are found.

    :param columns: words, numbers and restricted words of each, as in `Entry`
    """
    return [*map(Entry._make, zip(ids, *columns, strict=True))]


def row_of(person_id: int, *, is_referred: bool = False) -> int:
    """Return the row of a person's restricted words, or of the names that values refer to.

    They stand apart, since the second change in moments when the first do not.
    """
    return person_id * 2 + is_referred


def person_of(row: int) -> int:
    """Return whose row of restricted words, or of names referred to, this is."""
    return row // 2


def prefixes(leaf: Word | Number) -> tuple[str, ...]:
    """Return with what one word of a person has to begin, where numbers stand among the words."""
    if isinstance(leaf, Number):
        return tuple(INSIDE + form for form in leaf.forms)
    return leaf.forms


def public_prefixes(leaf: Word | Number) -> tuple[str, ...]:
    """Return the same for what everybody may find: similar names count there."""
    return prefixes(leaf) if isinstance(leaf, Number) else leaf.public_forms


def leaves_of(terms: Iterable[Term]) -> Iterator[Word | Number]:
    """Yield every word and number of a query."""
    for term in terms:
        for alternative in term.alternatives:
            yield from alternative


def has_numbers(alternatives: Sequence[Alternative]) -> bool:
    """Return whether one of the alternatives is a number."""
    return any(isinstance(leaf, Number) for alternative in alternatives for leaf in alternative)
