"""The address of an org chart: read into a wish, and written again with a little changed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from lupweb.orgchart.showing import MOST_OPEN

CHART, OUTLINE = "chart", "outline"
VIEWS = (CHART, OUTLINE)
FIT = 0
"""As large as the window."""
USUAL_ZOOM, SMALLEST_ZOOM, LARGEST_ZOOM, ZOOM_STEP = 100, 30, 200, 10
LONGEST_FOCUS = 200
LARGEST_NUMBER = 2**31 - 1
BETWEEN, ALL = ".", "all"
LINE = "o"
"""What the name of a line of the outline begins with."""
MOST_NAMES = 40

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class ChartAddress:
    """What an address asks of a chart; as a string, the address.

    :param focus: what names the person whose line is opened
    :param view: one of `VIEWS`; "": what fits the screen
    :param open_ids: whose teams are open; None: the usual ones
    :param opens_all: as many levels are open as a page holds, whatever `open_ids` says
    :param zoom: in percent, or `FIT`
    :param part: a team of which all are shown, and from which one on
    :param line: key of the one field whose lines are drawn; "": all of them
    :param at: whose box is in the middle of the frame, if not that of the focus; 0: nobody's
    :param anchor: the line of the outline that the browser moves to: where the drawing is seen,
        the page stays where it is
    """

    path: str
    focus: str = ""
    view: str = ""
    open_ids: tuple[int, ...] | None = None
    zoom: int = USUAL_ZOOM
    part: tuple[int, int] | None = None
    line: str = ""
    at: int = 0
    anchor: str = ""
    opens_all: bool = False

    def __str__(self) -> str:
        query = urlencode(list(self._pairs()))
        address = f"{self.path}?{query}" if query else self.path
        return f"{address}#{self.anchor}" if self.anchor else address

    def as_file(self, path: str) -> "ChartAddress":
        """Return the address that asks for the same part of the chart as a file."""
        return replace(self, path=path, view="", zoom=USUAL_ZOOM, at=0, anchor="")

    def seen_as(self, view: str) -> "ChartAddress":
        """Return the address of the same people in another view."""
        return replace(self, view=view)

    def with_line(self, key: str) -> "ChartAddress":
        """Return the address of the same people with other lines."""
        return replace(self, line=key)

    def zoomed(self, zoom: int) -> "ChartAddress":
        """Return the address of the same drawing in another size."""
        return replace(self, zoom=zoom)

    @property
    def smaller(self) -> int:
        """Return the next smaller size."""
        return max(SMALLEST_ZOOM, (self.zoom or USUAL_ZOOM) - ZOOM_STEP)

    @property
    def larger(self) -> int:
        """Return the next larger size."""
        return min(LARGEST_ZOOM, (self.zoom or USUAL_ZOOM) + ZOOM_STEP)

    def on(self, focus: str, person_id: int) -> "ChartAddress":
        """Return the address that opens the line to somebody, and moves to them."""
        moved = self._moved(person_id)
        return replace(moved, focus=focus, open_ids=None, part=None, at=0, opens_all=False)

    def with_open(self, open_ids: Sequence[int], person_id: int = 0) -> "ChartAddress":
        """Return the address with these teams open, and no other."""
        kept = tuple(open_ids)
        part = self.part if self.part and self.part[0] in (0, *kept) else None
        return replace(self._moved(person_id), open_ids=kept, part=part, opens_all=False)

    def with_all_open(self) -> "ChartAddress":
        """Return the address with as many levels open as a page holds."""
        return replace(self._moved(0), open_ids=None, part=None, opens_all=True)

    def from_one_on(self, owner_id: int, offset: int) -> "ChartAddress":
        """Return the address that shows all of a team, from one on."""
        return replace(self._moved(owner_id), part=(owner_id, offset))

    def _moved(self, person_id: int) -> "ChartAddress":
        """Return the same address, at somebody; 0: at nobody."""
        has_line = person_id and self.view != CHART
        anchor = f"{LINE}{anchor_of(person_id)}" if has_line else ""
        return replace(self, at=person_id, anchor=anchor)

    def _opened(self) -> Sequence[str]:
        """Return how the open teams are written; nothing where they are the usual ones."""
        if self.opens_all:
            return [ALL]
        return [] if self.open_ids is None else [BETWEEN.join(map(str, self.open_ids))]

    def _pairs(self) -> Pairs:
        if self.focus:
            yield "focus", self.focus
        if self.view:
            yield "view", self.view
        if self.line:
            yield "line", self.line
        yield from (("open", each) for each in self._opened())
        if self.part:
            yield "team", BETWEEN.join(map(str, self.part))
        if self.zoom != USUAL_ZOOM:
            yield "zoom", str(self.zoom) if self.zoom else "fit"
        if self.at:
            yield "at", str(self.at)


def anchor_of(person_id: int) -> str:
    """Return the name of a person's box in the page."""
    return f"p{person_id}"


def read_chart_address(path: str, pairs: Pairs) -> ChartAddress:
    """Return what an address asks for; what it says wrong or twice is as if it were not there.

    :param pairs: names and values of the query string, in their order; any text
    """
    said: dict[str, str] = {}
    for name, value in list(pairs)[:MOST_NAMES]:
        said.setdefault(name, value)
    view = said.get("view", "")
    focus = " ".join(said.get("focus", "").replace("\0", "").split())
    opened = said.get("open")
    is_all = opened == ALL
    return ChartAddress(
        path,
        focus=focus[:LONGEST_FOCUS],
        view=view if view in VIEWS else "",
        open_ids=None if opened is None or is_all else _numbers(opened)[:MOST_OPEN],
        opens_all=is_all,
        zoom=_zoom(said.get("zoom", "")),
        part=_part(said.get("team", "")),
        line=said.get("line", "")[:LONGEST_FOCUS],
        at=next(iter(_numbers(said.get("at", ""))), 0),
    )


def _numbers(text: str) -> tuple[int, ...]:
    parts = text.split(BETWEEN, MOST_OPEN)[:MOST_OPEN]
    found = (int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= 10)
    return tuple(dict.fromkeys(number for number in found if number <= LARGEST_NUMBER))


def _part(text: str) -> tuple[int, int] | None:
    """Return a team and a place in it: two numbers, or one for a team from its first on."""
    parts = text.split(BETWEEN)
    numbers = [each for part in parts for each in _numbers(part)]
    if not numbers or len(parts) > 2 or len(numbers) != len(parts):
        return None
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


def _zoom(text: str) -> int:
    if text == "fit":
        return FIT
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return USUAL_ZOOM
    return min(max(int(text), SMALLEST_ZOOM), LARGEST_ZOOM)
