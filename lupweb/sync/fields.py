"""The fields that a directory fills, and what becomes of the values of entries. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from operator import itemgetter
from typing import NamedTuple

from lupweb.errors import InvalidValue
from lupweb.field_types.base import LONGEST, FieldType
from lupweb.ldap.cleaning import PARTING, Found, plain_texts
from lupweb.ldap.entry import Entry, folded_name

ReadValues = Callable[[Sequence[bytes]], str]
"""What a field type makes of delivered values; it raises InvalidValue for what it cannot keep."""
Problem = tuple[str, str]
"""The field of a value that could not be taken, and why; the stored one stays."""


class Column(NamedTuple):
    """A field of many people.

    :param texts: the value of each; "" is none
    :param members: the same as member of a JSON object; "" where there is no value
    :param problems: place -> why the value there cannot be kept
    """

    texts: list[str]
    members: list[str]
    problems: dict[int, str]


class _Remembered(dict[bytes, str]):
    """What became of single values of a field: departments and places come again and again."""

    MOST = 8_192  # days of thirty years; in the process that reads, where others are kept as well
    LONGEST = 64

    def __init__(self, read: ReadValues) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, value: bytes) -> str:
        text = self._read((value,))
        if len(self) < self.MOST and len(value) <= self.LONGEST:
            self[value] = text
        return text


@dataclass(frozen=True)
class MappedField:
    """A field that the directory fills.

    :param read: raises InvalidValue for what cannot be kept
    :param leaves_clean: whether `read` returns clean text as it is
    :param is_own: no other directory fills it, whichever supplies the person
    """

    key: str
    attribute: str
    read: ReadValues
    leaves_clean: bool = False
    is_own: bool = False
    _remembered: _Remembered = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_remembered", _Remembered(self.read))

    @classmethod
    def of(
        cls, key: str, attribute: str, type_: FieldType, *, is_own: bool = False
    ) -> "MappedField":
        """Return the field whose values a field type reads."""
        return cls(key, attribute, type_.read, leaves_clean=type_.leaves_clean, is_own=is_own)

    def column(self, found: Found) -> Column:
        """Return what becomes of the values of many entries."""
        if not any(found):
            nothing = [""] * len(found)
            return Column(nothing, nothing, {})
        plain = plain_texts(found, LONGEST) if self.leaves_clean else None
        problems: dict[int, str] = {}
        texts = self._one_by_one(found, problems) if plain is None else plain
        return Column(texts, _members(self.key, texts), problems)

    def _one_by_one(self, found: Found, problems: dict[int, str]) -> list[str]:
        remembered = self._remembered
        texts = [""] * len(found)
        for place, values in enumerate(found):
            if not values:
                continue
            try:
                is_one = len(values) == 1
                texts[place] = remembered[values[0]] if is_one else self.read(values)
            except InvalidValue as error:
                problems[place] = str(error)
        return texts


class Table:
    """The attributes of some entries, each as a column.

    :param entries: at least one
    :param attributes: at least two
    """

    def __init__(self, entries: Sequence[Entry], attributes: Iterable[str]) -> None:
        nothing: dict[str, Sequence[bytes]] = {folded_name(name): () for name in attributes}
        self._nothing: Found = [()] * len(entries)
        pick = itemgetter(*nothing)
        rows = [pick({**nothing, **entry.by_name}) for entry in entries]
        self._columns = dict(zip(nothing, zip(*rows, strict=True), strict=True))

    def column(self, attribute: str) -> Found:
        """Return the values of an attribute, of one entry after the other; "" is no attribute."""
        return self._columns.get(folded_name(attribute), self._nothing)


def _members(key: str, texts: Sequence[str]) -> list[str]:
    """Return each value as a member of a JSON object; they are written all at once."""
    written = encode_basestring(PARTING.join(texts))[1:-1].split(PARTING)
    if len(written) != len(texts):  # a value holds what should part them
        written = [encode_basestring(text)[1:-1] for text in texts]
    name = encode_basestring(key)
    return [f'{name}:"{value}"' if value else "" for value in written]
