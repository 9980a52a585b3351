"""The other LDAP: values of people who are here, and nothing else (sync.md section 14)."""

from typing import Any

import pytest
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.models import Directory, Identity
from lupweb.directories.service import get_directory
from lupweb.jobs.timetable import wanted
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.states import AUTO, CHANGES, FULL, RunState
from lupweb.sources import delivery
from lupweb.sync import service
from tests.factories import SECRET_KEY
from tests.fakes import FakeDirectory
from tests.sources.conftest import is_locked, noted, person, values
from tests.sources.other import OTHER, READER, UPDATES, Other, other

__all__ = ["other"]


def test_values_come_from_it_exclusively_and_nobody_is_made_or_tied_to_it(other: Other) -> None:
    other.add("zoe", roomNumber="9")

    run = other.run()

    assert (run.state, run.mode, run.subject) == (RunState.DONE, FULL, "directory:other")
    assert run.counters == {
        "seen": 3, "changed": 1, "unchanged": 1, "skipped": 1, "values_changed": 1,
    }  # fmt: skip
    assert values("ada") == {"room": "1.01"}
    origin = person("ada").provenance["room"]
    assert (origin["source"], origin["directory"]) == ("alternative_ldap", "other")
    assert db.session.scalars(select(Person.login).order_by(Person.id)).all() == [
        "ada", "ben", "cem",
    ]  # fmt: skip
    assert db.session.scalars(select(Identity)).all() == []


def test_who_is_there_is_locked_with_or_without_a_value_and_who_is_not_is_free(
    other: Other,
) -> None:
    other.run()
    assert [is_locked(login) for login in ("ada", "ben", "cem")] == [True, True, False]
    other.server.delete(f"uid=ADA,{OTHER}")

    assert other.run().counters == {"seen": 1, "unchanged": 1}

    assert values("ada") == {"room": "1.01"}
    assert [is_locked(login) for login in ("ada", "ben", "cem")] == [False, True, False]


def test_an_entry_without_the_attribute_empties_the_field(other: Other) -> None:
    other.run()
    other.server.set(f"uid=ADA,{OTHER}", "roomNumber", [])

    assert other.run().counters["changed"] == 1
    assert values("ada") == {}
    assert is_locked("ada")


def test_below_the_guard_only_and_what_is_held_can_be_released(
    other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LEAST_CLEARED", 1)
    other.server.set(f"uid=ben,{OTHER}", "roomNumber", [b"1.02"])
    other.run()
    for uid in ("ADA", "ben"):
        other.server.set(f"uid={uid},{OTHER}", "roomNumber", [])

    run = other.run()

    assert run.state == RunState.HELD
    assert run.counters == {"seen": 2, "skipped": 2, "held": 2}
    assert values("ada") == {"room": "1.01"}
    with transaction():
        person("ben").document = {"values": {"room": "7"}}
    service.approve(run.id, run.held_digest)
    db.session.rollback()
    assert (values("ada"), values("ben")) == ({}, {"room": "7"})
    assert runs.get_run(run.id).state == RunState.PARTIAL
    assert runs.get_run(run.id).counters == {"seen": 2, "changed": 2, "values_changed": 1}
    assert noted(run).keys() == {"", "ben"}


def test_two_entries_of_one_login_are_listed_and_none_of_them_is_taken(other: Other) -> None:
    other.add("ada", at="other-ada", roomNumber="7")

    run = other.run()

    assert run.counters == {"seen": 3, "unchanged": 1, "skipped": 2}
    assert "Several entries" in noted(run)["ada"]
    assert values("ada") == {}


@pytest.mark.parametrize("columns", [{"user_filter": "(uid=nobody)"}, {"base_dn": READER}])
def test_nobody_found_is_no_fact_about_people(other: Other, columns: dict[str, str]) -> None:
    other.run()
    other.change(**columns)

    run = other.run()

    assert run.state in {RunState.REFUSED, RunState.FAILED}
    assert is_locked("ada")
    assert values("ada") == {"room": "1.01"}


def test_an_answer_that_breaks_off_changes_nothing(other: Other) -> None:
    other.server.limit_size(1)

    assert other.run().state == RunState.FAILED
    assert values("ada") == {}
    other.server.limit_size(0)
    other.server.go_down()
    assert other.run().state == RunState.FAILED
    assert get_directory("other").state == "failed"


def test_an_attribute_that_it_does_not_know_is_not_asked_for_and_the_values_stay(
    other: Other,
) -> None:
    other.run()
    with transaction():
        define_field(
            "desk", "Desk", category="work", source=Source.ALTERNATIVE_LDAP, attribute="deskNo"
        )
    with transaction():
        person("ada").document = {"values": {"room": "1.01", "desk": "7"}}

    run = other.run()

    assert values("ada") == {"room": "1.01", "desk": "7"}
    assert "knows no attribute “deskNo”" in noted(run)[""]


def test_only_who_changed_is_read_where_that_can_be_asked(other: Other) -> None:
    other.change(update_filter=UPDATES)
    first = other.run(AUTO)
    assert (first.mode, first.state) == (FULL, RunState.DONE)
    assert get_directory("other").last_sync_date != ""
    for uid in ("ADA", "ben"):
        other.server.server.entries[f"uid={uid.lower()},{OTHER}"].values["modifyTimestamp"] = [
            b"20200101000000Z"
        ]
    other.server.set(f"uid=ben,{OTHER}", "roomNumber", [b"1.02"])

    run = other.run(CHANGES)

    assert (run.mode, run.state) == (CHANGES, RunState.DONE)
    assert run.counters == {"seen": 1, "changed": 1, "values_changed": 1}
    assert values("ben") == {"room": "1.02"}
    assert is_locked("ada")  # not read, so nothing is said of her


def test_a_second_entry_of_a_login_is_seen_also_if_only_one_of_them_changed(
    other: Other,
) -> None:
    other.change(update_filter=UPDATES)
    other.run()
    other.server.server.entries[f"uid=ada,{OTHER}"].values["modifyTimestamp"] = [b"20200101000000Z"]
    other.add("ada", at="other-ada", roomNumber="7")

    run = other.run(CHANGES)

    assert "Several entries" in noted(run)["ada"]
    assert values("ada") == {"room": "1.01"}


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({}, "does not name [last_sync_timestamp]"),
        ({"update_filter": UPDATES, "last_sync_date": ""}, "no date of a last run"),
        ({"update_filter": UPDATES, "timestamp_pattern": "yyyy.MM.dd"}, "by its own stamp"),
        ({"update_filter": UPDATES, "incremental": False}, "each run is to read everything"),
    ],
)
def test_without_a_placeholder_a_date_or_a_pattern_that_is_proved_everybody_is_read(
    other: Other, columns: dict[str, Any], why: str
) -> None:
    other.run()
    other.change(**columns)

    run = other.run(CHANGES)

    assert (run.mode, run.state) == (FULL, RunState.DONE)
    assert why in run.reason
    assert run.counters["seen"] == 2


