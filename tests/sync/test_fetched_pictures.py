"""Pictures come from a web server; it may be silent, wrong or hostile, and nobody loses one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.errors import AddressRefused, AddressUnavailable
from lupweb.options.registry import PICTURE_SOURCE, PICTURE_URL
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_category, define_field, restrict_category
from lupweb.profiles.picture_maker import PictureMaker
from lupweb.profiles.pictures import ShownPicture, picture_of
from lupweb.runs import service as runs
from lupweb.runs.models import Run
from lupweb.runs.states import CHANGES, FULL, RunState
from lupweb.runs.undone import paused_subjects
from lupweb.sync.fetched_pictures import SUBJECT, count_problems, perform
from lupweb.undo.service import undo
from tests.factories import a_local_group, a_local_person
from tests.profiles.drawing import BLUE, a_picture

SITE = "https://photos.example.com"
Answer = bytes | None | Exception


@dataclass
class Photos:
    """A web server, as the run sees it: addresses and what is there.

    :param meanwhile: what happens while it is asked
    """

    files: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None

    def open(self, address: str, most_bytes: int) -> Callable[[str], bytes | None]:
        assert address.startswith(f"{SITE}/")
        assert most_bytes == 8 * 1024 * 1024
        return self.fetch

    def fetch(self, address: str) -> bytes | None:
        self.asked.append(address.removeprefix(f"{SITE}/"))
        if self.meanwhile:
            self.meanwhile()
        found = self.files.get(self.asked[-1])
        if isinstance(found, Exception):
            raise found
        return found

    def run(self, mode: str = FULL, *, read_only: bool = False) -> Run:
        """Ask for pictures; return the run when it is over."""
        self.asked = []
        with transaction():
            run_id = runs.request(SUBJECT, trigger="test", mode=mode, reason="")
        perform(run_id, self.open, read_only=read_only)
        db.session.rollback()
        return runs.get_run(run_id)


@pytest.fixture
def photos(in_app: object) -> Photos:
    """Ada and Ben, and a server that has a picture of both."""
    for login in ("ada", "ben"):
        a_local_person(login)
    pictures_from(SITE + "/{login}.jpg")
    return Photos({"ada.jpg": a_picture(), "ben.jpg": a_picture(colour=BLUE)})


def pictures_from(template: str) -> None:
    with transaction():
        set_option(PICTURE_SOURCE, "url")
        set_option(PICTURE_URL, template)


def shown(login: str) -> ShownPicture | None:
    db.session.rollback()
    return picture_of(get_person(login), 128)


def noted(run: Run) -> dict[str, str]:
    return {each.login: each.text for each in runs.problems(run.id)}


def test_everybody_has_the_picture_at_the_own_address(photos: Photos) -> None:
    run = photos.run()

    assert (run.state, run.counters) == (RunState.DONE, {"pictures_changed": 2})
    ada, ben = shown("ada"), shown("ben")
    assert ada is not None
    assert ben is not None
    assert ada.content != ben.content
    assert ada.content not in (a_picture(), b"")  # made anew, as every picture is


def test_what_is_the_same_is_not_made_again_and_the_quick_run_asks_only_for_new_addresses(
    photos: Photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos.run()
    monkeypatch.setattr(PictureMaker, "make", lambda *_: pytest.fail("made again"))

    assert photos.run().counters == {}
    assert photos.asked == ["ada.jpg", "ben.jpg"]
    assert photos.run(CHANGES).counters == {}
    assert photos.asked == []
    a_local_person("cleo")
    photos.run(CHANGES)
    assert photos.asked == ["cleo.jpg"]


def test_another_address_is_asked_for_everybody_at_once(photos: Photos) -> None:
    photos.run()
    pictures_from(SITE + "/new/{email}")

    photos.run(CHANGES)

    assert photos.asked == ["new/ada%40example.com", "new/ben%40example.com"]


@pytest.mark.parametrize("answer", [AddressRefused("Too large."), b"<svg onload=alert(1)>", b""])
def test_b59_what_is_no_picture_is_listed_with_the_person_and_the_old_one_stays(
    photos: Photos, answer: Answer
) -> None:
    photos.run()
    before = shown("ada")
    photos.files["ada.jpg"] = answer

    run = photos.run()

    assert (run.state, run.counters) == (RunState.DONE, {"pictures_skipped": 1})
    assert noted(run).keys() == {"ada"}
    assert shown("ada") == before
    assert count_problems() == 1
    photos.files["ada.jpg"] = a_picture(colour=BLUE)
    photos.run()
    assert shown("ada") != before
    assert count_problems() == 0


def test_a_picture_that_is_not_there_any_more_goes(photos: Photos) -> None:
    photos.run()
    del photos.files["ada.jpg"]

    assert photos.run().counters == {"pictures_changed": 1}
    assert shown("ada") is None
    assert shown("ben") is not None


def test_pictures_that_vanish_all_at_once_stay(photos: Photos) -> None:
    people = [f"p{number:02}" for number in range(30)]
    for login in people:
        a_local_person(login)
        photos.files[f"{login}.jpg"] = a_picture()
    photos.run()
    photos.files.clear()

    run = photos.run()

    assert run.counters["pictures_held"] == 32
    assert all(shown(login) for login in ("ada", "ben", *people))
    assert "wrong address" in noted(run)[""]


def test_a_server_that_is_silent_is_left_alone_and_asked_again_in_the_next_run(
    photos: Photos,
) -> None:
    photos.run()
    files = dict(photos.files)
    for login in ("cleo", "dora", "emil"):
        a_local_person(login)
    photos.files = dict.fromkeys(
        [*files, "cleo.jpg", "dora.jpg", "emil.jpg"], AddressUnavailable("No answer.")
    )

    run = photos.run()

    assert (run.state, len(photos.asked)) == (RunState.PARTIAL, 3)
    assert "All pictures stay" in run.message
    assert shown("ada")
    photos.files = files
    assert photos.run(CHANGES).state == RunState.DONE
    assert photos.asked == ["ada.jpg", "ben.jpg", "cleo.jpg", "dora.jpg", "emil.jpg"]


def test_one_person_for_whom_the_server_is_silent_keeps_nobody_else_waiting(
    photos: Photos,
) -> None:
    photos.files["ada.jpg"] = AddressUnavailable("No answer.")

    run = photos.run()

    assert run.counters == {"pictures_changed": 1, "pictures_skipped": 1}
    assert shown("ben")


def test_nothing_is_told_to_another_system_that_not_everybody_may_read(photos: Photos) -> None:
    with transaction():
        define_category("staff", "Staff")
        define_field("badge", "Badge", category="staff")
    a_local_group("security")
    a_local_person("cleo", badge="4711")
    pictures_from(SITE + "/{badge}.jpg")
    photos.run()
    assert photos.asked == ["4711.jpg"]  # Ada and Ben have none
    with transaction():
        restrict_category("staff", applies_to=[], visible_to=["security"])

    run = photos.run()

    assert (run.state, photos.asked) == (RunState.REFUSED, [])
    assert "Not everybody may read “badge”" in run.message


def test_a_field_that_is_restricted_while_a_run_goes_on_ends_it(
    photos: Photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupweb.sync.picture_plan.BLOCK", 1)
    with transaction():
        define_category("staff", "Staff")
        define_field("badge", "Badge", category="staff")
    a_local_group("security")
    for login in ("cleo", "dora"):
        a_local_person(login, badge=login)
    pictures_from(SITE + "/{badge}")

    def restrict() -> None:
        with transaction():
            restrict_category("staff", applies_to=[], visible_to=["security"])

    photos.meanwhile = restrict

    run = photos.run()

    assert (run.state, photos.asked) == (RunState.PARTIAL, ["cleo"])


def test_read_only_mode_fetches_nothing(photos: Photos) -> None:
    run = photos.run(read_only=True)

    assert (run.state, photos.asked) == (RunState.REFUSED, [])
    assert "read-only" in run.message


def test_a_run_that_breaks_says_so_and_keeps_what_it_has(photos: Photos) -> None:
    photos.files["ben.jpg"] = ZeroDivisionError("a fault of ours")

    with pytest.raises(ZeroDivisionError):
        photos.run()

    db.session.rollback()
    last = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
    assert last is not None
    assert last.state == RunState.FAILED
    photos.files["ben.jpg"] = a_picture(colour=BLUE)
    assert photos.run(CHANGES).state == RunState.DONE
    assert shown("ben")


def taken_back(run: Run) -> Run:
    return runs.get_run(undo(run.id, trigger="test"))


def test_a_run_is_taken_back_and_what_it_fetched_is_not_taken_again(photos: Photos) -> None:
    photos.run()
    before = shown("ada")
    photos.files["ada.jpg"] = a_picture(colour=BLUE)
    wrong = photos.run()

    undone = taken_back(wrong)
    again = photos.run()

    assert "1 pictures as before" in undone.message
    assert (shown("ada"), again.counters) == (before, {})
    assert SUBJECT not in paused_subjects()
    photos.files["ada.jpg"] = a_picture(colour=(0, 128, 0))
    assert photos.run().counters == {"pictures_changed": 1}
    taken_back(undone)  # it comes too late for what has been changed since
    assert shown("ada") not in (before, None)


def test_a_picture_that_was_taken_away_comes_back_and_so_does_having_none(photos: Photos) -> None:
    first = photos.run()
    before = shown("ada")
    photos.files["ada.jpg"] = None
    gone = photos.run()
    assert shown("ada") is None

    taken_back(gone)
    assert shown("ada") == before
    taken_back(first)

    assert (shown("ada"), shown("ben")) == (None, None)
    pictures_from(SITE + "/{login}.jpg?other")
    photos.files["ada.jpg?other"] = a_picture()
    photos.run(CHANGES)
    assert shown("ada") is not None
