"""Trees written as CSV: `id,name` for each level, a line for each leaf. Pure."""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from lupweb.errors import InvalidValue
from lupweb.texts import _

BETWEEN = " › "
"""Between the names on the way to a leaf."""
SEPARATOR = "/"
"""Between the ids on the way to a leaf."""
MOST_LEVELS = 8


@dataclass(frozen=True)
class Tree:
    """The leaves of a tree in their order.

    :param leaves: path of ids -> the names on the way, its own last
    """

    leaves: Mapping[str, tuple[str, ...]]
    _known: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Return path -> its place among the leaves."""
        return {path: place for place, path in enumerate(self.leaves)}

    def find(self, text: str) -> str:
        """Return the path of the leaf that `text` is: its path, way, id or name; else "".

        Ids and names count where one leaf alone has them.
        """
        if text in self.leaves:
            return text
        return self._by_name.get(" ".join(text.split()).casefold(), "")

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        named = [
            (name.casefold(), path)
            for path, names in self.leaves.items()
            for name in {path.rsplit(SEPARATOR, 1)[-1], names[-1], BETWEEN.join(names)}
        ]
        counts = Counter(name for name, _path in named)
        return {name: path for name, path in named if counts[name] == 1}


@lru_cache(maxsize=64)
def tree_of(lines: tuple[str, ...]) -> Tree:
    """Return the tree that these lines write.

    :raises InvalidValue: if a line has an id without a name, or an id has two names
    """
    names: dict[str, str] = {}
    paths: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        path = ""
        for id_, name in _levels(line, number):
            path = f"{path}{SEPARATOR}{id_}" if path else id_
            if names.setdefault(path, name) != name:
                raise InvalidValue(
                    _(
                        "Line %(line)s: “%(id)s” is called “%(name)s” and “%(other)s”.",
                        line=number,
                        id=id_,
                        name=names[path],
                        other=name,
                    )
                )
        paths[path] = None
    inner = {path.rpartition(SEPARATOR)[0] for path in names}
    return Tree({path: _way(path, names) for path in paths if path not in inner})


def _levels(line: str, number: int) -> list[tuple[str, str]]:
    cells = [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True), [])]
    while cells and not cells[-1]:  # a spreadsheet fills short lines up
        cells.pop()
    pairs = list(zip(cells[::2], cells[1::2], strict=False))
    odd = len(cells) % 2 or any(not id_ or not name for id_, name in pairs)
    if odd or not pairs or len(pairs) > MOST_LEVELS or any(SEPARATOR in id_ for id_, _n in pairs):
        raise InvalidValue(
            _(
                "Line %(line)s is no way through a tree. It has an id and a name for each of at"
                " most %(most)s levels, and no “/” in an id: eu,Europe,de,Germany.",
                line=number,
                most=MOST_LEVELS,
            )
        )
    return pairs


def _way(path: str, names: Mapping[str, str]) -> tuple[str, ...]:
    ids = path.split(SEPARATOR)
    return tuple(names[SEPARATOR.join(ids[:depth])] for depth in range(1, len(ids) + 1))
