"""Pictures that people choose go to the directory, and come from there."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.errors import Forbidden, InvalidValue, NotFound
from lupweb.outbox.comparing import Held, what_is_held
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import PICTURE, Claimed
from lupweb.people.queries import get_person
from lupweb.profiles.models import Picture
from lupweb.profiles.picture_maker import Crop, PictureMaker
from lupweb.profiles.picture_writing import PICTURE_VALUES, largest_that_fits, with_picture
from lupweb.profiles.pictures import PreparedPicture, get_picture, prepared
from lupweb.profiles.queries import profile
from lupweb.profiles.uploads import change_picture, picture_desk, prepare_upload
from tests.databases import both_databases
from tests.factories import a_run
from tests.fakes import FakeDirectory
from tests.outbox.company import (
    answers,
    message,
    messages_of,
    open_message,
    takes,
    write_pictures_back,
)
from tests.profiles.drawing import BLUE, RED, a_picture
from tests.profiles.editing import ADMIN, layout, viewer_named


@pytest.fixture
def maker() -> Iterator[PictureMaker]:
    with PictureMaker() as maker:
        yield maker


@pytest.fixture
def old(company: FakeDirectory) -> bytes:
    """Let pictures go to the directory, which has one of Ada; return it."""
    content = a_picture(colour=RED)
    company.set("ada", "jpegPhoto", [content])
    write_pictures_back()
    a_run(company)
    return content


def hash_of_ada() -> str:
    end_reading()
    db.session.expire_all()
    return get_person("ada").picture_hash


def chooses(picture: PreparedPicture | None) -> None:
    with transaction():
        change_picture(viewer_named("ada"), "ada", picture)


def takes_picture() -> Claimed:
    (claimed,) = takes()
    with transaction():
        return with_picture(claimed)


@both_databases
def test_a_chosen_picture_is_seen_by_its_owner_and_goes_to_the_directory(
    company: FakeDirectory, old: bytes, maker: PictureMaker
) -> None:
    confirmed, new = hash_of_ada(), prepared(a_picture(colour=BLUE), maker)

    chooses(new)

    ada = viewer_named("ada")
    assert hash_of_ada() == confirmed
    assert profile(ada, layout(), "ada").card.picture == new.hash
    assert profile(ADMIN, layout(), "ada").card.picture == confirmed
    assert get_picture(ada, "ada", 48, new.hash).content == new.sizes[48]
    assert get_picture(Viewer(), "ada", 48, new.hash).hash == confirmed
    assert picture_desk(ada, "ada").hash == new.hash
    claimed = takes_picture()
    assert claimed.wanted.desired == [new.sizes[256]]
    assert what_is_held(claimed, PICTURE_VALUES, [old]) is Held.EXPECTED
    assert what_is_held(claimed, PICTURE_VALUES, claimed.wanted.desired) is Held.DESIRED
    assert what_is_held(claimed, PICTURE_VALUES, []) is Held.FOREIGN

    company.set("ada", "jpegPhoto", list(claimed.wanted.desired))
    answers(claimed, OutboxState.WRITTEN)
    a_run(company)

    assert hash_of_ada() == new.hash
    assert [each.state for each in messages_of("ada")] == ["written"]
    assert confirmed not in set(db.session.scalars(select(Picture.hash)))


def test_a_picture_that_is_taken_away_is_deleted_there(company: FakeDirectory, old: bytes) -> None:
    confirmed = hash_of_ada()

    chooses(None)

    assert profile(viewer_named("ada"), layout(), "ada").card.picture == ""
    assert hash_of_ada() == confirmed
    claimed = takes_picture()
    assert claimed.wanted.desired == []
    company.set("ada", "jpegPhoto", [])
    answers(claimed, OutboxState.WRITTEN)
    assert hash_of_ada() == ""
    with pytest.raises(NotFound):
        get_picture(viewer_named("ada"), "ada", 48)


def test_a_picture_that_the_directory_got_elsewhere_is_a_conflict(
    company: FakeDirectory, old: bytes, maker: PictureMaker
) -> None:
    new = prepared(a_picture(colour=BLUE), maker)
    chooses(new)
    company.set("ada", "jpegPhoto", [a_picture(size=(90, 90))])

    a_run(company)

    found = open_message("ada", PICTURE)
    assert found
    assert (found.state, found.new_value) == ("conflict", new.hash)
    assert get_picture(viewer_named("ada"), "ada", 48, new.hash).hash == new.hash


def test_a_picture_that_a_run_finds_written_is_the_one_that_was_chosen(
    company: FakeDirectory, old: bytes, maker: PictureMaker
) -> None:
    new = prepared(a_picture(colour=BLUE), maker)
    chooses(new)
    company.set("ada", "jpegPhoto", [new.sizes[256]])

    a_run(company)

    (kept,) = messages_of("ada")
    assert (kept.state, hash_of_ada()) == ("written", new.hash)


def test_the_last_of_several_pictures_is_kept_and_the_others_go(
    company: FakeDirectory, old: bytes, maker: PictureMaker
) -> None:
    first = prepared(a_picture(colour=BLUE), maker)
    second = prepared(a_picture(size=(120, 120)), maker)
    chooses(first)
    chooses(second)

    (kept,) = messages_of("ada")
    assert kept.new_value == second.hash
    kept_hashes = set(db.session.scalars(select(Picture.hash)))
    assert kept_hashes == {hash_of_ada(), second.hash}


def test_a_thumbnail_is_small(company: FakeDirectory, old: bytes, maker: PictureMaker) -> None:
    chooses(prepared(a_picture(colour=BLUE), maker))
    (claimed,) = takes()
    place = claimed.place.__class__(**{**vars(claimed.place), "attribute": "thumbnailPhoto"})

    with transaction():
        made = with_picture(claimed.__class__(**{**vars(claimed), "place": place}))

    (content,) = made.wanted.desired
    assert content == prepared(a_picture(colour=BLUE), maker).sizes[96]
    assert message(claimed.id).state == "leased"


@pytest.mark.parametrize(
    ("attribute", "most", "size"),
    [
        ("jpegPhoto", None, 512),
        ("jpegPhoto", 90_000, 192),
        ("jpegPhoto", 8_000, None),  # not even the smallest
        ("thumbnailPhoto", None, 96),
        ("thumbnailPhoto", 9_000, None),
    ],
)
def test_b105_the_largest_square_that_the_directory_takes_is_sent(
    attribute: str, most: int | None, size: int | None
) -> None:
    sizes = {0: b"whole", 96: b"9" * 10_000, 192: b"1" * 80_000, 512: b"5" * 200_000}

    found = largest_that_fits(sizes, attribute, most)

    assert found == (sizes[size] if size else None)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"binary": False}, "holds text in jpegPhoto"),
        ({"longest": 100}, "cannot be saved to the directory"),
        ({"modifiable": False}, "never saved to a directory"),
    ],
)
def test_b105_a_picture_that_cannot_be_held_is_refused_before_anything_is_stored(
    company: FakeDirectory, old: bytes, facts: dict[str, Any], sentence: str
) -> None:
    with transaction():
        directory = db.session.scalars(select(Directory)).one()
        said = {"names": ["jpegPhoto"], "syntax": "", "single": False, "modifiable": True}
        said |= {"longest": None, "binary": True, "counts_characters": True, **facts}
        directory.attributes = {**directory.attributes, "jpegphoto": said}
    desk = picture_desk(viewer_named("ada"), "ada")
    end_reading()

    with pytest.raises(InvalidValue, match=sentence):
        prepare_upload(desk, a_picture(colour=BLUE), Crop())

    assert messages_of("ada") == []


def test_a_picture_from_ldap_is_locked_while_nothing_is_saved_there(
    company: FakeDirectory, old: bytes, maker: PictureMaker
) -> None:
    with transaction():
        db.session.scalars(select(Directory)).one().writes = False
    new = prepared(a_picture(colour=BLUE), maker)

    with pytest.raises(Forbidden):
        chooses(new)
