"""Where the boxes and lines of a chart stand. Pure, and in whole pixels.

Stacked columns: the first level stands side by side, everything below it in indented lists. So a
thousand people stay readable, and the drawing stays narrow.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lupweb.orgchart.columns import (
    DROP,
    GAP,
    HEIGHT,
    INDENT,
    MARGIN,
    NOTE,
    ROW,
    WIDTH,
    Block,
    Branch,
    Column,
    Row,
    for_paper,
    for_screen,
)

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
BEGIN = 12
"""How far above a column lines begin that come from the column before it."""
TOP = -1
"""The place of all tops, which stand above the columns."""

Points = tuple[tuple[int, int], ...]


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
class Note:
    """Says above a column that goes on whose team it goes on with.

    :param key: of the box of that person
    :param x: where the name begins, as `y` in pixels; on the line that letters stand on
    """

    key: str
    x: int
    y: int


@dataclass(frozen=True)
class Drawing:
    """A chart, ready to be drawn: each part of a line goes straight up, down or across."""

    width: int
    height: int
    boxes: Sequence[Box] = ()
    lines: Sequence[Points] = ()
    dotted: Sequence[Points] = ()
    notes: Sequence[Note] = ()


def draw(
    tops: Sequence[Branch], dotted: Sequence[tuple[str, str]] = (), *, is_paper: bool = False
) -> Drawing:
    """Return where everything stands: each top above the middle of its own columns.

    :param dotted: keys of two boxes; there is no line to a box that is not drawn, or to itself
    :param is_paper: for one landscape page, on which a list may go on in the next column
    """
    blocks = for_paper(tops) if is_paper else for_screen(tops)
    columns = [column for block in blocks for column in block.columns]
    places = {row.key: number for number, column in enumerate(columns) for row in column}
    places |= {block.top: TOP for block in blocks if block.top}
    ways = [_Way(*pair, places) for pair in dotted if _can_be_drawn(pair, places)]
    lanes = [sum(number in way.gaps for way in ways) for number in range(len(columns))]
    edges = list(_edges([width for block in blocks for width in block.widths], lanes))
    boxes = _standing(blocks, [left for left, _right in edges])
    lines, notes = _joined(blocks, boxes)
    routes = tuple(_routes(ways, boxes, [right for _left, right in edges]))
    farthest = [*(box.right for box in boxes.values()), *(x for way in routes for x, _y in way)]
    lowest = max((box.bottom for box in boxes.values()), default=0)
    size = max(farthest, default=0) + MARGIN, lowest + MARGIN
    return Drawing(*size, tuple(boxes.values()), lines, routes, notes)


def _edges(widths: Sequence[int], lanes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where each column begins and ends; a top with nobody below it has an empty one."""
    left = MARGIN
    for width, lane_count in zip(widths, lanes, strict=True):
        yield left, left + width
        left += width + GAP + LANE * lane_count


def _standing(blocks: Sequence[Block], lefts: Sequence[int]) -> dict[str, Box]:
    """Return all boxes, each top before those below it."""
    has_tops = any(block.top for block in blocks)
    goes_on = any(_goes_on(column) for block in blocks for column in block.columns)
    first_y = MARGIN + (HEIGHT + DROP if has_tops else NOTE if goes_on else 0)
    boxes: dict[str, Box] = {}
    done = 0
    for block in blocks:
        own = lefts[done : done + len(block.columns)]
        done += len(block.columns)
        if block.top:
            boxes[block.top] = Box(block.top, (own[0] + own[-1]) // 2, MARGIN, leads_across=True)
        for left, column in zip(own, block.columns, strict=True):
            boxes |= _stack(column, left + INDENT * block.shift, first_y)
    return boxes


def _stack(column: Column, left: int, first_y: int) -> dict[str, Box]:
    return {
        row.key: Box(row.key, left + row.depth * INDENT, first_y + number * ROW)
        for number, row in enumerate(column)
    }


def _goes_on(column: Column) -> bool:
    """Return whether a column begins in the middle of a list."""
    return bool(column) and column[0].depth > 0


def _joined(blocks: Sequence[Block], boxes: Mapping[str, Box]) -> tuple[list[Points], list[Note]]:
    """Return the lines between boxes, and whose teams go on in another column."""
    lines: list[Points] = []
    notes: list[Note] = []
    for block in blocks:
        for column in block.columns:
            here = dict.fromkeys(row.key for row in column)
            lines += [_line(row, block, here, boxes) for row in column if row.parent]
            if _goes_on(column):
                first = boxes[column[0].key]
                notes.append(Note(column[0].parent, first.x, first.y - BEGIN + CHANNEL))
    return lines, notes


def _line(row: Row, block: Block, here: Collection[str], boxes: Mapping[str, Box]) -> Points:
    """Return the line to a box from whoever stands above it.

    :param here: who stands in the same column, in their order
    """
    above, box = boxes[row.parent], boxes[row.key]
    stem = box.x - INDENT + STEM
    down = (stem, box.middle), (box.x, box.middle)
    if row.parent in here:
        return (stem, above.bottom), *down
    if row.parent != block.top:
        return (stem, boxes[next(iter(here))].y - BEGIN), *down
    if not block.is_stacked:
        return _across(above, box)
    bar = above.bottom + BAR
    return (above.centre, above.bottom), (above.centre, bar), (stem, bar), *down


def _across(top: Box, head: Box) -> Points:
    begin, end = (top.centre, top.bottom), (head.centre, head.y)
    if top.centre == head.centre:
        return begin, end
    bar = top.bottom + BAR
    return begin, (top.centre, bar), (head.centre, bar), end


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
