"""Pictures as a browser gets them: by whom they may be seen, and kept how long."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lupweb.database import db, transaction
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.picture_maker import PictureMaker
from lupweb.profiles.pictures import delivery_of, keep
from tests.browsing import Browser
from tests.fakes import FakeDirectory
from tests.profiles.drawing import SECRET, a_picture, a_talkative_jpeg, decoded

ADDRESS = "/people/ben/picture"


@pytest.fixture
def picture_hash(app: Flask, company: FakeDirectory) -> str:
    """The hash of Ben's picture."""
    with app.app_context(), PictureMaker() as maker:
        person_id = get_person("ben").id
        db.session.rollback()
        delivery = delivery_of(person_id, [a_talkative_jpeg()], maker)
        with transaction():
            keep([delivery])
    assert delivery.picture
    return delivery.picture.hash


@pytest.fixture
def cem(picture_hash: str, as_person: Callable[[str], Browser]) -> FlaskClient:
    return as_person("cem").client


@pytest.mark.parametrize(
    ("size", "width"),
    [("", 96), ("48", 48), ("50", 96), ("256", 200), ("9999", 200), ("-1", 48), ("a", 96)],
)
def test_a_picture_is_sent_in_one_of_its_sizes(cem: FlaskClient, size: str, width: int) -> None:
    answer = cem.get(ADDRESS, query_string={"size": size} if size else None)

    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert decoded(answer.data).size == (width, width)


def test_b55_what_is_sent_is_nothing_but_pixels(cem: FlaskClient) -> None:
    assert SECRET not in cem.get(ADDRESS).data


def test_b50_a_picture_is_sent_as_nothing_but_a_picture(cem: FlaskClient) -> None:
    headers = cem.get(ADDRESS).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == "inline; filename=ben.jpg"
    assert headers["Content-Type"] == "image/jpeg"


def test_a_picture_that_is_named_by_its_hash_is_kept_by_this_browser_alone(
    cem: FlaskClient, picture_hash: str
) -> None:
    answer = cem.get(ADDRESS, query_string={"v": picture_hash})

    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"


@pytest.mark.parametrize("v", [None, "", "another"])
def test_a_picture_that_is_not_named_by_its_hash_is_asked_for_again(
    cem: FlaskClient, v: str | None
) -> None:
    answer = cem.get(ADDRESS, query_string={"v": v} if v is not None else None)

    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_the_browser_has_is_not_sent_again(cem: FlaskClient, picture_hash: str) -> None:
    tag = cem.get(ADDRESS).headers["ETag"]

    answer = cem.get(ADDRESS, headers={"If-None-Match": tag})

    assert tag == f'"{picture_hash}-96"'
    assert (answer.status_code, answer.data) == (304, b"")
    assert cem.get(ADDRESS, query_string={"size": 48}).headers["ETag"] != tag


def test_b30_nobody_hidden_has_a_picture_whatever_the_browser_knows_of_it(
    app: Flask, cem: FlaskClient, picture_hash: str, as_admin: Callable[[], Browser]
) -> None:
    tag = cem.get(ADDRESS).headers["ETag"]
    with app.app_context(), transaction():
        get_person("ben").state = PersonState.MISSING

    hidden = cem.get(ADDRESS, query_string={"v": picture_hash}, headers={"If-None-Match": tag})
    missing = cem.get("/people/nobody/picture", query_string={"v": picture_hash})

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.headers["Cache-Control"] == missing.headers["Cache-Control"]
    assert hidden.headers["Cache-Control"] == "private, no-store"
    assert as_admin().client.get(ADDRESS).status_code == 200


def test_b30_the_hash_alone_opens_nothing(app: Flask, picture_hash: str) -> None:
    answer = app.test_client().get(ADDRESS, query_string={"v": picture_hash})

    assert answer.status_code == 302


def test_somebody_without_a_picture_has_none(cem: FlaskClient) -> None:
    assert cem.get("/people/ada/picture").status_code == 404


def test_b52_a_login_that_is_no_file_name_becomes_one(
    app: Flask, cem: FlaskClient, picture_hash: str
) -> None:
    with app.app_context(), transaction():
        person = get_person("ben")
        person.login = '../"бен"\r\nX: y'
        handle = f"id:{person.id}"

    answer = cem.get(f"/people/{handle}/picture")

    assert answer.headers["Content-Disposition"] == "inline; filename=X_y.jpg"
    assert "X" not in answer.headers


def test_who_has_a_picture_is_shown_with_it_and_the_others_by_initials(
    cem: FlaskClient, picture_hash: str
) -> None:
    page = Browser(cem).get("/people/ben")

    shown = page.select_one("section.hero img.av")
    assert shown is not None
    assert shown["src"] == f"{ADDRESS}?v={picture_hash}&size=256"
    assert (shown["alt"], shown["width"], shown["height"]) == ("", "128", "128")
    assert cem.get(str(shown["src"])).status_code == 200
    assert len(page.select("aside svg.av")) > 0


def test_a_small_picture_goes_out_as_it_is(app: Flask, cem: FlaskClient) -> None:
    with app.app_context(), PictureMaker() as maker:
        person_id = get_person("ada").id
        db.session.rollback()
        delivery = delivery_of(person_id, [a_picture("PNG", size=(30, 40))], maker)
        with transaction():
            keep([delivery])

    answer = cem.get("/people/ada/picture", query_string={"size": 512})

    assert decoded(answer.data).size == (30, 30)
