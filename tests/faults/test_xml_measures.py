"""B61: an XML file out of all measure is refused as a whole, and costs no memory."""

import tracemalloc
from collections.abc import Iterator

import pytest

from lupweb.errors import InvalidValue
from lupweb.sources.reader import Tags, read_people

TAGS = Tags("person", "login", frozenset({"room"}))
PERSON = b"<people><person><login>ada</login>"
MOST_BYTES = 150_000_000
PIECE = 65_536


def deep() -> Iterator[bytes]:
    yield PERSON
    yield b"<a>" * 200_000


def broad() -> Iterator[bytes]:
    yield PERSON + b"<room "
    for start in range(0, 1_000_000, 1_000):
        yield b" ".join(b"a%d='1'" % number for number in range(start, start + 1_000)) + b" "
    yield b"/>"


def long() -> Iterator[bytes]:
    yield PERSON + b"<room>"
    for _piece in range(500_000_000 // PIECE):
        yield b"x" * PIECE


@pytest.mark.parametrize(
    ("pieces", "why"),
    [(deep, "deeper than 32"), (broad, "more than"), (long, "longer than 1048576")],
)
def test_b61_depth_breadth_and_length_are_refused_as_soon_as_they_are_met(
    pieces: object, why: str
) -> None:
    assert callable(pieces)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidValue, match=why):
            list(read_people(pieces(), TAGS))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < MOST_BYTES
