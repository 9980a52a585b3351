"""Pictures that people upload: what is taken, what is refused, what becomes of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from lupweb.database import db, transaction
from lupweb.options.registry import PICTURE_SOURCE
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.models import Picture
from lupweb.profiles.picture_maker import SIZES
from tests.blueprints.edit_forms import EditPage
from tests.browsing import Browser
from tests.profiles.drawing import (
    BLUE,
    RED,
    SECRET,
    a_black_png,
    a_deflate_bomb,
    a_jpeg_that_lies_on_its_side,
    a_picture,
    a_png_that_says,
    a_talkative_jpeg,
    decoded,
    encoded,
    is_close,
)
from tests.profiles.test_pictures_hostile import peak_memory

AsPerson = Callable[[str], Browser]
Value = Callable[[str, str], str]
MIB = 1024 * 1024
CUT = {"crop-zoom": "100", "crop-across": "50", "crop-down": "50"}


@pytest.fixture
def form(fields: None, app: Flask, as_person: AsPerson) -> EditPage:
    """Ben's form, on a site where people choose their pictures."""
    with app.app_context(), transaction():
        set_option(PICTURE_SOURCE, "user")
    return EditPage.of(as_person("ben"), "ben")


def upload(form: EditPage, content: bytes, name: str = "me.jpg", **cut: str) -> int:
    """Send a picture with the form; return the status."""
    for key, text in (CUT | cut).items():
        form.type(key, text)
    form.save((content, name))
    return form.browser.response.status_code


def shown(form: EditPage, size: int = 256) -> Image.Image:
    answer = form.browser.client.get(f"/people/ben/picture?size={size}")
    assert answer.status_code == 200
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return decoded(answer.data)


def picture_count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Picture)) or 0


def half_and_half() -> bytes:
    """Return a wide picture, red on the left and blue on the right."""
    image = Image.new("RGB", (1200, 600), RED)
    image.paste(BLUE, (600, 0, 1200, 600))
    return encoded(image, "JPEG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_shown_in_four_sizes(form: EditPage, kind: str) -> None:
    assert upload(form, a_picture(kind, size=(900, 800))) == 303

    assert [shown(form, size).size for size in SIZES] == [(size, size) for size in SIZES]
    assert "Saved. The picture is another one now." in form.browser.get("/people/ben").get_text()


def test_the_chosen_square_is_shown(form: EditPage) -> None:
    assert upload(form, half_and_half(), **{"crop-across": "0"}) == 303
    assert is_close(shown(form).getpixel((250, 128)), RED)

    form.browser.get("/people/ben/edit")
    assert upload(form, half_and_half(), **{"crop-across": "100"}) == 303

    assert is_close(shown(form).getpixel((5, 128)), BLUE)


def test_without_script_a_page_asks_which_part_is_shown(form: EditPage) -> None:
    form.save((half_and_half(), "me.jpg"))
    ben = form.browser

    assert ben.response.headers["Location"] == "/people/ben/crop"
    page = ben.get("/people/ben/crop")
    assert [each["name"] for each in page.select("input[type=number]")] == list(CUT)
    whole = decoded(ben.client.get(page.select_one("img[data-whole]")["src"]).data)
    assert whole.size == (1200, 600)
    ben.post("/people/ben/crop", **{"crop-zoom": "150", "crop-across": "100", "crop-down": "0"})

    assert ben.response.status_code == 303
    assert is_close(shown(form).getpixel((5, 128)), BLUE)
    assert decoded(ben.client.get("/people/ben/crop/whole").data).size == (1200, 600)


@pytest.mark.parametrize(
    "typed", [{"crop-zoom": "99"}, {"crop-zoom": "x"}, {"crop-down": "101"}, {"crop-across": "-1"}]
)
def test_a_part_that_is_none_is_refused_and_kept_in_the_form(
    form: EditPage, typed: dict[str, str]
) -> None:
    upload(form, half_and_half())
    form.browser.get("/people/ben/crop")

    page = form.browser.post("/people/ben/crop", **(CUT | typed))

    assert form.browser.response.status_code == 422
    for name, text in typed.items():
        assert page.select_one(f"input[name={name}]")["value"] == text


def test_a_picture_can_be_taken_away_and_nothing_of_it_is_kept(form: EditPage, app: Flask) -> None:
    upload(form, a_picture())
    assert picture_count(app) > 0
    again = EditPage.of(form.browser, "ben")

    again.type("picture-remove", "1").save()

    assert again.browser.response.status_code == 303
    assert picture_count(app) == 0
    assert again.browser.client.get("/people/ben/picture").status_code == 404


def test_where_the_directory_supplies_pictures_none_is_uploaded(
    fields: None, app: Flask, as_person: AsPerson
) -> None:
    form = EditPage.of(as_person("ben"), "ben")

    assert form.browser.page.select("input[type=file]") == []
    assert "Comes from LDAP (attribute jpegPhoto)." in form.browser.text
    assert upload(form, a_picture()) == 403
    assert picture_count(app) == 0


def test_the_whole_picture_is_for_those_alone_who_may_cut_it(
    form: EditPage, as_person: AsPerson
) -> None:
    upload(form, half_and_half())
    cem = as_person("cem")

    assert cem.client.get("/people/ben/picture").status_code == 200
    assert cem.client.get("/people/ben/crop/whole").status_code == 403
    for size in ("0", "-1", "1"):
        small = cem.client.get(f"/people/ben/picture?size={size}").data
        assert decoded(small).size == (48, 48)


@pytest.mark.parametrize("side", [12_000, 30_000, 60_000])
def test_b53_too_many_pixels_are_refused_and_memory_does_not_grow(
    form: EditPage, side: int
) -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    before = peak_memory("self")

    assert upload(form, a_png_that_says(side, side)) == 422

    assert peak_memory("self") - before < 60 * MIB
    assert "40 million pixels" in form.browser.page.select_one("#error-picture").get_text()


def test_b53_the_largest_that_is_allowed_takes_no_memory_of_ours(form: EditPage) -> None:
    large = a_black_png(8_000, 5_000)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = peak_memory("self")

    assert upload(form, large) == 303

    assert peak_memory("self") - before < 60 * MIB


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04" + bytes(100),
        b"%PDF-1.7\n" + a_picture(),
        b"8BPS\x00\x01" + bytes(100),
        b"",
        a_picture()[:-200],
        *(a_picture(kind) for kind in ("GIF", "TIFF", "ICO")),
    ],
)
def test_b54_what_is_no_picture_is_refused_and_what_was_typed_is_kept(
    form: EditPage, app: Flask, content: bytes
) -> None:
    form.type("about", "Typed")

    assert upload(form, content) == 422

    assert form.browser.page.title.get_text().startswith("Problem:")
    assert EditPage.shown(form.browser, form.path).values("about") == ["Typed"]
    assert picture_count(app) == 0


