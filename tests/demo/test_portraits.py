"""Drawn pictures: small, right in size, each its own."""

from io import BytesIO

import pytest
from PIL import Image

from lupweb.demo.portraits import portrait


@pytest.mark.parametrize("number", range(0, 40, 3))
def test_a_portrait_is_a_small_square_jpeg(number: int) -> None:
    with Image.open(BytesIO(portrait(number)), formats=["JPEG"]) as picture:
        picture.load()

    assert picture.size == (256, 256)
    assert 2_500 < len(portrait(number)) < 9_000


def test_portraits_differ() -> None:
    assert len({portrait(number) for number in range(60)}) == 60


def test_the_same_number_gives_the_same_portrait() -> None:
    first = portrait(3)

    portrait.cache_clear()

    assert portrait(3) == first
