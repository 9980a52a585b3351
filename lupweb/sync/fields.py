"""The fields that a directory fills, and what becomes of the values of an entry. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lupweb.errors import InvalidValue
from lupweb.ldap.entry import Entry, folded_name
from lupweb.profiles.document import member

ReadValues = Callable[[Sequence[bytes]], str]
"""What a field type makes of delivered values; it raises InvalidValue for what it cannot keep."""


Value = tuple[str, str]
"""A value to store, and the same as a member of a JSON object."""


class _Remembered(dict[bytes, Value]):
    """What became of single values of a field: departments and places come again and again."""

    MOST = 1_024  # in the process that reads, where every value that is unlike all others is kept

    def __init__(self, key: str, read: ReadValues) -> None:
        super().__init__()
        self._read = read
        self._in_json = member(key)

    def __missing__(self, value: bytes) -> Value:
        text = self._read((value,))
        made = text, self._in_json(text)
        if len(self) < self.MOST:
            self[value] = made
        return made

    def made_of(self, values: Sequence[bytes]) -> Value:
        text = self._read(values)
        return text, self._in_json(text)


@dataclass(frozen=True)
class MappedField:
    """A field that the directory fills.

    :param read: raises InvalidValue for what cannot be kept
    """

    key: str
    attribute: str
    read: ReadValues
    name: str = field(init=False)
    remembered: _Remembered = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", folded_name(self.attribute))
        object.__setattr__(self, "remembered", _Remembered(self.key, self.read))


Problem = tuple[str, str]
"""The field of a value that could not be taken, and why; the stored one stays."""


def read_values(
    entry: Entry, fields: Sequence[MappedField]
) -> tuple[dict[str, str], list[str], list[Problem]]:
    """Return what can be read: field key -> value, without empty ones, and the same as members of
    a JSON object; and what cannot be read."""
    values: dict[str, str] = {}
    members: list[str] = []
    problems: list[Problem] = []
    found = entry.by_name
    for each in fields:
        delivered = found.get(each.name)
        if not delivered:
            continue
        try:
            if len(delivered) == 1:
                text, as_member = each.remembered[delivered[0]]
            else:
                text, as_member = each.remembered.made_of(delivered)
        except InvalidValue as error:
            problems.append((each.key, str(error)))
            continue
        if text:
            values[each.key] = text
            members.append(as_member)
    return values, members, problems
