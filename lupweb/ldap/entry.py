"""An entry of a directory: its DN and its attributes, found whatever the case of their names."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class Entry:
    """What a server answered about one DN. Values are bytes until a converter reads them.

    An attribute does not swallow its options: `cn` is not `cn;lang-de`. Only `;binary` is looked
    through, since it names a way of transfer and not another attribute (RFC 4522).
    """

    dn: str
    attributes: Mapping[str, Sequence[bytes]]
    _values: dict[str, Sequence[bytes]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values: dict[str, Sequence[bytes]] = {}
        for name, found in self.attributes.items():
            key = _folded[name]
            values[key] = [*values[key], *found] if key in values else found
        object.__setattr__(self, "_values", values)

    def values(self, name: str) -> list[bytes]:
        """Return the values of the attribute `name` in the server's order; none if it is absent."""
        return list(self._values.get(_folded[name], ()))

    def first(self, name: str) -> bytes | None:
        """Return the value that the server named first, or None if the attribute is absent."""
        values = self._values.get(_folded[name])
        return values[0] if values else None

    def __contains__(self, name: str) -> bool:
        return bool(self._values.get(_folded[name]))
