"""Administrators are told what needs somebody, once for each cause, and as long as it lasts."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.notices.troubles import Trouble, TroubleKind, troubles
from lupweb.options.registry import XML_FILE
from lupweb.options.service import set_option
from lupweb.runs.models import Run
from lupweb.runs.service import finish, start
from lupweb.runs.states import CHANGES, FULL, RunState
from tests.databases import both_databases, counted_queries
from tests.factories import a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> FakeDirectory:
    an_entry(directory, "ada")
    a_connection(directory)
    a_profile()
    return directory


def ended(state: RunState, message: str = "It ended.", mode: str = FULL) -> int:
    with transaction():
        number = start("directory:main", trigger="test", mode=mode, reason="test")
        finish(number, state, message)
    return number


def only() -> Trouble:
    (found,) = troubles()
    return found


def test_nothing_is_said_where_nothing_is_wrong(company: FakeDirectory) -> None:
    assert troubles() == []
    ended(RunState.DONE)
    ended(RunState.PARTIAL)
    assert troubles() == []


def test_a_run_that_holds_something_is_told_until_a_later_one_went_well(
    company: FakeDirectory,
) -> None:
    number = ended(RunState.HELD)

    assert (only().kind, only().run_id) == (TroubleKind.HELD, number)
    ended(RunState.DONE)
    assert troubles() == []


@both_databases
def test_that_nothing_but_a_value_tells_people_apart_is_told_as_long_as_it_does(
    company: FakeDirectory,
) -> None:
    number = ended(RunState.DONE)
    with transaction():
        db.session.execute(update(Directory).values(keyed_by="uid", is_keyed_by_value=True))

    assert (only().kind, only().run_id) == (TroubleKind.KEYED_BY_VALUE, number)
    assert "told apart by uid" in str(only().text)
    assert not only().is_bad


def test_a_guard_that_is_switched_off_is_told_as_long_as_it_is(company: FakeDirectory) -> None:
    ended(RunState.DONE)
    with transaction():
        db.session.execute(update(Directory).values(most_missing_percent=100))

    assert (only().kind, only().is_bad) == (TroubleKind.GUARD_OFF, False)
    with transaction():
        db.session.execute(update(Directory).values(most_missing_percent=99))
    assert troubles() == []


def test_x01_one_failure_is_not_told_and_two_in_a_row_are(company: FakeDirectory) -> None:
    company.go_down()
    a_run(company)
    assert troubles() == []

    a_run(company)
    assert only().kind is TroubleKind.FAILED_TWICE

    company.come_up()
    a_run(company)
    assert troubles() == []


def test_x08_refused_credentials_are_told_at_once(company: FakeDirectory) -> None:
    company.refuse_credentials()
    a_run(company)

    assert only().kind is TroubleKind.CREDENTIALS_REFUSED


def test_a_directory_that_has_failed_for_a_day_stays_away(company: FakeDirectory) -> None:
    number = ended(RunState.DONE)
    long_ago = clock.now() - timedelta(hours=30)
    with transaction():
        db.session.execute(update(Run).where(Run.id == number).values(started_at=long_ago))
    ended(RunState.FAILED)
    ended(RunState.REFUSED)

    assert only().kind is TroubleKind.STAYS_AWAY
    assert "30 hours" in str(only().text)


def test_a_directory_that_is_not_read_is_not_talked_about(company: FakeDirectory) -> None:
    ended(RunState.HELD)
    with transaction():
        db.session.execute(update(Directory).values(is_enabled=False))

    assert troubles() == []


@both_databases
def test_the_other_ldap_and_the_xml_file_are_talked_about_like_directories(
    company: FakeDirectory,
) -> None:
    with transaction():
        db.session.execute(update(Directory).values(role="alternative"))
    for _twice in range(2):
        ended(RunState.FAILED)
        imported(RunState.REFUSED)
    assert [each.directory_key for each in troubles()] == ["main"]

    with transaction():
        set_option(XML_FILE, "people.xml")

    other, file = troubles()
    assert (other.kind, file.kind) == (TroubleKind.FAILED_TWICE, TroubleKind.FAILED_TWICE)
    assert (file.directory_key, "“XML file”" in str(file.text)) == ("xml", True)
    imported(RunState.DONE)
    assert [each.directory_key for each in troubles()] == ["main"]


def imported(state: RunState) -> None:
    with transaction():
        number = start("xml", trigger="test", mode=FULL, reason="test")
        finish(number, state, "It ended.")


def test_dry_runs_cancelled_runs_and_single_people_do_not_count(company: FakeDirectory) -> None:
    ended(RunState.DONE, mode=CHANGES)
    number = ended(RunState.HELD)
    with transaction():
        db.session.execute(update(Run).where(Run.id == number).values(dry_run=True))
    ended(RunState.CANCELLED)
    ended(RunState.FAILED, mode="person")
    ended(RunState.FAILED, mode="person")

    assert troubles() == []


def test_it_takes_one_query_however_many_runs_there_are(company: FakeDirectory) -> None:
    for _number in range(5):
        ended(RunState.FAILED)

    with counted_queries() as sent:
        troubles()

    assert len(sent) == 1
