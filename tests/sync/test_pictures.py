"""Pictures come from the directory: an entry at a time, and a bad one takes nobody's away."""

from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.service import facts_of, get_directory
from lupweb.errors import DirectoryUnavailable, LeaseLost
from lupweb.ldap.entry import Entry
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import Picture, PictureSource
from lupweb.profiles.picture_maker import MOST_BYTES, PictureMaker
from lupweb.profiles.pictures import mark_all_due, mark_due
from lupweb.runs import service as runs
from lupweb.runs.leases import take
from lupweb.sync import pictures
from lupweb.sync.pictures import read_pictures
from lupweb.sync.task import Task
from tests.databases import counted_queries
from tests.factories import READER, READER_PASSWORD, SECRET_KEY, a_run, an_approved_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.drawing import BLUE, a_picture

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture
def company(company: FakeDirectory) -> FakeDirectory:
    """The company, synchronized; nobody's picture is known to be up to date."""
    a_run(company)
    with transaction():
        mark_all_due()
    return company


def a_task() -> Task:
    with transaction():
        lease = take("pictures", "test")
        run_id = runs.start("pictures", trigger="test", mode="full", reason="")
        facts = facts_of(get_directory("main"), SECRET_KEY)
        return Task(run_id, facts, load_layout(), lease, is_first=False, options={})


def read(
    directory: FakeDirectory, attribute: str = "jpegPhoto", task: Task | None = None
) -> tuple[Counter[str], dict[str, str]]:
    """Read the pictures; return the counters, and what was noted by login."""
    task = task or a_task()
    try:
        with directory.connect() as session:
            session.bind(READER, READER_PASSWORD)
            counters = read_pictures(task, session, attribute)
    finally:
        with transaction():
            task.lease.release()
    noted = {each.login: each.text for each in runs.problems(task.run_id)}
    end_reading()
    return counters, noted


def picture_of(login: str) -> str:
    db.session.rollback()
    return get_person(login).picture_hash


def due_again(*logins: str) -> None:
    with transaction():
        mark_due([get_person(login).id for login in logins])


def test_a_picture_comes_from_its_entry(company: FakeDirectory) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])

    counters, noted = read(company)

    assert (counters, noted) == ({"pictures_changed": 1}, {})
    assert picture_of("ada") != picture_of("ben") == ""


def test_what_did_not_change_is_not_made_again(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])
    read(company)
    due_again("ada")
    monkeypatch.setattr(PictureMaker, "make", lambda *_: pytest.fail("made again"))

    assert read(company) == ({}, {})
    assert read(company) == ({}, {})


def test_only_the_entries_that_are_due_are_asked(company: FakeDirectory) -> None:
    read(company)
    due_again("ben")
    before = len(company.server.questions)

    read(company)

    asked = [each for each in company.server.questions[before:] if each.startswith("read ")]
    assert asked == ["read uid=ben,ou=people,dc=example,dc=com"]


@pytest.mark.parametrize("values", [[SVG], [b"\x00" * (MOST_BYTES + 1)], [a_picture()[:300], SVG]])
def test_b59_a_bad_picture_keeps_the_old_one_and_is_listed_with_the_person(
    company: FakeDirectory, values: Sequence[bytes]
) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])
    company.set("ben", "jpegPhoto", [a_picture(colour=BLUE)])
    read(company)
    before = picture_of("ada")
    company.set("ada", "jpegPhoto", values)
    due_again("ada", "ben")

    counters, noted = read(company)

    assert counters == {"pictures_skipped": 1}
    assert noted.keys() == {"ada"}
    assert "Picture skipped" in noted["ada"]
    assert picture_of("ada") == before
    assert db.session.get_one(PictureSource, get_person("ada").id).problem in noted["ada"]
    assert read(company) == ({}, {})


def test_a_picture_that_was_taken_away_in_the_directory_goes(company: FakeDirectory) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])
    read(company)
    company.set("ada", "jpegPhoto", [])
    due_again("ada")

    assert read(company) == ({"pictures_changed": 1}, {})
    assert picture_of("ada") == ""


