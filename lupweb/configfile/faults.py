"""What is wrong with a configuration file: all of it at once, each with its place. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lupweb.errors import InvalidSetting
from lupweb.texts import Text, _

Place = tuple[str, str, str]
"""Kind, entry (its key; "" for a kind without entries), name of the key; "" where none is meant."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `line` is 0 where nothing in the file stands for it."""

    path: str
    line: int
    text: Text | str

    def __str__(self) -> str:
        if not self.path:
            return str(self.text)
        if not self.line:
            return f"{self.path}: {self.text}"
        return str(_("%(path)s, line %(line)s: %(text)s", path=self.path, line=self.line,
                     text=self.text))  # fmt: skip


class InvalidConfiguration(InvalidSetting):
    """A configuration file cannot be used. Nothing of it was applied."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass
class Faults:
    """Collects what is wrong; of several things at one place the first, it explains the others.

    :param lines: where in the file each place stands
    """

    lines: Mapping[Place, int] = field(default_factory=dict)
    _found: dict[Place, Fault] = field(default_factory=dict)

    def add(self, place: Place, text: Text | str) -> None:
        """Note that something is wrong at `place`."""
        if place not in self._found:
            path = ".".join(filter(None, place))
            self._found[place] = Fault(path, self._line(place), text)

    def __contains__(self, place: Place) -> bool:
        return place in self._found

    def refuse(self) -> None:
        """Raise what was found, in the order of the file.

        :raises InvalidConfiguration: if anything was found
        """
        if self._found:
            raise InvalidConfiguration(sorted(self._found.values(), key=lambda each: each.line))

    def _line(self, place: Place) -> int:
        kind, entry, _name = place
        return self.lines.get(place) or self.lines.get((kind, entry, "")) or 0
