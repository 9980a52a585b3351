"""Who has which picture, and who gets it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.database import db, transaction
from lupweb.errors import NotFound
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.models import Picture, PictureSource
from lupweb.profiles.picture_maker import PictureMaker
from lupweb.profiles.pictures import (
    Delivery,
    PreparedPicture,
    delivery_of,
    get_picture,
    hash_of,
    keep,
    mark_all_due,
    mark_due,
    prepared,
    settle,
)
from tests.databases import both_databases, counted_queries
from tests.profiles.drawing import BLUE, RED, a_picture, decoded, is_close

pytestmark = pytest.mark.usefixtures("in_app")
EMPLOYEE = Viewer()
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture
def maker() -> Iterator[PictureMaker]:
    with PictureMaker() as maker:
        yield maker


@pytest.fixture
def ada(in_app: Flask) -> int:
    return a_person("ada")


def a_person(login: str, state: PersonState = PersonState.ACTIVE) -> int:
    with transaction():
        person = Person(login=login, login_folded=login, name=login, sort_name=login, state=state)
        db.session.add(person)
        db.session.flush()
        return person.id


def delivered(person_id: int, name: str, problem: str = "") -> Delivery:
    """Return a delivery of a picture that is made of three letters."""
    sizes = {size: f"{name} {size}".encode() for size in (48, 96, 256)}
    picture = PreparedPicture(name, sizes) if name and not problem else None
    return Delivery(person_id, hash_of([name.encode()]), picture, problem)


def kept(*deliveries: Delivery) -> list[int]:
    with transaction():
        return keep(deliveries)


def picture_of(person_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Person, person_id).picture_hash


def stored_pictures() -> int:
    return db.session.scalar(select(func.count(Picture.hash.distinct()))) or 0


def source_of(person_id: int) -> PictureSource:
    db.session.rollback()
    return db.session.get_one(PictureSource, person_id)


@both_databases
def test_a_picture_is_kept_once_for_all_who_have_it_and_goes_with_the_last(ada: int) -> None:
    ben = a_person("ben")

    assert kept(delivered(ada, "one"), delivered(ben, "one")) == [ada, ben]
    assert stored_pictures() == 1
    assert kept(delivered(ada, "two")) == [ada]
    assert stored_pictures() == 2
    assert kept(delivered(ben, "two")) == [ben]
    assert stored_pictures() == 1
    assert kept(delivered(ada, ""), delivered(ben, "")) == [ada, ben]
    assert (picture_of(ada), stored_pictures()) == ("", 0)


def test_a_picture_that_cannot_be_used_leaves_the_one_of_before(ada: int) -> None:
    kept(delivered(ada, "one"))

    assert kept(delivered(ada, "", problem="Not a picture.")) == []

    assert picture_of(ada) == "one"
    assert source_of(ada).problem == "Not a picture."
    assert stored_pictures() == 1


def test_the_same_picture_again_changes_nothing(ada: int) -> None:
    kept(delivered(ada, "one"))

    assert kept(delivered(ada, "one")) == []


def test_a_person_who_was_purged_meanwhile_is_passed_over(ada: int) -> None:
    assert kept(delivered(ada + 1, "one"), delivered(ada, "two")) == [ada]


def test_however_many_pictures_are_kept_the_number_of_statements_is_the_same() -> None:
    people = [a_person(f"p{number}") for number in range(20)]
    with counted_queries() as few:
        kept(delivered(people[0], "one"))
    with counted_queries() as many:
        kept(*(delivered(each, f"n{each}") for each in people))

    assert len(many) <= len(few) + 1  # what nobody has any more goes


def test_a_source_is_due_until_it_was_asked(ada: int) -> None:
    ben = a_person("ben")
    kept(delivered(ada, "one"), delivered(ben, "one"))
    with transaction():
        mark_due([ada])
    assert (source_of(ada).is_due, source_of(ben).is_due) == (True, False)
    with transaction():
        settle([ada])
    assert not source_of(ada).is_due
    with transaction():
        mark_all_due()
    assert source_of(ada).is_due
    assert source_of(ben).is_due
    kept(delivered(ada, "one"))
    assert not source_of(ada).is_due


def test_b59_of_several_pictures_the_largest_that_works_is_taken_in_any_order(
    maker: PictureMaker,
) -> None:
    small, large = a_picture(colour=BLUE), a_picture(size=(900, 900))
    broken = SVG + bytes(100_000)
    huge = bytes(11 * 1024 * 1024)

    one = delivery_of(1, [small, huge, broken, large], maker)
    other = delivery_of(1, [large, broken, small, huge], maker)

    assert one == other
    assert one.problem == ""
    assert one.picture == prepared(large, maker)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([SVG], "no JPEG, PNG or WebP"),
        ([bytes(20 * 1024 * 1024)], "10 MiB"),
        ([b""], "zero bytes"),
        ([b"", SVG], "no JPEG, PNG or WebP"),
    ],
)
def test_b59_where_nothing_can_be_used_the_reason_is_said(
    maker: PictureMaker, values: list[bytes], said: str
) -> None:
    delivery = delivery_of(1, values, maker)

    assert delivery.picture is None
    assert said in delivery.problem


def test_a_source_without_a_picture_is_no_problem(maker: PictureMaker) -> None:
    assert delivery_of(1, [], maker) == Delivery(1, hash_of([]))


def test_only_three_of_many_broken_pictures_are_tried() -> None:
    class Counting(PictureMaker):
        asked = 0

        def make(self, content: bytes) -> dict[int, bytes]:
            self.asked += 1
            return super().make(content)

    with Counting() as maker:
        delivery_of(1, [SVG + bytes(number) for number in range(50)], maker)

    assert maker.asked == 3


@pytest.mark.parametrize(
    ("asked", "sent"),
    [(-5, 48), (1, 48), (48, 48), (49, 96), (96, 96), (200, 256), (512, 256), (10**12, 256)],
)
def test_the_next_larger_size_is_sent_or_the_largest_there_is(
    ada: int, asked: int, sent: int
) -> None:
    kept(delivered(ada, "one"))

    shown = get_picture(EMPLOYEE, "ada", asked)

    assert (shown.size, shown.content) == (sent, f"one {sent}".encode())


def test_a_real_picture_comes_out_as_it_was_made(ada: int, maker: PictureMaker) -> None:
    kept(delivery_of(ada, [a_picture()], maker))

    assert is_close(decoded(get_picture(EMPLOYEE, "ada", 96).content).getpixel((9, 9)), RED)


def test_b30_a_hidden_person_and_a_missing_one_have_no_picture(ada: int) -> None:
    gone = a_person("gone", PersonState.MISSING)
    kept(delivered(gone, "one"))

    for handle in ("gone", f"id:{gone}", "nobody", "ada"):
        with pytest.raises(NotFound):
            get_picture(EMPLOYEE, handle, 96)
    assert get_picture(Viewer(role=Role.ADMINISTRATOR), "gone", 96).hash == "one"
