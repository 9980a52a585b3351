"""People as rows of a table: which columns there are, what they are called, what stands in a cell.

Pure. The files are for people: columns have the names of the fields, and whoever a value names is
called by name. Programs take JSON, which has keys and logins.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lupweb.profiles.layout import FieldLayout
from lupweb.texts import Text, _

EMAIL = "email"
NAMED: Mapping[str, Text] = {
    "login": _("Login"),
    "name": _("Name"),
    EMAIL: _("Email"),
    "directory": _("Directory"),
    "state": _("State"),
    "groups": _("Groups"),
}
FIRST_COLUMNS = tuple(NAMED)
WHO = ("login", "name", EMAIL)
"""The first columns where somebody chose the others."""


@dataclass(frozen=True)
class Columns:
    """The columns of a file.

    :param first: those that everybody has, of `FIRST_COLUMNS`
    :param fields: those of fields; none of which the reader may see nothing
    """

    first: Sequence[str]
    fields: Sequence[FieldLayout]

    @classmethod
    def of(cls, fields: Sequence[FieldLayout], chosen: Sequence[str] = ()) -> "Columns":
        """Return the columns of these fields, or of those that were chosen among them.

        A field that is called `email` and the address that everybody has share one column.

        :param chosen: keys of fields, in the order of the columns; none: all of them
        """
        apart = {field.key: field for field in fields if field.key != EMAIL}
        if not chosen:
            return cls(FIRST_COLUMNS, tuple(apart.values()))
        return cls(WHO, tuple(apart[key] for key in chosen if key in apart))

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.first) + len(self.fields)

    def head(self) -> list[str]:
        """Return what they are called: each otherwise, by its key where two have one name."""
        names = [str(NAMED[key]) for key in self.first] + [field.name for field in self.fields]
        keys = [*self.first, *(field.key for field in self.fields)]
        seen = Counter(name.casefold() for name in names)
        return [
            f"{name} ({key})" if seen[name.casefold()] > 1 and at >= len(self.first) else name
            for at, (name, key) in enumerate(zip(names, keys, strict=True))
        ]

    def values(self, document: Mapping[str, Any]) -> list[Any]:
        """Return what stands in the columns of one person; None where there is nothing.

        :param document: of a person, as `profiles.exchange` has it
        """
        said = document["values"]
        first = [said.get(EMAIL) or document[EMAIL] if k == EMAIL else document[k]
                 for k in self.first]  # fmt: skip
        return first + [said.get(field.key) for field in self.fields]


def plain(value: Any) -> str:
    """Return a value as text, exactly as it was entered; several with semicolons between them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return text.replace("\0", "")
