"""Which entries of a whole directory were met, in little memory. Pure."""

from array import array
from collections.abc import Iterable

MARKS = 2**64
SHELVES = 8_192
"""Parts of `Marks`: in each a mark is looked for from one end to the other."""


def mark_of(unique_id: str) -> int:
    """Return 64 bits that stand for a unique id in this process, where all of them are kept.

    Nobody can choose two ids that share them: they depend on a secret of the process (PEP 456).
    """
    return hash(unique_id) % MARKS


class Marks:
    """Marks of the entries of a whole directory, in some 20 bytes each: a set would take 100."""

    def __init__(self) -> None:
        self._shelves = [array("Q") for _number in range(SHELVES)]
        self._count = 0

    def add(self, mark: int) -> None:
        """Add one that is not there."""
        self._shelves[mark % SHELVES].append(mark)
        self._count += 1

    def update(self, marks: Iterable[int]) -> None:
        """Add those that are not there."""
        for mark in marks:
            if mark not in self:
                self.add(mark)

    def discard(self, mark: int) -> None:
        """Take one away, if it is there."""
        if mark in self:
            self._shelves[mark % SHELVES].remove(mark)
            self._count -= 1

    def __contains__(self, mark: int) -> bool:
        return mark in self._shelves[mark % SHELVES]

    def __len__(self) -> int:
        return self._count
