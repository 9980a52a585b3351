"""The fields that a directory fills, and what becomes of the values of entries. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import NamedTuple

from lupweb.errors import InvalidValue
from lupweb.field_types.base import LONGEST, FieldType
from lupweb.field_types.multiline import MultilineType
from lupweb.field_types.user_select import UserSelectType
from lupweb.ldap.cleaning import PARTING, Found, plain_texts, single_values
from lupweb.ldap.entry import Entry, folded_name

ReadValues = Callable[[Sequence[bytes]], str]
"""What a field type makes of delivered values; it raises InvalidValue for what it cannot keep."""
Problem = tuple[str, str]
"""The field of a value that could not be taken, and why; the stored one stays."""


class Column(NamedTuple):
    """A field of many people.

    :param texts: the value of each; "" is none
    :param members: the same as member of a JSON object, behind a comma; "" where there is no value
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
    :param has_lines: whether that may be of several lines
    :param names_person: whether a text that may be the number of a person needs a second look
    :param is_own: no other directory fills it, whichever supplies the person
    :param falls_through: the next directory fills it where this one has no value
    """

    key: str
    attribute: str
    read: ReadValues
    leaves_clean: bool = False
    has_lines: bool = False
    names_person: bool = False
    is_own: bool = False
    falls_through: bool = False
    _remembered: _Remembered = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_remembered", _Remembered(self.read))

    @classmethod
    def of(
        cls,
        key: str,
        attribute: str,
        type_: FieldType,
        *,
        is_own: bool = False,
        falls_through: bool = False,
    ) -> "MappedField":
        """Return the field whose values a field type reads."""
        has_lines = isinstance(type_, MultilineType) and type_.leaves_lines_clean
        names_person = isinstance(type_, UserSelectType)
        is_clean = type_.leaves_clean or has_lines or names_person
        return cls(
            key,
            attribute,
            type_.read,
            leaves_clean=is_clean,
            has_lines=has_lines,
            names_person=names_person,
            is_own=is_own,
            falls_through=falls_through,
        )

    @property
    def is_read_behind(self) -> bool:
        """Return whether it counts of people whom another directory supplies."""
        return self.is_own or self.falls_through

    def column(self, found: Found) -> Column:
        """Return what becomes of the values of many entries."""
        if not any(found):
            nothing = [""] * len(found)
            return Column(nothing, nothing, {})
        problems: dict[int, str] = {}
        texts = self._all_at_once(found)
        if texts is None:
            texts = self._one_by_one(found, problems)
        return Column(texts, _members(self.key, texts), problems)

    def _all_at_once(self, found: Found) -> list[str] | None:
        """Return the texts, if none of the values needs a second look."""
        if self.leaves_clean:
            texts = plain_texts(found, LONGEST, multiline=self.has_lines)
            is_number = self.names_person and texts and f"{PARTING}id:" in _joined(texts)
            return None if is_number else texts
        values = single_values(found)
        if values is None:
            return None
        remembered = self._remembered
        try:
            return [remembered[value] if value else "" for value in values]
        except InvalidValue:
            return None

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


class Notes:
    """What cannot be read of the people of a page; place -> what, of few of them."""

    def __init__(self) -> None:
        self.problems: dict[int, list[Problem]] = {}
        self.unread: dict[int, list[str]] = {}

    def add(self, what: str, problems: Mapping[int, str]) -> None:
        """Note why values of a field or attribute cannot be read."""
        for place, why in problems.items():
            self.problems.setdefault(place, []).append((what, why))

    def miss(self, what: str, attribute: str, problems: Mapping[int, str]) -> None:
        """Note that a name or an address cannot be read."""
        self.add(attribute, problems)
        for place in problems:
            self.unread.setdefault(place, []).append(what)


class Table:
    """The attributes of some entries, each as a column. Nothing is put together for an entry."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._rows: list[Mapping[str, Sequence[bytes]]] = [entry.attributes for entry in entries]
        self._nothing: Found = [()] * len(entries)
        self._spellings: dict[str, list[str]] = {}
        for spelled in set().union(*self._rows):
            self._spellings.setdefault(folded_name(spelled), []).append(spelled)

    def column(self, attribute: str) -> Found:
        """Return the values of an attribute, of one entry after the other; "" is no attribute."""
        folded = folded_name(attribute)
        spellings = self._spellings.get(folded)
        if spellings is None:
            return self._nothing
        if len(spellings) > 1:  # a server may write the same name in several ways
            return [entry.by_name.get(folded, ()) for entry in self._entries]
        (name,) = spellings
        return [attributes.get(name, ()) for attributes in self._rows]


def _joined(texts: Sequence[str]) -> str:
    return PARTING.join(["", *texts])


def _members(key: str, texts: Sequence[str]) -> list[str]:
    """Return each value as a member of a JSON object, behind a comma; all written at once.

    No value can be taken for the beginning or the end of a member: its quotes are escaped.
    """
    begin = f',{encode_basestring(key)}:"'
    written = encode_basestring(PARTING.join(texts))[1:-1]
    if written.count(PARTING) != len(texts) - 1:  # a value holds what should part them
        return [begin + encode_basestring(text)[1:] if text else "" for text in texts]
    between = f'"{PARTING}{begin}'
    members = f'{begin}{written.replace(PARTING, between)}"'
    if not all(texts):
        members = members.replace(f'{begin}"', "")
    return members.split(PARTING)