def test_a_date_that_was_entered_meanwhile_stays(other: Other) -> None:
    class Meanwhile(FakeDirectory):
        def bind(self, dn: str, password: str) -> None:
            super().bind(dn, password)
            other.change(last_sync_date="01-01-2020 00:00:00")
            db.session.rollback()

    run_id = service.run(
        "other",
        secret_key=SECRET_KEY,
        connect=lambda _server: Meanwhile(server=other.server.server),
        trigger="test",
    )

    assert runs.get_run(run_id).state == RunState.DONE
    assert get_directory("other").last_sync_date == "01-01-2020 00:00:00"


def test_people_in_its_values_are_those_whose_entries_it_names(other: Other) -> None:
    with transaction():
        define_field(
            "boss", "Boss", category="work", type_key="user_select",
            source=Source.ALTERNATIVE_LDAP, attribute="manager",
        )  # fmt: skip
    other.server.set(f"uid=ben,{OTHER}", "manager", [f"UID=ada, {OTHER}".encode()])

    other.run()

    assert values("ben")["boss"] == f"id:{person('ada').id}"


def test_a_dry_run_and_read_only_mode_change_nothing(other: Other) -> None:
    run_id = service.plan_only(
        "other", secret_key=SECRET_KEY, connect=other.server.connect, trigger="test"
    )
    assert runs.get_run(run_id).counters["changed"] == 1
    assert values("ada") == {}
    assert get_directory("other").last_sync_date == ""
    with transaction():
        set_option(READ_ONLY, True)

    assert other.run().state == RunState.REFUSED
    assert values("ada") == {}


def test_its_schedule_reads_changes_only_where_they_can_be_asked_for(other: Other) -> None:
    assert [mode for _subject, mode in wanted()] == [FULL]
    other.change(update_filter=UPDATES, schedule_full="5 2 * * *")

    assert wanted()["directory:other", FULL] == ("5 2 * * *", "UTC")
    assert ("directory:other", CHANGES) in wanted()


def test_a_worker_does_a_run_of_it_that_waits(other: Other) -> None:
    with transaction():
        run_id = runs.request("directory:other", trigger="test", mode=FULL, reason="")

    service.perform(run_id, secret_key=SECRET_KEY, connect=other.server.connect)

    db.session.rollback()
    assert runs.get_run(run_id).state == RunState.DONE
    assert values("ada") == {"room": "1.01"}
    assert db.session.scalars(select(Directory.state)).all() == ["done"]
