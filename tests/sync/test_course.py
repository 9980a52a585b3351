"""How a run went: time of each phase, pages, bytes, retries, marks, the next run (sync.md 16)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.runs.models import Schedule
from lupweb.runs.service import get_run
from lupweb.sync import course
from lupweb.sync.course import APPLYING, OTHER, READING, Course
from lupweb.sync.records import details
from tests.factories import a_run
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read

DUE = datetime(2030, 1, 2, 1, 11, tzinfo=UTC)


def went(run_id: int) -> dict[str, Any]:
    db.session.rollback()
    return get_run(run_id).course


def test_a_second_counts_once_for_the_innermost_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 7.0, 15.0, 31.0])
    monkeypatch.setattr(course, "monotonic", lambda: next(clock))
    told = Course(_began=next(clock))

    with told.phase(READING), told.phase(APPLYING):
        pass
    seconds = {each["phase"]: each["seconds"] for each in told.document({}, {}, None)["phases"]}

    assert seconds == {OTHER: 1.0 + 16.0, READING: 2.0 + 8.0, APPLYING: 4.0}


def test_the_phases_of_a_run_add_up_to_the_time_it_took(company: FakeDirectory) -> None:
    run_id = a_run(company)
    told, took = went(run_id), details(run_id)["seconds"]

    assert {each["phase"] for each in told["phases"]} >= {
        "probing", "reading", "applying", "groups", "retiring", "linking",
    }  # fmt: skip
    assert sum(each["seconds"] for each in told["phases"]) <= took + 0.5
    assert (told["pages"], told["questions"], told["retries"]) == (1, 0, 0)


def test_a_run_of_changes_tells_for_how_many_questions_it_read_people_whole(
    company: FakeDirectory,
) -> None:
    a_run(company)
    company.set("ada", "l", [b"Kiel"])

    told = went(changes_read(company)["run"])

    assert (told["pages"], told["questions"]) == (1, 1)


def test_what_had_to_begin_again_is_counted(company: FakeDirectory) -> None:
    connect, left = company.connect, [2]

    def unreliable(*server: object) -> FakeDirectory:
        company.fail_at_page(1 if left[0] > 0 else 0)
        left[0] -= 1
        return connect(*server)

    company.connect = unreliable  # type: ignore[method-assign]

    assert went(a_run(company))["retries"] == 2


def test_the_record_names_the_marks_and_the_next_run_of_people(company: FakeDirectory) -> None:
    with transaction():
        directory = db.session.query(Directory).one()
        directory.server = {"marks": ["20260101000000.000000Z#000000#000#000000"]}
        db.session.add(Schedule(subject="directory:main", mode="full", cron="", next_at=DUE))
        early = DUE.replace(year=2029)
        db.session.add(Schedule(subject="directory:main", mode="groups", cron="", next_at=early))

    shown = details(a_run(company))

    assert shown["marks"]["before"] == "20260101000000.000000Z#000000#000#000000"
    assert shown["next"] == DUE.isoformat()


def test_a_run_that_failed_keeps_no_mark_and_tells_its_time_all_the_same(
    company: FakeDirectory,
) -> None:
    a_run(company)
    company.refuse_credentials()

    told = went(a_run(company))

    assert told["marks"] == {"before": None, "after": None}
    assert told["phases"]
