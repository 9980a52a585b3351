"""Where the boxes and lines of a chart stand. Pure, and in whole pixels.

Stacked columns: the first level stands side by side, everything below it in one indented list for
each column. So a thousand people stay readable, and the drawing stays narrow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 214, 60
INDENT = 26
ROW = 82
"""From the top of a box to the top of the next one below it."""
DROP = 64
"""From the bottom of a top to the boxes below it."""
MARGIN = 24
GAP = 34
LANE = 8
"""Between two dotted lines that go up or down between the same columns."""
FIRST_LANE = 14
STEM = 13
"""From the left edge of a box to the line that goes down to those below it."""
CHANNEL = 5
"""How far above a box dotted lines go across: below every pill, and above every box."""
BAR = 32
"""How far below the tops lines go across to those below them."""
TOP_CHANNEL, TOP_ENTRY = 22, 160
"""How far below the tops dotted lines go across, and where they reach one: beside its pill."""
TOP = -1
"""The place of all tops, which stand above the columns."""

Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Branch:
    """A box that is to be placed, and what hangs below it. Every box has a key of its own."""

    key: str
    below: Sequence["Branch"] = ()


@dataclass(frozen=True)
class Box:
    """A box in its place; every box is `WIDTH` wide and `HEIGHT` high.

    :param leads_across: those below it stand side by side: its lines begin in its middle
    """

    key: str
    x: int
    y: int
    leads_across: bool = False

    @property
    def right(self) -> int:
        """Return where its right edge is."""
        return self.x + WIDTH

    @property
    def bottom(self) -> int:
        """Return where its lower edge is."""
        return self.y + HEIGHT

    @property
    def centre(self) -> int:
        """Return how far to the right its middle is."""
        return self.x + WIDTH // 2

    @property
    def middle(self) -> int:
        """Return how far down its middle is."""
        return self.y + HEIGHT // 2


@dataclass(frozen=True)
class Drawing:
    """A chart, ready to be drawn: each part of a line goes straight up, down or across."""

    width: int
    height: int
    boxes: Sequence[Box] = ()
    lines: Sequence[Points] = ()
    dotted: Sequence[Points] = ()


@dataclass(frozen=True)
class _Row:
    """One row of a column: `parent` is "" for its head."""

    key: str
    parent: str
    depth: int


_Column = Sequence[_Row]


def draw(tops: Sequence[Branch], dotted: Sequence[tuple[str, str]] = ()) -> Drawing:
    """Return where everything stands: each top above the middle of its own columns.

    :param dotted: keys of two boxes; there is no line to a box that is not drawn, or to itself
    """
    blocks: list[Sequence[_Column]] = [
        [_column(head) for head in top.below] or [()] for top in tops
    ]
    columns = [column for block in blocks for column in block]
    places = {row.key: number for number, column in enumerate(columns) for row in column}
    places |= dict.fromkeys((top.key for top in tops), TOP)
    ways = [_Way(*pair, places) for pair in dotted if _can_be_drawn(pair, places)]
    lanes = [sum(number in way.gaps for way in ways) for number in range(len(columns))]
    edges = list(_edges(columns, lanes))
    boxes, lines = _standing(tops, blocks, [left for left, _right in edges])
    routes = tuple(_routes(ways, boxes, [right for _left, right in edges]))
    farthest = [*(box.right for box in boxes.values()), *(x for way in routes for x, _y in way)]
    lowest = max((box.bottom for box in boxes.values()), default=0)
    return Drawing(
        max(farthest, default=0) + MARGIN, lowest + MARGIN, tuple(boxes.values()), lines, routes
    )


def _column(head: Branch) -> _Column:
    """Return a branch as a list, each box before those below it; as deep as it may be."""
    rows = []
    waiting = [(head, "", 0)]
    while waiting:
        branch, parent, depth = waiting.pop()
        rows.append(_Row(branch.key, parent, depth))
        waiting.extend((each, branch.key, depth + 1) for each in reversed(branch.below))
    return rows


def _edges(columns: Sequence[_Column], lanes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where each column begins and ends; a top with nobody below it has an empty one."""
    left = MARGIN
    for column, lane_count in zip(columns, lanes, strict=True):
        right = left + WIDTH + INDENT * max((row.depth for row in column), default=0)
        yield left, right
        left = right + GAP + LANE * lane_count


