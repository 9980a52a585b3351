"""Which box of a chart stands in which column. Pure.

On a screen the first level stands side by side as long as it is few; of more, several stand in one
column, one below the other. So a drawing is about as wide as a window, and grows downwards. On
paper, columns go on at the top of the next one, as in a newspaper, so that the whole is as large
as one page lets it be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil, inf
from typing import NamedTuple

WIDTH, HEIGHT = 214, 60
INDENT = 26
ROW = 82
"""From the top of a box to the top of the next one below it."""
DROP = 64
"""From the bottom of a top to the boxes below it."""
MARGIN = 24
GAP = 34
NOTE = 20
"""How much room the name takes that stands above a column that goes on."""
WIDEST = 1_400
"""About a window: a page of 1,280 pixels shows as much at 88 %."""
MOST_TOPS = 5
"""More of them are the first level of columns themselves."""
MOST_COLUMNS = 16
PAGE = (1_017, 567)
"""What a landscape page of A4 has for a chart, in pixels of 1/96 inch: 269 by 150 mm."""
EMPTIEST = 2 / 3
"""A column of a page is at least so full where it ends early, at a better place."""


@dataclass(frozen=True)
class Branch:
    """A box that is to be placed, and what hangs below it. Every box has a key of its own."""

    key: str
    below: Sequence["Branch"] = ()


class Row(NamedTuple):
    """One row of a column.

    :param parent: who stands above; "" where that is nobody who is drawn
    :param depth: 0 for those next to the top
    """

    key: str
    parent: str
    depth: int


Column = Sequence[Row]


@dataclass(frozen=True)
class Block:
    """A top and the columns below it.

    :param top: "" where those in the columns have nobody above them
    :param is_stacked: several of those next to the top stand in one column
    """

    top: str
    columns: Sequence[Column]
    is_stacked: bool

    @property
    def shift(self) -> int:
        """Return how far all rows are indented, since a line leads down beside them."""
        return 1 if self.is_stacked and self.top else 0

    @property
    def widths(self) -> list[int]:
        """Return how wide each column is."""
        deepest = [max((row.depth for row in column), default=0) for column in self.columns]
        return [WIDTH + INDENT * (depth + self.shift) for depth in deepest]


class _Family(NamedTuple):
    """A top, and the list of everybody below each of those next to it."""

    top: str
    lists: Sequence[Column]


def for_screen(tops: Sequence[Branch]) -> list[Block]:
    """Return the columns of a page: no list is broken, and their heights are as even as can be."""
    families = list(_families(tops))
    choices = [_divisions(family.lists) for family in families]
    counts = [len(choice) for choice in choices]
    while True:
        parts = zip(families, choices, counts, strict=True)
        blocks = [_block(family, choice[count - 1]) for family, choice, count in parts]
        most = max(counts, default=1)
        if most == 1 or _width(blocks) <= WIDEST:
            return blocks
        counts[counts.index(most)] -= 1


def for_paper(tops: Sequence[Branch]) -> list[Block]:
    """Return the columns that make the drawing largest on a landscape page."""
    families = list(_families(tops))
    longest = max((sum(map(len, family.lists)) for family in families), default=0)
    heights = {ceil(longest / count): None for count in range(1, MOST_COLUMNS + 1)}
    plans = [[_flowing(family, height) for family in families] for height in heights]
    return max(plans, key=_scale, default=[])


def _families(tops: Sequence[Branch]) -> Iterator[_Family]:
    if len(tops) > MOST_TOPS:
        yield _Family("", [_listed(top, "") for top in tops])
        return
    for top in tops:
        yield _Family(top.key, [_listed(head, top.key) for head in top.below])


def _listed(head: Branch, parent: str) -> Column:
    """Return a branch as a list, each box before those below it; as deep as it may be."""
    rows = []
    waiting = [(head, parent, 0)]
    while waiting:
        branch, above, depth = waiting.pop()
        rows.append(Row(branch.key, above, depth))
        waiting.extend((each, branch.key, depth + 1) for each in reversed(branch.below))
    return rows


def _block(family: _Family, groups: Sequence[Sequence[Column]]) -> Block:
    columns = [[row for each in group for row in each] for group in groups]
    return Block(family.top, columns, any(len(group) > 1 for group in groups))


def _divisions(lists: Sequence[Column]) -> list[list[Sequence[Column]]]:
    """Return the best division of lists among one column, among two, and so on, in their order.

    The best one has the smallest sum of squares, by dynamic programming: its columns are even.
    """
    most = min(len(lists), WIDEST // (WIDTH + GAP))
    ends = [0, *accumulate(map(len, lists))]
    costs: list[float] = [0, *[inf] * len(lists)]
    cuts: list[list[int]] = [[0] for _end in ends]
    found = []
    for _number in range(most):
        best = [min(_after(costs, ends, end), default=(inf, 0)) for end in range(len(ends))]
        cuts = [[*cuts[begin], end] for end, (_cost, begin) in enumerate(best)]
        costs = [cost for cost, _begin in best]
        found.append([lists[begin:end] for begin, end in pairwise(cuts[-1])])
    return found or [[()]]


def _after(costs: Sequence[float], ends: Sequence[int], end: int) -> Iterable[tuple[float, int]]:
    """Return for each place where the last of some columns may begin what all of them cost."""
    return ((costs[begin] + (ends[end] - ends[begin]) ** 2, begin) for begin in range(end))


def _flowing(family: _Family, height: int) -> Block:
    """Return columns of at most so many rows, each going on where the last one ended."""
    rows = [row for each in family.lists for row in each]
    columns = []
    while len(rows) > height:
        end = _end(rows, height)
        columns.append(rows[:end])
        rows = rows[end:]
    columns.append(rows)
    is_stacked = any(row.depth == 0 for column in columns for row in column[1:]) or any(
        column[0].depth for column in columns if column
    )
    return Block(family.top, columns, is_stacked)


def _end(rows: Sequence[Row], height: int) -> int:
    """Return where a column of at most `height` rows ends best: before whoever stands highest."""
    places = range(max(1, ceil(height * EMPTIEST)), height + 1)
    return min(places, key=lambda place: (rows[place].depth, -place))


def _width(blocks: Iterable[Block]) -> int:
    widths = [width + GAP for block in blocks for width in block.widths]
    return 2 * MARGIN + sum(widths) - GAP


def _scale(blocks: Sequence[Block]) -> float:
    """Return how large a page shows these columns."""
    rows = max((len(column) for block in blocks for column in block.columns), default=0)
    height = 2 * MARGIN + HEIGHT + DROP + rows * ROW
    return min(PAGE[0] / _width(blocks), PAGE[1] / height)
