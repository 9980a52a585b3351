"""Pictures from outside: made anew from their pixels, or refused, and nobody else suffers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lupweb.errors import InvalidValue, MissingPart
from lupweb.profiles import picture_maker
from lupweb.profiles.picture_maker import SIZES, Limits, PictureMaker, re_encode
from tests.profiles.drawing import (
    BLUE,
    RED,
    SECRET,
    a_black_png,
    a_deflate_bomb,
    a_film,
    a_jpeg_that_lies_on_its_side,
    a_picture,
    a_png_that_says,
    a_scan_bomb,
    a_talkative_jpeg,
    decoded,
    encoded,
    is_close,
)

MIB = 1024 * 1024


@pytest.fixture
def maker() -> Iterator[PictureMaker]:
    with PictureMaker() as maker:
        yield maker


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_four_squares_of_its_middle(maker: PictureMaker, kind: str) -> None:
    wide = Image.new("RGB", (1200, 600), BLUE)
    wide.paste(RED, (300, 0, 900, 600))

    made = maker.make(encoded(wide, kind))

    assert [decoded(made[size]).size for size in SIZES] == [(size, size) for size in SIZES]
    assert is_close(decoded(made[96]).getpixel((3, 48)), RED)
    assert is_close(decoded(made[96]).getpixel((92, 48)), RED)


def test_a_small_picture_is_not_blown_up(maker: PictureMaker) -> None:
    made = maker.make(a_picture(size=(300, 200)))

    assert {size: decoded(each).width for size, each in made.items()} == {48: 48, 96: 96, 256: 200}


def test_what_is_transparent_becomes_white(maker: PictureMaker) -> None:
    made = maker.make(a_picture("PNG", colour=(0, 0, 0, 0)))

    assert is_close(decoded(made[48]).getpixel((24, 24)), (255, 255, 255))


@pytest.mark.parametrize("side", [12_000, 30_000, 60_000])
def test_b53_too_many_pixels_are_refused_by_the_header(maker: PictureMaker, side: int) -> None:
    maker.make(a_picture())
    child, before = maker.pid, peak_memory(maker.pid)

    with pytest.raises(InvalidValue, match="40 million pixels"):
        maker.make(a_png_that_says(side, side))

    assert maker.pid == child
    assert peak_memory(maker.pid) - before < 60 * MIB


def test_b53_a_side_of_more_than_10000_is_refused(maker: PictureMaker) -> None:
    with pytest.raises(InvalidValue, match="10,000"):
        maker.make(a_png_that_says(10_001, 1))


def test_b53_the_largest_that_is_allowed_is_taken(maker: PictureMaker) -> None:
    made = maker.make(a_black_png(10_000, 4_000))

    assert made.keys() == set(SIZES)


def test_b53_our_own_memory_does_not_grow(maker: PictureMaker) -> None:
    large = a_black_png(8_000, 5_000)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    before = peak_memory("self")

    maker.make(large)

    assert peak_memory("self") - before < 10 * MIB


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04" + bytes(100),
        b"%PDF-1.7\n" + a_picture(),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"8BPS\x00\x01" + bytes(100),
        *(a_picture(kind) for kind in ("GIF", "TIFF", "ICO", "BMP", "PPM")),
    ],
)
def test_b54_anything_but_jpeg_png_and_webp_is_refused(maker: PictureMaker, content: bytes) -> None:
    with pytest.raises(InvalidValue, match="no JPEG, PNG or WebP"):
        maker.make(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_b54_a_truncated_picture_is_refused(maker: PictureMaker, kind: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")

    with pytest.raises(InvalidValue, match="damaged"):
        maker.make(encoded(noise, kind)[:-2_000])


def test_b54_zero_bytes_are_refused(maker: PictureMaker) -> None:
    with pytest.raises(InvalidValue, match="zero bytes"):
        maker.make(b"")


def test_b59_more_than_10_mib_are_refused_unread(maker: PictureMaker) -> None:
    with pytest.raises(InvalidValue, match="10 MiB"):
        maker.make(a_picture() + bytes(20 * MIB))

    assert maker.pid is None


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_b54_only_the_first_frame_is_shown(maker: PictureMaker, kind: str) -> None:
    frames = [Image.new("RGB", (64, 64), (0, 0, number)) for number in range(100)]
    film = a_picture(kind, size=(64, 64), save_all=True, append_images=frames)

    assert is_close(decoded(maker.make(film)[48]).getpixel((24, 24)), RED)


def test_b54_of_10000_frames_only_the_first_is_read(maker: PictureMaker) -> None:
    maker.make(a_picture())
    child, before = maker.pid, peak_memory(maker.pid)

    assert maker.make(a_film(10_000)).keys() == {48}

    assert maker.pid == child
    assert peak_memory(maker.pid) - before < 60 * MIB


def test_b54_a_picture_with_something_behind_it_becomes_a_picture_alone(
    maker: PictureMaker,
) -> None:
    made = maker.make(a_picture() + b"PK\x03\x04" + SECRET)

    assert all(b"PK\x03\x04" not in each and b"<script" not in each for each in made.values())


def test_b55_only_the_pixels_come_out(maker: PictureMaker) -> None:
    given = a_talkative_jpeg()
    assert given.count(b"<script") > 1_000

    made = maker.make(given)

    for each in made.values():
        assert decoded(each).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not any(
            mark in each for mark in (b"<script", b"Exif", b"ICC_PROFILE", b"adobe", b"\xff\xfe")
        )


def test_b55_a_picture_is_shown_as_it_was_held(maker: PictureMaker) -> None:
    made = decoded(maker.make(a_jpeg_that_lies_on_its_side())[48])

    assert is_close(made.getpixel((24, 6)), RED)
    assert is_close(made.getpixel((24, 42)), BLUE)


def test_b56_a_picture_that_takes_too_long_is_refused_and_the_next_one_is_taken() -> None:
    with PictureMaker(Limits(cpu_s=1)) as maker:
        with pytest.raises(InvalidValue, match="too much time or memory"):
            maker.make(a_scan_bomb(5_000))

        assert maker.make(a_picture()).keys() == {48, 96, 256}


def test_b56_a_picture_that_takes_too_much_memory_is_refused_and_the_next_one_is_taken() -> None:
    with PictureMaker(Limits(memory_bytes=100 * MIB)) as maker:
        with pytest.raises(InvalidValue, match="too much time or memory"):
            maker.make(a_black_png(8_000, 5_000))

        assert maker.make(a_picture()).keys() == {48, 96, 256}


@pytest.mark.parametrize("chunk", [b"iCCP", b"zTXt"])
def test_b56_a_deflate_bomb_is_refused(maker: PictureMaker, chunk: bytes) -> None:
    with pytest.raises(InvalidValue):
        maker.make(a_deflate_bomb(chunk))


def test_b56_the_child_has_the_limits_it_was_given(maker: PictureMaker) -> None:
    maker.make(a_picture())

    limits = Path(f"/proc/{maker.pid}/limits").read_text(encoding="ascii").splitlines()

    found = {line[:26].strip(): line[26:47].strip() for line in limits}
    assert found["Max address space"] == str(512 * MIB)
    assert found["Max core file size"] == "0"
    assert int(found["Max cpu time"]) <= 5 + 1


def test_one_child_makes_many_pictures_and_ends_with_us() -> None:
    with PictureMaker() as maker:
        children = {maker.make(a_picture()) and maker.pid for _ in range(5)}
        child = maker.pid

    assert children == {child}
    assert not Path(f"/proc/{child}").exists()


def test_a_child_that_was_killed_between_two_pictures_is_replaced(maker: PictureMaker) -> None:
    maker.make(a_picture())
    child = maker.pid
    assert child
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)

    assert maker.make(a_picture()).keys() == {48, 96, 256}
    assert maker.pid != child


def test_the_child_is_not_told_our_secrets(
    maker: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUPWEB_SECRET_KEY", "canary")

    maker.make(a_picture())

    assert b"canary" not in Path(f"/proc/{maker.pid}/environ").read_bytes()


def test_a_child_that_does_not_start_blames_no_picture(
    maker: PictureMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(picture_maker, "CHILD", tmp_path / "missing.py")

    with pytest.raises(MissingPart, match="does not start"):
        maker.make(a_picture())


def test_one_picture_can_be_made_at_once() -> None:
    assert re_encode(a_picture()).keys() == {48, 96, 256}


def peak_memory(pid: int | str | None) -> int:
    """Return the most memory that a process has used, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) * 1024
