"""Pictures that people choose: whose they are, who may change them, what is kept and told."""

import pytest

from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.errors import Forbidden, InvalidValue, NotFound, ReadOnlyMode
from lupweb.notices.service import unread
from lupweb.options.registry import (
    PICTURE_MAX_MB,
    PICTURE_MAX_MEGAPIXELS,
    PICTURE_SOURCE,
    READ_ONLY,
)
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.models import Picture
from lupweb.profiles.picture_maker import SIZES, WHOLE, Crop
from lupweb.profiles.pictures import PreparedPicture
from lupweb.profiles.uploads import (
    MB,
    change_picture,
    cut,
    picture_desk,
    prepare_upload,
    read_crop,
    whole_picture,
)
from tests.databases import both_databases, counted_queries
from tests.profiles.drawing import a_picture, decoded
from tests.profiles.editing import ADMIN, viewer_named

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture(autouse=True)
def _own_pictures(office: None) -> None:
    with transaction():
        set_option(PICTURE_SOURCE, "user")


def upload(login: str, content: bytes = a_picture(size=(900, 600)), **crop: int) -> PreparedPicture:
    """Prepare a picture that its owner uploads."""
    desk = picture_desk(viewer_named(login), login)
    db.session.rollback()
    return prepare_upload(desk, content, Crop(**crop))


def keep(viewer_login: str, login: str, picture: PreparedPicture | None) -> bool:
    with transaction():
        return change_picture(viewer_named(viewer_login), login, picture)


def kept() -> list[tuple[str, int]]:
    return [tuple(row) for row in db.session.execute(db.select(Picture.hash, Picture.size))]


@both_databases
def test_a_picture_is_kept_in_its_sizes_and_whole_and_replaces_the_one_before() -> None:
    first, second = upload("ada"), upload("ada", zoom_percent=200)

    assert keep("ada", "ada", first)
    assert not keep("ada", "ada", first)
    assert keep("ada", "ada", second)

    assert sorted(kept()) == [(second.hash, size) for size in (WHOLE, *SIZES)]
    assert get_person("ada").picture_hash == second.hash
    assert [each.field_key for each in db.session.scalars(db.select(History))] == ["@picture"] * 2


def test_two_people_with_the_same_photograph_have_a_picture_each() -> None:
    ada, ben = upload("ada"), upload("ben")
    keep("ada", "ada", ada)
    keep("ben", "ben", ben)

    keep("ada", "ada", None)

    assert ada.hash != ben.hash
    assert {hash_ for hash_, _size in kept()} == {ben.hash}


def test_another_part_is_cut_from_the_whole_which_stays_as_it_is() -> None:
    keep("ada", "ada", upload("ada"))
    desk = picture_desk(viewer_named("ada"), "ada")
    whole = whole_picture(desk)
    db.session.rollback()

    again = cut(desk, whole, Crop(300, 0, 100))

    assert desk.can_be_cut
    assert again.sizes[WHOLE] == whole
    assert decoded(again.sizes[96]).size == (96, 96)
    assert max(again.sizes) == 256
    assert decoded(again.sizes[256]).size == (200, 200)


def test_a_whole_picture_is_no_larger_than_it_has_to_be() -> None:
    whole = decoded(upload("ada", a_picture(size=(4_000, 2_000))).sizes[WHOLE])

    assert whole.size == (1536, 768)


@pytest.mark.parametrize("size", [(1, 1), (3_000, 1), (1, 3_000), (2, 2)])
@pytest.mark.parametrize("zoom", [100, 300])
def test_the_smallest_pictures_have_all_their_sizes(size: tuple[int, int], zoom: int) -> None:
    sizes = upload("ada", a_picture("PNG", size=size), zoom_percent=zoom).sizes

    assert decoded(sizes[48]).size == (1, 1) or size == (2, 2)


def test_who_may_not_edit_may_not_change_the_picture() -> None:
    picture = upload("ada")

    with pytest.raises(Forbidden):
        keep("ben", "ada", picture)
    with pytest.raises(NotFound):
        keep("ada", "nobody", picture)

    assert kept() == []


def test_the_owner_is_told_who_changed_the_picture() -> None:
    picture = upload("ada")
    with transaction():
        change_picture(ADMIN, "ada", picture)

    (notice,) = unread(viewer_named("ada"))

    assert notice.about == {"by": "", "fields": ["@picture"]}


@pytest.mark.parametrize("source", ["url", "ldap"])
def test_where_pictures_come_from_elsewhere_they_are_locked(source: str) -> None:
    with transaction():
        set_option(PICTURE_SOURCE, source)
    desk = picture_desk(viewer_named("ada"), "ada")

    # nobody here is in a directory, so nothing else could supply a picture
    assert (desk.lock is None) == (source == "ldap")


def test_in_read_only_mode_nothing_is_changed() -> None:
    picture = upload("ada")
    with transaction():
        set_option(READ_ONLY, True)

    with pytest.raises(ReadOnlyMode):
        keep("ada", "ada", picture)


def test_more_than_8_mib_are_refused_unread() -> None:
    with pytest.raises(InvalidValue, match="8 MB"):
        upload("ada", bytes(8 * MB + 1))


@pytest.mark.parametrize(
    "typed", [{}, {"zoom_percent": ""}, {"zoom_percent": " 100 ", "down": "50"}]
)
def test_what_is_not_typed_is_the_middle(typed: dict[str, str]) -> None:
    assert read_crop(typed) == Crop(100, 50, 50)


@pytest.mark.parametrize(
    "text", ["99", "301", "1e2", "-1", "٣٠٠", "9" * 5_000, "NaN", "100.5", "\0"]
)
def test_what_is_no_number_in_its_limits_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="from 100 to 300"):
        read_crop({"zoom_percent": text})


def test_what_a_desk_shows_takes_a_constant_number_of_queries() -> None:
    keep("ada", "ada", upload("ada"))

    with counted_queries() as sent:
        picture_desk(viewer_named("ada"), "ada")

    assert len(sent) <= 9


def test_administrators_allow_smaller_pictures_only() -> None:
    with transaction():
        set_option(PICTURE_MAX_MB, 1)
        set_option(PICTURE_MAX_MEGAPIXELS, 1)

    with pytest.raises(InvalidValue, match="more than 1 MB"):
        upload("ada", bytes(MB + 1))
    with pytest.raises(InvalidValue, match="more than 1 million pixels"):
        upload("ada", a_picture(size=(1200, 1200)))
