"""What each part of a drawn chart looks like: by the style sheet, or in a file of its own. Pure."""

from collections.abc import Mapping
from typing import Any

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"
AVATARS = ("#0b5d62", "#7a4b00", "#5b3a9b", "#1f5296", "#a03a2c", "#1a6b3c", "#88356b", "#4a5560")
INK, FADED, EDGE, PAPER = "#17211f", "#46534f", "#7d8a86", "#ffffff"
VIOLET, LINE = "#5b3a9b", "#dde1dd"
ACCENT, SOFT = "#0b5d62", "#def0ee"


def _cut(width: int) -> dict[str, str]:
    """Return what holds a text that was cut in its place, whatever the font."""
    return {"textLength": str(width), "lengthAdjust": "spacingAndGlyphs"}


CLASSES: Mapping[str, Any] = {
    "chart": {"class": "oc"},
    "line": {"class": "oc-line"},
    "dotted": {"class": "oc-dot"},
    "box": {"class": "oc-box"},
    "own": {"class": "oc-box"},
    "pill": {"class": "oc-pill oc-box"},
    "name": {"class": "oc-n"},
    "subline": {"class": "oc-t"},
    "initials": {"class": "oc-i"},
    "count": {"class": "oc-c"},
    "cut": _cut,
    "avatars": {number: {"class": f"av-f{number}"} for number in range(1, 9)},
}
"""On a page, in the colours that the reader chose."""


def _text(size: float, weight: int, colour: str, **more: str) -> dict[str, str]:
    return {"font-size": str(size), "font-weight": str(weight), "fill": colour, **more}


COLOURS: Mapping[str, Any] = {
    "chart": {"font-family": FONT},
    "ground": {"fill": PAPER},
    "line": {"fill": "none", "stroke": EDGE, "stroke-width": "1.5"},
    "dotted": {
        "fill": "none",
        "stroke": VIOLET,
        "stroke-width": "1.75",
        "stroke-dasharray": "1 5",
        "stroke-linecap": "round",
    },
    "box": {"fill": PAPER, "stroke": LINE, "stroke-width": "1.25"},
    "own": {"fill": SOFT, "stroke": ACCENT, "stroke-width": "2.5"},
    "pill": {"fill": PAPER, "stroke": EDGE, "stroke-width": "1.25"},
    "name": _text(13, 600, INK),
    "subline": _text(11.5, 400, FADED),
    "initials": _text(12, 600, PAPER, **{"text-anchor": "middle"}),
    "count": _text(11, 600, INK, **{"text-anchor": "middle"}),
    "cut": _cut,
    "avatars": {number: {"fill": colour} for number, colour in enumerate(AVATARS, start=1)},
}
"""In a file: the light colours of the style sheet, on white."""