def test_b55_only_pixels_are_kept_and_the_picture_stands_upright(
    form: EditPage, app: Flask
) -> None:
    assert upload(form, a_talkative_jpeg()) == 303
    with app.app_context():
        kept = db.session.scalars(select(Picture.content)).all()
    assert kept
    for content in kept:
        assert not any(mark in content for mark in (b"<script", b"Exif", b"ICC_PROFILE", SECRET))

    form.browser.get("/people/ben/edit")
    assert upload(form, a_jpeg_that_lies_on_its_side()) == 303

    assert is_close(shown(form).getpixel((100, 10)), RED)
    assert is_close(shown(form).getpixel((100, 190)), BLUE)


@pytest.mark.parametrize("chunk", [b"iCCP", b"zTXt"])
def test_b56_a_bomb_ends_in_the_child_and_the_site_goes_on(form: EditPage, chunk: bytes) -> None:
    bomb = a_deflate_bomb(chunk)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = peak_memory("self")

    assert upload(form, bomb) == 422

    assert peak_memory("self") - before < 60 * MIB
    form.browser.get("/people/ben/edit")
    assert upload(form, a_picture()) == 303


def test_a_form_of_more_than_200_parts_is_taken(form: EditPage, value: Value) -> None:
    form.pairs += [("field-sites", "")] * 400

    form.type("about", "x").save()

    assert (form.browser.response.status_code, value("ben", "about")) == (303, "x")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\0.png", "CON", "x" * 500, ".htaccess", "<script>.svg"]
)
def test_b58_the_name_of_a_file_counts_for_nothing(form: EditPage, app: Flask, name: str) -> None:
    assert upload(form, a_picture(), name) == 303

    answer = form.browser.client.get("/people/ben/picture")
    assert answer.headers["Content-Disposition"] == "inline; filename=ben.jpg"
    with app.app_context():
        assert len(get_person("ben").picture_hash) == 32


def test_what_is_chosen_beside_a_mistake_has_to_be_chosen_again_and_the_page_says_so(
    form: EditPage, app: Flask
) -> None:
    form.type("mobile", "nonsense")

    assert upload(form, a_picture()) == 422

    assert "Choose the picture again" in form.browser.text
    assert picture_count(app) == 0


def test_a_new_picture_stands_in_the_history(form: EditPage) -> None:
    upload(form, a_picture())
    assert "Another picture" in form.browser.get("/people/ben/history").get_text()
