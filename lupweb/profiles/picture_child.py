"""Make pictures anew from their pixels, in a process of its own that may die. Run as a file:

    python -I picture_child.py CPU_S WALL_S MEMORY_BYTES MOST_PIXELS SIZE...

A picture from outside may be made to break its reader, so it is decoded here and nowhere else.
Needs nothing but Pillow. In: messages, a picture each, until the input ends. Out: "ready", then
one answer for each picture. A message is its length (32 bits) and that many bytes. A picture has
four numbers (16 bits each) before it, see `Wish`; an answer is a word, and after "made" the
pictures: size (16 bits), length (32 bits), JPEG. All numbers are big-endian. A picture that takes
more than the limits kills this process.
"""

import io
import math
import resource
import signal
import struct
import sys
import time
import warnings
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from PIL import ExifTags, Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE = 10_000
QUALITY = 85
LENGTH = struct.Struct("!I")
FRAME = struct.Struct("!HI")
WISH = struct.Struct("!HHHH")
WHOLE = 0
"""The size under which the whole picture is sent, from which the squares were cut."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what brings the picture upright."""
UNREADABLE = (
    OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError,
    struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises for damaged pictures. Whatever else it raises ends this process."""


class Wish(NamedTuple):
    """What is to be made of a picture.

    :param whole: longest side of the whole picture; 0: only the squares of the middle are wanted
    :param zoom: in per cent; at 100 a square is as large as fits
    :param across: where it lies, from 0 (left) to 100 (right)
    :param down: from 0 (top) to 100 (bottom)
    """

    whole: int = 0
    zoom: int = 100
    across: int = 50
    down: int = 50


MIDDLE = Wish()


class Refused(Exception):
    """The picture is not taken; the argument is the word that says why."""


def main(arguments: Sequence[str]) -> None:
    """Answer for one picture after the other, each within the limits."""
    cpu_s, wall_s, memory_bytes, most_pixels, *sizes = map(int, arguments)
    _prepare(memory_bytes, most_pixels)
    _send(b"ready")
    while (content := _received()) is not None:
        _start_clocks(cpu_s, wall_s)
        _send(_answer(content, sizes))
        signal.alarm(0)


def _prepare(memory_bytes: int, most_pixels: int) -> None:
    """Set what holds for all pictures."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us
    for deadly in (signal.SIGALRM, signal.SIGXCPU):
        signal.signal(deadly, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):  # macOS has no such limit
        most = _allowed(resource.RLIMIT_AS, memory_bytes)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    Image.MAX_IMAGE_PIXELS = most_pixels
    warnings.simplefilter("ignore")  # a photograph with odd EXIF is a photograph
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _start_clocks(cpu_s: int, wall_s: int) -> None:
    """Let the next picture end this process if it takes too long."""
    used_s = math.ceil(time.process_time())
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_allowed(resource.RLIMIT_CPU, used_s + cpu_s), hard))
    signal.alarm(wall_s)


def _allowed(what: int, wanted: int) -> int:
    hard = resource.getrlimit(what)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _received() -> bytes | None:
    """Return the next picture; None at the end of the input."""
    head = sys.stdin.buffer.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = sys.stdin.buffer.read(length)
    return content if len(content) == length else None


def _send(message: bytes) -> None:
    sys.stdout.buffer.write(LENGTH.pack(len(message)) + message)
    sys.stdout.buffer.flush()


def _answer(message: bytes, sizes: Sequence[int]) -> bytes:
    wish = Wish(*WISH.unpack_from(message))
    try:
        made = pictures_of(message[WISH.size :], sizes, wish)
    except Refused as refusal:
        return str(refusal).encode()
    frames = (FRAME.pack(size, len(each)) + each for size, each in made.items())
    return b"made" + b"".join(frames)


def pictures_of(content: bytes, sizes: Sequence[int], wish: Wish = MIDDLE) -> dict[int, bytes]:
    """Return squares of a picture: size -> JPEG without anything but pixels.

    A picture is not made larger than it is: the last of the squares may be smaller than its size.

    :raises Refused: "kind" if it is no JPEG, PNG or WebP; "pixels" if it has too many of them, by
        its header; "broken" if it cannot be read to the end
    """
    made = {}
    try:
        with _opened(content) as image:
            if wish.whole:
                whole = _whole(image, wish.whole)
                made[WHOLE] = _encoded(whole)
                square = whole.crop(_box(whole.size, wish))
            else:
                square = _square(image, max(sizes))
    except UNREADABLE as error:
        raise Refused("broken") from error
    return made | _squares(square, sizes)


def _squares(square: Image.Image, sizes: Sequence[int]) -> dict[int, bytes]:
    made = {}
    for size in sorted(sizes):
        side = min(size, square.width)
        made[size] = _encoded(square.resize((side, side), Image.Resampling.LANCZOS))
        if side == square.width:
            break
    return made


def _box(size: tuple[int, int], wish: Wish) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the square that is wanted."""
    side = max(min(size) * 100 // max(wish.zoom, 100), 1)
    left = (size[0] - side) * min(wish.across, 100) // 100
    top = (size[1] - side) * min(wish.down, 100) // 100
    return (left, top, left + side, top + side)


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise Refused("kind") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("pixels") from error
    if max(image.size) > LONGEST_SIDE or image.width * image.height > _most_pixels():
        raise Refused("pixels")
    return image


def _most_pixels() -> int:
    """Return the limit that Pillow was given; it warns beyond it, and we refuse."""
    return Image.MAX_IMAGE_PIXELS or 0


def _whole(image: Image.Image, longest: int) -> Image.Image:
    """Return the whole first frame, upright, on white, at most `longest` wide and high."""
    image.draft("RGB", (longest, longest))
    share = min(longest / max(image.size), 1)
    size = (max(round(image.width * share), 1), max(round(image.height * share), 1))
    return _cleaned(image, size, (0, 0, *image.size))


def _square(image: Image.Image, longest: int) -> Image.Image:
    """Return the middle of the first frame, upright, on white, at most `longest` wide."""
    image.draft("RGB", (longest, longest))  # a large JPEG is decoded at half, a quarter, an eighth
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    length = min(side, longest)
    return _cleaned(image, (length, length), (left, top, left + side, top + side))


def _cleaned(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]
) -> Image.Image:
    """Return a part of a picture in another size, as nothing but pixels."""
    image.load()
    mode = "RGBA" if image.has_transparency_data else "RGB"
    part = image if image.mode == mode else image.convert(mode)
    small = part.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    clean = Image.new("RGB", small.size, "white")  # EXIF, comments and profiles stay behind
    clean.paste(small, mask=small if mode == "RGBA" else None)
    turn = _turn(image)
    return clean if turn is None else clean.transpose(turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Return how to bring a picture upright."""
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except UNREADABLE:
        return None


def _encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