def _standing(
    tops: Sequence[Branch], blocks: Sequence[Sequence[_Column]], lefts: Sequence[int]
) -> tuple[dict[str, Box], list[Points]]:
    """Return all boxes, each top before those below it, and the lines between them."""
    boxes: dict[str, Box] = {}
    lines: list[Points] = []
    done = 0
    for top, block in zip(tops, blocks, strict=True):
        own = lefts[done : done + len(block)]
        done += len(block)
        above = Box(top.key, (own[0] + own[-1]) // 2, MARGIN, leads_across=True)
        boxes[top.key] = above
        for left, column in zip(own, block, strict=True):
            boxes |= {box.key: box for box in _stack(left, column)}
            lines += [_across(above, boxes[column[0].key])] if column else []
            lines += _list_lines(column, boxes)
    return boxes, lines


def _stack(left: int, column: _Column) -> Iterator[Box]:
    for number, row in enumerate(column):
        y = MARGIN + HEIGHT + DROP + number * ROW
        yield Box(row.key, left + row.depth * INDENT, y)


def _across(top: Box, head: Box) -> Points:
    begin, end = (top.centre, top.bottom), (head.centre, head.y)
    if top.centre == head.centre:
        return begin, end
    bar = top.bottom + BAR
    return begin, (top.centre, bar), (head.centre, bar), end


def _list_lines(column: _Column, boxes: Mapping[str, Box]) -> Iterator[Points]:
    for row in column:
        if row.parent:
            above, box = boxes[row.parent], boxes[row.key]
            stem = above.x + STEM
            yield (stem, above.bottom), (stem, box.middle), (box.x, box.middle)


def _can_be_drawn(pair: tuple[str, str], places: Mapping[str, int]) -> bool:
    begin, end = pair
    return begin != end and begin in places and end in places


class _Way:
    """Between which columns a dotted line goes up and down: gap 0 is right of column 0.

    Rows of all columns are level, and a row of a column has one box. So a line may leave a box to
    either side, and go across all columns right above a row. Tops are reached from below.
    """

    def __init__(self, begin: str, end: str, places: Mapping[str, int]) -> None:
        if places[begin] == TOP:
            begin, end = end, begin
        self.begin, self.end = begin, end
        here, there = places[begin], places[end]
        self.to_top = there == TOP
        self.leaves_right = self.to_top or here <= there
        self.comes_from_right = here >= there
        first = here if self.leaves_right else here - 1
        last = there if self.comes_from_right else there - 1
        self.gaps: tuple[int, ...] = (first,) if self.to_top or first == last else (first, last)
        if here == TOP:
            self.gaps = ()


def _routes(
    ways: Sequence[_Way], boxes: Mapping[str, Box], edges: Sequence[int]
) -> Iterator[Points]:
    used = [0] * len(edges)
    for way in ways:
        lanes = []
        for gap in way.gaps:
            lanes.append(edges[gap] + FIRST_LANE + LANE * used[gap])
            used[gap] += 1
        yield _route(way, boxes[way.begin], boxes[way.end], lanes)


def _route(way: _Way, begin: Box, end: Box, lanes: Sequence[int]) -> Points:
    """Return the points of one line."""
    if not lanes:
        return *reversed(_into_top(begin)), *_into_top(end)
    leaves = (begin.right if way.leaves_right else begin.x, begin.middle)
    first, last = lanes[0], lanes[-1]
    if way.to_top:
        entry = _into_top(end)
        return leaves, (first, begin.middle), (first, entry[0][1]), *entry
    comes = (end.right if way.comes_from_right else end.x, end.middle)
    if len(lanes) == 1:
        return leaves, (first, begin.middle), (first, end.middle), comes
    channel = end.y - CHANNEL
    turns = ((first, begin.middle), (first, channel), (last, channel), (last, end.middle))
    return leaves, *turns, comes


def _into_top(top: Box) -> Points:
    """Return the end of a line that reaches a top from below."""
    x = top.x + TOP_ENTRY
    return (x, top.bottom + TOP_CHANNEL), (x, top.bottom)
