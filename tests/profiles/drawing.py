"""Pictures for tests: good ones, and ones that are made to do harm."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, BLUE = (200, 30, 30), (30, 30, 200)
SECRET = b"<script>alert('ZQX')</script>"
START_OF_SCAN = b"\xff\xda"


def a_picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (300, 200),
    colour: tuple[int, ...] = RED,
    **options: Any,
) -> bytes:
    """Return a picture of one colour."""
    return encoded(Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour), kind, **options)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def decoded(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def a_black_png(width: int, height: int) -> bytes:
    """Return a PNG that is made without the memory it takes to read it; `width` by eights."""
    return a_png_that_says(width, height, pixels=bytes((1 + width // 8) * height))


def a_png_that_says(
    width: int, height: int, *chunks: tuple[bytes, bytes], pixels: bytes = bytes(100)
) -> bytes:
    """Return a small PNG whose header promises so many pixels."""
    header = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(pixels)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in parts)


def a_deflate_bomb(name: bytes) -> bytes:
    """Return a PNG with a chunk that unfolds to 100 MB."""
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(10)) + packer.flush()
    return a_png_that_says(10, 10, (name, b"x\0\0" + bomb))


def a_film(frames: int) -> bytes:
    """Return an animated PNG of so many frames of one pixel, in a few hundred kilobytes."""
    pixels = zlib.compress(bytes(2))
    parts = [
        (b"IHDR", struct.pack("!IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"acTL", struct.pack("!II", frames, 0)),
        (b"fcTL", _frame(0)),
        (b"IDAT", pixels),
    ]
    for number in range(1, frames):
        place = 2 * number - 1
        parts.append((b"fcTL", _frame(place)))
        parts.append((b"fdAT", struct.pack("!I", place + 1) + pixels))
    chunks = (_chunk(name, content) for name, content in (*parts, (b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def a_scan_bomb(scans: int) -> bytes:
    """Return a progressive JPEG whose last scan is sent again and again."""
    whole = encoded(Image.new("L", (5000, 5000), 90), "JPEG", progressive=True)
    last = whole[whole.rindex(START_OF_SCAN) : -2]
    return whole[:-2] + last * scans + whole[-2:]


def a_talkative_jpeg() -> bytes:
    """Return a JPEG with EXIF (a place, a thumbnail), XMP, a large profile and a comment."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (50.0, 4.0, 57.0), 3: "E", 4: (8.0, 14.0, 24.0)}
    exif[0x010E] = SECRET.decode()
    return a_picture(
        exif=exif, xmp=SECRET * 100, icc_profile=SECRET * 170_000, comment=SECRET, quality=95
    )


def a_jpeg_that_lies_on_its_side() -> bytes:
    """Return a JPEG, red above blue when it is held as its EXIF says, stored turned by 90°."""
    upright = Image.new("RGB", (200, 200), RED)
    upright.paste(BLUE, (0, 100, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif)


def is_close(found: object, wanted: tuple[int, int, int]) -> bool:
    """Return whether a pixel has about this colour."""
    assert isinstance(found, tuple)
    return all(abs(one - other) < 12 for one, other in zip(found, wanted, strict=True))


def _frame(place: int) -> bytes:
    return struct.pack("!IIIIIHHBB", place, 1, 1, 0, 0, 1, 10, 0, 0)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack("!I", zlib.crc32(name + content))
    return struct.pack("!I", len(content)) + name + content + checksum
