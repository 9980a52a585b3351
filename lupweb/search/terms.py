"""What a filter says, as a tree: conditions, and what joins them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

ESCAPE, ONE, MANY = "\\", "?", "*"


class Operator(StrEnum):
    """How a value is compared."""

    IS = ":"
    FROM = ">="
    UP_TO = "<="
    AFTER = ">"
    BEFORE = "<"


@dataclass(frozen=True)
class Value:
    """A value as it was written: signs, and which of them stand for others.

    :param signs: without the backslashes that were written before some
    :param wild: places of those `?` and `*` that stand for other signs
    """

    signs: str
    wild: frozenset[int] = frozenset()

    @classmethod
    def read(cls, written: str) -> "Value":
        """Return what was written; a backslash takes its meaning from the sign behind it."""
        signs, wild = "", set()
        letters = iter(written)
        for letter in letters:
            if letter in {ONE, MANY}:
                wild.add(len(signs))
            signs += next(letters, ESCAPE) if letter == ESCAPE else letter
        return cls(signs, frozenset(wild))

    @property
    def is_pattern(self) -> bool:
        """Return whether anything in it stands for something else."""
        return bool(self.wild)

    def __add__(self, behind: "Value") -> "Value":
        """Return both as one value, a blank between them."""
        start = len(self.signs) + 1
        shifted = {start + place for place in behind.wild}
        return Value(f"{self.signs} {behind.signs}", self.wild | shifted)


@dataclass(frozen=True)
class Words:
    """Plain words, each of which has to be found, as in the search box.

    :param column: where the first of them begins, counted from 1
    """

    words: tuple[str, ...]
    column: int


@dataclass(frozen=True)
class Comparison:
    """A field and what its value is compared with.

    :param field: key or label, as written
    :param value: the value, or its first word where it was written without quotes
    :param more: the plain words behind a value without quotes: the rest of it, or words to find
    :param column: where the field begins, counted from 1
    :param value_column: where the value begins
    """

    field: str
    operator: Operator
    value: Value
    column: int
    value_column: int
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Not:
    """Whoever does not fulfil this."""

    part: "Condition"


@dataclass(frozen=True)
class All:
    """Whoever fulfils all of these; everybody, where there are none."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """Whoever fulfils one of these."""

    parts: tuple["Condition", ...]


Condition = Words | Comparison | Not | All | AnyOf
Leaf = Words | Comparison


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """Yield what compares or looks for words, in the order in which it was written."""
    match condition:
        case Words() | Comparison():
            yield condition
        case Not(part):
            yield from leaves_of(part)
        case All(parts) | AnyOf(parts):
            for each in parts:
                yield from leaves_of(each)