def test_many_pictures_that_vanish_at_once_stay_and_are_asked_for_again(
    company: FakeDirectory,
) -> None:
    logins = [f"p{number}" for number in range(21)]
    for login in logins:
        an_entry(company, login)
        company.set(login, "jpegPhoto", [a_picture(size=(9, 9))])
    an_approved_run(company)
    with transaction():
        mark_all_due()
    read(company)
    kept = picture_of("p0")
    for login in logins:
        company.set(login, "jpegPhoto", [])
    due_again(*logins)

    for _twice in range(2):
        counters, noted = read(company)
        assert counters == {"pictures_held": 21}
        assert "missing right" in noted[""]
        assert picture_of("p0") == kept != ""


def test_an_entry_that_is_gone_leaves_the_picture_and_is_asked_again(
    company: FakeDirectory,
) -> None:
    company.set("ben", "jpegPhoto", [a_picture()])
    read(company)
    due_again("ben")
    company.delete("ben")

    counters, noted = read(company)

    assert counters == {"pictures_skipped": 1}
    assert noted.keys() == {"ben"}
    assert picture_of("ben") != ""
    assert read(company)[0] == {"pictures_skipped": 1}


def test_an_attribute_that_the_directory_does_not_know_takes_nobodys_picture(
    company: FakeDirectory,
) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])
    read(company)
    due_again("ada")

    counters, noted = read(company, "jpegFoto")

    assert counters == {}
    assert "jpegFoto" in noted[""]
    assert picture_of("ada") != ""


def test_pictures_that_were_lost_are_made_again(company: FakeDirectory) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])
    read(company)
    with transaction():
        db.session.query(Picture).delete()

    read(company)

    assert db.session.scalar(select(func.count(Picture.hash))) == 3


def test_b86_an_entry_is_asked_alone_and_for_nothing_but_the_picture(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[str]] = []
    original = FakeDirectory.read

    def noted(self: FakeDirectory, dn: str, attributes: Sequence[str]) -> Entry:
        asked.append(attributes)
        return original(self, dn, attributes)

    monkeypatch.setattr(FakeDirectory, "read", noted)

    read(company)

    assert asked == [["jpegPhoto"]] * 5


def test_b86_a_value_of_100_mb_is_refused_and_the_next_person_is_read(
    company: FakeDirectory,
) -> None:
    company.set("ada", "jpegPhoto", [bytes(100_000_000)])
    company.set("ben", "jpegPhoto", [a_picture()])

    counters, noted = read(company)

    assert counters == {"pictures_skipped": 1, "pictures_changed": 1}
    assert "10 MiB" in noted["ada"]


def test_a_server_that_dies_on_the_way_takes_nobodys_picture_and_the_next_run_goes_on(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "BLOCK", 2)
    for login in ("ada", "ben", "cem", "dea", "eve"):
        company.set(login, "jpegPhoto", [a_picture(size=(9, 9))])
    original = FakeDirectory.read

    def dying(self: FakeDirectory, dn: str, attributes: Sequence[str]) -> Entry:
        if "uid=dea" in dn:
            company.go_down()
        return original(self, dn, attributes)

    monkeypatch.setattr(FakeDirectory, "read", dying)
    with pytest.raises(DirectoryUnavailable):
        read(company)
    monkeypatch.undo()
    company.come_up()

    assert pictured() == 2
    assert read(company)[0] == {"pictures_changed": 3}
    assert pictured() == 5


def test_a_run_that_lost_its_lease_keeps_no_picture(company: FakeDirectory) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])
    task = a_task()
    with transaction():
        task.lease.release()
        take("pictures", "another")

    with pytest.raises(LeaseLost):
        read(company, task=task)

    assert pictured() == 0


def test_the_number_of_statements_does_not_grow_with_the_people(company: FakeDirectory) -> None:
    for login in ("ada", "ben", "cem", "dea", "eve"):
        company.set(login, "jpegPhoto", [a_picture(size=(9, 9), colour=(len(login), 0, 0))])
    read(company)
    due_again("ada")
    with counted_queries() as one:
        read(company)
    due_again("ada", "ben", "cem", "dea", "eve")

    with counted_queries() as five:
        read(company)

    assert len(five) == len(one)


def test_a_maker_that_does_not_start_is_one_line_of_the_run(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.set("ada", "jpegPhoto", [a_picture()])
    monkeypatch.setattr("lupweb.profiles.picture_maker.CHILD", "/nowhere.py")

    counters, noted = read(company)

    assert counters == {}
    assert "does not start" in noted[""]
    monkeypatch.undo()
    assert read(company)[0] == {"pictures_changed": 1}


def pictured() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Person.id)).where(Person.picture_hash != "")) or 0
