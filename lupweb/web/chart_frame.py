"""How large a drawing is on its page, and which part of it the frame around it shows first."""

from dataclasses import dataclass
from functools import cached_property

from lupweb.orgchart.showing import ShownChart
from lupweb.web.chart_address import FIT, USUAL_ZOOM, ChartAddress, anchor_of
from lupweb.web.chart_drawing import DrawnChart, members_of


@dataclass(frozen=True)
class ChartFrame:
    """The frame that a drawing is scrolled in."""

    shown: ShownChart
    address: ChartAddress
    drawing: DrawnChart

    @property
    def width(self) -> str:
        """Return how wide the drawing is on the page."""
        return "100%" if self.address.zoom == FIT else str(self._sized(self.drawing.width))

    @property
    def height(self) -> str:
        """Return how high it is; "": as its width says."""
        return "" if self.address.zoom == FIT else str(self._sized(self.drawing.height))

    @cached_property
    def centre_id(self) -> int:
        """Return whose box is to be seen first; 0 if nobody is shown.

        That of whoever was asked for last, else of the focus, else the first one.
        """
        ids = [each.card.id for each in members_of(self.shown.tops)]
        focus = self.shown.focus.place.person_id if self.shown.focus else 0
        return next((each for each in (self.address.at, focus, *ids[:1]) if each in ids), 0)

    @property
    def is_asked(self) -> bool:
        """Return whether somebody was asked for, who then stands in the middle."""
        asked = self.address.at or (self.address.focus and self.shown.focus)
        return bool(asked)

    @property
    def reach(self) -> dict[str, str]:
        """Return how far the drawing goes to where the box ends that is to be seen first.

        Nothing where the drawing is as wide as the frame.
        """
        if self.address.zoom == FIT:
            return {}
        box = self.drawing.places[anchor_of(self.centre_id)]
        return {"width": str(self._sized(box.right)), "height": str(self._sized(box.bottom))}

    def _sized(self, pixels: int) -> int:
        return pixels * (self.address.zoom or USUAL_ZOOM) // 100
