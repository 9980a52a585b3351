"""An entry of a directory: its DN and its attributes, found whatever the case of their names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


class _FoldedNames(dict[str, str]):
    """Attribute description -> the form that is compared; a directory has only so many names."""

    MOST = 10_000

    def __missing__(self, name: str) -> str:
        base, *options = name.casefold().split(";")
        folded = ";".join([base, *sorted({*options} - {"binary"})])
        if len(self) < self.MOST:
            self[name] = folded
        return folded


_folded = _FoldedNames()


def folded_name(name: str) -> str:
    """Return an attribute description in the form in which it is compared."""
    return _folded[name]


@dataclass(slots=True, init=False)
class Entry:
    """What a server answered about one DN. Values are bytes until a converter reads them.

    An attribute does not swallow its options: `cn` is not `cn;lang-de`. Only `;binary` is looked
    through, since it names a way of transfer and not another attribute (RFC 4522).

    """

    dn: str
    attributes: Mapping[str, Sequence[bytes]]
    """As the server spells their names."""
    _by_name: dict[str, Sequence[bytes]] | None = field(default=None, repr=False, compare=False)

    # Nobody changes an entry. It is not frozen, since a run makes as many as there are people, and
    # a frozen one takes twice the time to make.
    def __init__(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> None:
        self.dn = dn
        self.attributes = attributes
        self._by_name = None

    @property
    def by_name(self) -> dict[str, Sequence[bytes]]:
        """Return the values under `folded_name`; put together when it is asked for first."""
        found = self._by_name
        if found is None:
            found = {_folded[name]: values for name, values in self.attributes.items()}
            if len(found) < len(self.attributes):
                found = _merged(self.attributes)
            self._by_name = found
        return found

    def values(self, name: str) -> list[bytes]:
        """Return the values of the attribute `name` in the server's order; none if it is absent."""
        return list(self.by_name.get(_folded[name], ()))

    def first(self, name: str) -> bytes | None:
        """Return the value that the server named first, or None if the attribute is absent."""
        values = self.by_name.get(_folded[name])
        return values[0] if values else None

    def __contains__(self, name: str) -> bool:
        return bool(self.by_name.get(_folded[name]))


def entries_of(rows: Iterable[tuple[str, Mapping[str, Sequence[bytes]]]]) -> list[Entry]:
    """Return the entries of a page of DNs with their attributes."""
    return [Entry(dn, attributes) for dn, attributes in rows]


def _merged(attributes: Mapping[str, Sequence[bytes]]) -> dict[str, Sequence[bytes]]:
    """Return the values by compared name, where a server gave one attribute under two names."""
    values: dict[str, Sequence[bytes]] = {}
    for name, found in attributes.items():
        values[_folded[name]] = [*values.get(_folded[name], ()), *found]
    return values
