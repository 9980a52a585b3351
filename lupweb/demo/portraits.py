"""Pictures of invented people: friendly flat faces, drawn here; no photograph of anybody.

All measures are pixels on a canvas of 512 x 512; it is made smaller at the end, for smooth edges.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from random import Random
from typing import TypeVar

from PIL import Image, ImageChops, ImageDraw

CANVAS = 512
VISIBLE = (46, 36, 466, 456)
SIZE = 256
QUALITY = 82
MIDDLE = CANVAS // 2
BACKGROUNDS = (
    "#d9e8e6",
    "#efe3d3",
    "#dfe3f0",
    "#eadcea",
    "#e3ead6",
    "#f0dcd6",
    "#d6e6f0",
    "#ece8dc",
)
SKINS = ("#f6d3bd", "#eec0a2", "#e0ac86", "#c98f68", "#a8714c", "#86563a", "#683f2a")
DARK_HAIR = ("#1f1a18", "#2b211c", "#3a2a20")
HAIRS = (*DARK_HAIR, "#4f3524", "#6e4a2c", "#946338", "#b98a4a", "#d8b878", "#9d4a2a", "#9a9894")
CLOTHES = ("#0f5c5c", "#27415e", "#6b3f5e", "#7a4a12", "#3f5d45", "#4b4f57", "#8c3b32", "#51467a")
SCARVES = ("#27607a", "#7a3f57", "#52683b", "#6b5a8e", "#a8603a")
INK = "#2a2320"
Box = tuple[int, int, int, int]
T = TypeVar("T")


@cache
def portrait(number: int) -> bytes:
    """Return drawing `number` as a JPEG of 256 x 256: even numbers women, odd numbers men."""
    drawn = _Portrait(number).draw()
    picture = drawn.resize((SIZE, SIZE), Image.Resampling.HAMMING, box=VISIBLE)
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


class _Portrait:
    def __init__(self, number: int) -> None:
        self.random = Random(number * 7919 + 5)  # noqa: S311 - a drawing
        self.is_woman = number % 2 == 0
        self.background = self._pick(BACKGROUNDS)
        self.skin = self._pick(SKINS)
        is_dark = SKINS.index(self.skin) > 3
        self.hair = self._pick(DARK_HAIR if is_dark else HAIRS)
        self.shadow = _shade(self.skin, 0.88)
        self.clothes = self._pick(CLOTHES)
        width, height = 88 + self._upto(14), 112 + self._upto(14)
        self.head: Box = (MIDDLE - width, 236 - height, MIDDLE + width, 236 + height)
        self.image = Image.new("RGB", (CANVAS, CANVAS), self.background)
        self.pen = ImageDraw.Draw(self.image)

    def draw(self) -> Image.Image:
        behind, front = self._pick(WOMEN if self.is_woman else MEN)
        behind(self)
        self._body()
        self._face()
        if not self.is_woman and self._chance(0.4):
            self._beard()
        self._mouth()
        front(self)
        if self._chance(0.3):
            self._glasses()
        return self.image

    def crown(self, grow: int, window_top: int, lean: int = 0) -> None:
        """Draw hair around the head, `grow` wider than it, open below `window_top` for the face."""
        left, top, right, bottom = self.head
        whole = _mask((left - grow, top - grow, right + grow, bottom + grow - 20))
        face = (left + 8 + lean, top + window_top, right - 8 + lean, bottom + 90)
        below = Image.new("L", whole.size, 0)
        ImageDraw.Draw(below).rectangle((0, 250 + grow // 2, CANVAS, CANVAS), fill=255)
        cut = ImageChops.subtract(ImageChops.subtract(whole, _mask(face)), below)
        self.image.paste(self.hair, (0, 0), cut)

    def mane(self, length: int, width: int) -> None:
        """Draw hair that hangs behind the head down to `length`."""
        left, top, right, _ = self.head
        box = (left - width, top - 14, right + width, length)
        self.pen.rounded_rectangle(box, radius=96, fill=_shade(self.hair, 0.86))

    def curls(self, size: int, low: int) -> None:
        """Draw round curls from ear to ear, down to `low`."""
        left, top, right, _ = self.head
        for x in range(left - 4, right + 5, 22):
            from_middle = abs(x - MIDDLE) / (right - MIDDLE)
            y = top + 4 + int(62 * from_middle**2)
            self._dot(x, y, size, self.hair)
        for y in range(top + 60, low, 24):
            self._dot(left - 6, y, size - 4, self.hair)
            self._dot(right + 6, y, size - 4, self.hair)

    def bun(self) -> None:
        """Draw a bun on top."""
        self._dot(MIDDLE, self.head[1] - 22, 44, _shade(self.hair, 0.9))

    def scarf_behind(self) -> None:
        """Draw the part of a headscarf behind the face."""
        left, top, right, bottom = self.head
        self.hair = self._pick(SCARVES)
        self.pen.ellipse((left - 26, top - 26, right + 26, bottom + 60), fill=self.hair)

    def scarf_front(self) -> None:
        """Draw the part of a headscarf in front: all but an oval for the face."""
        left, top, right, bottom = self.head
        whole = _mask((left - 26, top - 26, right + 26, bottom + 60))
        face = _mask((left + 12, top + 22, right - 12, bottom - 2))
        self.image.paste(self.hair, (0, 0), ImageChops.subtract(whole, face))
        below = (left - 6, bottom - 8, right + 6, bottom + 96)
        self.pen.chord(below, 0, 180, fill=_shade(self.hair, 0.9))

    def _body(self) -> None:
        neck = (MIDDLE - 42, 300, MIDDLE + 42, 420)
        self.pen.rounded_rectangle((76, 386, 436, 640), radius=110, fill=self.clothes)
        self.pen.rounded_rectangle(neck, radius=38, fill=self.shadow)
        if self._chance(0.5):  # an open collar
            dark = _shade(self.clothes, 0.8)
            self.pen.polygon([(206, 384), (256, 470), (196, 440)], fill=dark)
            self.pen.polygon([(306, 384), (256, 470), (316, 440)], fill=dark)
        else:
            self.pen.chord((200, 356, 312, 436), 0, 180, fill=self.shadow)

    def _face(self) -> None:
        left, _, right, _ = self.head
        for side in (left, right):
            self._dot(side, 246, 24, self.shadow)
        if self.is_woman and self._chance(0.35):
            for side in (left - 4, right + 4):
                self._dot(side, 276, 8, "#d7b25a")
        self.pen.ellipse(self.head, fill=self.skin)
        for side in (MIDDLE - 40, MIDDLE + 40):
            self._dot(side, 240, 8, INK)
            self.pen.arc(
                (side - 22, 206, side + 22, 240), 205, 335, fill=_shade(self.hair, 0.8), width=7
            )
            self._dot(
                side + (14 if side > MIDDLE else -14), 284, 18, _mix(self.skin, "#d8705f", 0.2)
            )
        self.pen.arc(
            (MIDDLE - 14, 240, MIDDLE + 14, 284), 20, 160, fill=_shade(self.skin, 0.76), width=6
        )

    def _mouth(self) -> None:
        box = (MIDDLE - 34, 274, MIDDLE + 34, 318)
        if self._chance(0.35):
            self.pen.chord((box[0], 268, box[2], 322), 8, 172, fill="#8f3a35")
            self.pen.chord((box[0] + 8, 276, box[2] - 8, 312), 12, 168, fill="#fbf6f0")
        else:
            colour = "#a4473f" if self.is_woman else _shade(self.skin, 0.58)
            self.pen.arc(box, 25, 155, fill=colour, width=8)

    def _beard(self) -> None:
        left, _, right, bottom = self.head
        whole = _mask((left, 190, right, bottom + 8))
        upper = Image.new("L", whole.size, 0)
        ImageDraw.Draw(upper).rectangle((0, 0, CANVAS, 256), fill=255)
        cheeks = ImageChops.lighter(upper, _mask((left + 20, 180, right - 20, 292)))
        cut = ImageChops.subtract(whole, ImageChops.lighter(cheeks, _mask((216, 286, 296, 326))))
        self.image.paste(_mix(self.hair, self.skin, 0.12), (0, 0), cut)

    def _glasses(self) -> None:
        colour, radius = self._pick((INK, "#5a4632", "#27415e")), self._pick((12, 27))
        for side in (MIDDLE - 40, MIDDLE + 40):
            box = (side - 31, 212, side + 31, 268)
            self.pen.rounded_rectangle(box, radius=radius, outline=colour, width=6)
        self.pen.line((MIDDLE - 10, 236, MIDDLE + 10, 236), fill=colour, width=6)
        self.pen.line((self.head[0] - 4, 232, MIDDLE - 70, 232), fill=colour, width=5)
        self.pen.line((MIDDLE + 70, 232, self.head[2] + 4, 232), fill=colour, width=5)

    def _dot(self, x: int, y: int, radius: int, colour: str) -> None:
        self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def _pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random.random() * len(choices))]

    def _upto(self, limit: int) -> int:
        return int(self.random.random() * limit)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share


Part = Callable[[_Portrait], None]


def _nothing(_portrait: _Portrait) -> None:
    """Draw nothing: a bald head, or no hair behind it."""


# How hair is worn: what is behind the shoulders, what is in front of the face.
WOMEN: tuple[tuple[Part, Part], ...] = (
    (lambda it: it.mane(430, 22), lambda it: it.crown(14, 44, lean=-12)),
    (lambda it: it.mane(400, 26), lambda it: it.crown(16, 58)),
    (lambda it: it.mane(334, 24), lambda it: it.crown(18, 50, lean=12)),
    (lambda it: it.bun(), lambda it: it.crown(10, 40)),
    (lambda it: it.mane(350, 34), lambda it: it.curls(34, 330)),
    (_nothing, lambda it: it.crown(16, 52, lean=-14)),
    (lambda it: it.mane(300, 14), lambda it: it.crown(16, 64)),
    (lambda it: it.scarf_behind(), lambda it: it.scarf_front()),
)
MEN: tuple[tuple[Part, Part], ...] = (
    (_nothing, lambda it: it.crown(10, 36)),
    (_nothing, lambda it: it.crown(14, 46, lean=12)),
    (_nothing, lambda it: it.crown(12, 42, lean=-14)),
    (_nothing, lambda it: it.curls(26, 226)),
    (_nothing, lambda it: it.crown(6, 24)),
    (_nothing, _nothing),
    (lambda it: it.mane(310, 10), lambda it: it.crown(12, 40, lean=-10)),
)


def _mask(box: Box) -> Image.Image:
    mask = Image.new("L", (CANVAS, CANVAS), 0)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + "".join(f"{int(a * (1 - share) + b * share):02x}" for a, b in pairs)


def _shade(colour: str, share: float) -> str:
    return _mix("#000000", colour, share)
