"""What a drawing says of its boxes and lines: paths, and texts that fit. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from lupweb.orgchart.layout import STEM, Box, Points

ROUNDING = 8
"""How far before a corner a line begins to turn."""
PILL_HEIGHT = 22
PILL_REACH = 12
"""How far a pill reaches below its box."""
PILL_INDENT = 6
DIGIT = 7
ELLIPSIS = "…"
JOINER = "\u200d"
LONGEST_NAME, LONGEST_SUBLINE = 150, 154
NAME_SIZE, SUBLINE_SIZE = 13.0, 11.5
WIDE = frozenset({"W", "F"})
NARROW = frozenset("iljtfI.,;:'’|!()[] -")
MEDIUM = frozenset("rstcz")
BROAD = frozenset("mwMW@%—")
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything that is no character of XML 1.0, section 2.2."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
"""Marks that turn a line around; each text of a drawing is a line of its own."""


@dataclass(frozen=True)
class Pill:
    """The head-count of a box, which opens and closes what is below it."""

    x: int
    y: int
    width: int
    text: str

    @property
    def sign(self) -> tuple[int, int]:
        """Return where its plus or minus begins."""
        return self.x + 9, self.y + PILL_HEIGHT // 2

    @property
    def text_at(self) -> tuple[int, int]:
        """Return the middle of its text, on the line that letters stand on."""
        return self.x + (self.width + 15) // 2, self.y + 15


def pill_of(box: Box, text: str) -> Pill:
    """Return the pill of a box: where its lines begin, over its lower edge."""
    width = 30 + DIGIT * len(text)
    x = box.centre - width // 2 if box.leads_across else box.x + STEM - PILL_INDENT
    return Pill(x, box.bottom + PILL_REACH - PILL_HEIGHT, width, text)


def path_of(points: Points) -> str:
    """Return the path of a line, with round corners."""
    kept = [points[0], *(after for before, after in pairwise(points) if before != after)]
    path = [f"M{kept[0][0]} {kept[0][1]}"]
    for before, corner, after in zip(kept, kept[1:], kept[2:], strict=False):
        radius = min(ROUNDING, _length(before, corner) // 2, _length(corner, after) // 2)
        begin, end = _towards(corner, before, radius), _towards(corner, after, radius)
        path.append(f"L{begin[0]} {begin[1]}Q{corner[0]} {corner[1]} {end[0]} {end[1]}")
    path.append(f"L{kept[-1][0]} {kept[-1][1]}")
    return "".join(path)


def drawn_text(text: str) -> str:
    """Return `text` as one line that XML can hold, with nothing in it that turns lines around."""
    one_line = " ".join(text.split())
    return TURNING.sub("", NOT_IN_XML.sub("", one_line))


def drawn_name(name: str) -> str:
    """Return a name as it fits into a box."""
    return fitted(drawn_text(name), LONGEST_NAME, NAME_SIZE)


def drawn_subline(text: str) -> str:
    """Return what somebody does as it fits into a box."""
    return fitted(drawn_text(text), LONGEST_SUBLINE, SUBLINE_SIZE)


def fitted(text: str, most: int, size: float) -> str:
    """Return `text`, cut where it would be wider than `most` pixels.

    No font is measured, since nobody knows which one the reader has: letters count by their kind.

    :param size: of the font, in pixels
    """
    if sum(map(_breadth, text)) * size <= most:
        return text
    left = most / size - _breadth(ELLIPSIS)
    kept = 0
    for character in text:
        left -= _breadth(character)
        if left < 0:
            break
        kept += 1
    return text[: _whole(text, kept)].rstrip() + ELLIPSIS


def _whole(text: str, kept: int) -> int:
    """Return where to cut so that no sign is parted from what belongs to it."""
    while kept and (_clings(text[kept]) or text[kept - 1] == JOINER):
        kept -= 1
    return kept


def _clings(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in (JOINER, "\ufe0f")


def _breadth(character: str) -> float:
    """Return how wide a character is, as a part of the size of its font."""
    if _clings(character):
        return 0.0
    if unicodedata.east_asian_width(character) in WIDE:
        return 1.05
    if character in NARROW:
        return 0.33
    if character in BROAD:
        return 0.9
    if character in MEDIUM:
        return 0.47
    return 0.68 if character.isupper() else 0.57


def _length(one: tuple[int, int], other: tuple[int, int]) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(begin: tuple[int, int], end: tuple[int, int], distance: int) -> tuple[int, int]:
    """Return the point so far from `begin` on the straight way to `end`."""
    x, y = (
        begin[axis] + distance * ((end[axis] > begin[axis]) - (end[axis] < begin[axis]))
        for axis in (0, 1)
    )
    return x, y
