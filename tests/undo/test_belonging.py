"""Memberships and pictures that a run changed are taken back as well; a dead undo is gone on."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from lupweb import clock
from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import OPERATOR
from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.jobs.housekeeping import forget_what_ended
from lupweb.jobs.sync import perform
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import Picture
from lupweb.runs import leases
from lupweb.runs.models import Lease, Run
from lupweb.runs.recovery import dead_runs, start_again
from lupweb.sync.records import details, record
from lupweb.sync.run_page import people_changed
from lupweb.undo import before, restoring
from lupweb.undo.service import undo
from tests.databases import both_databases
from tests.factories import SUFFIX, a_group, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.profiles.drawing import BLUE, a_picture

SAFETY = f"cn=safety,ou=groups,{SUFFIX}"


@pytest.fixture
def company(company: FakeDirectory) -> FakeDirectory:
    """Ada is in the group, and has a picture."""
    a_group(company, 1, "safety", ["ada"])
    company.set("ada", "jpegPhoto", [a_picture()])
    a_run(company)
    return company


def members() -> set[str]:
    db.session.rollback()
    rows = select(Person.login).join(Membership, Membership.person_id == Person.id)
    return set(db.session.scalars(rows))


def picture_of(login: str) -> str:
    db.session.rollback()
    return get_person(login).picture_hash


def dn(login: str) -> bytes:
    return f"uid={login},ou=people,{SUFFIX}".encode()


def taken_back(run_id: int) -> dict[str, Any]:
    return record(undo(run_id, trigger="test"))


@both_databases
def test_who_came_to_a_group_leaves_it_and_who_left_it_comes_back(company: FakeDirectory) -> None:
    company.set(SAFETY, "member", [dn("ben"), dn("cem")])
    run_id = a_run(company)
    assert members() == {"ben", "cem"}

    document = taken_back(run_id)

    assert members() == {"ada"}
    assert "memberships 3" in document["message"]
    assert document["seen"] == document["changed"] == 3
    taken_back(int(document["run"]))
    assert members() == {"ben", "cem"}


def test_the_run_says_who_came_and_who_left(company: FakeDirectory) -> None:
    company.set(SAFETY, "member", [dn("ben")])
    run_id = a_run(company)

    told = {
        (person["login"], each["field"], each["before"], each["after"])
        for person in details(run_id)["people"]
        for each in person["changes"]
    }
    page = people_changed(OPERATOR, load_layout(), db.session.get_one(Run, run_id), 1)

    assert ("ada", "@group:safety", "member", "") in told
    assert ("ben", "@group:safety", "", "member") in told
    shown = {(line.person.login, str(each.label)) for line in page.lines for each in line.values}
    assert ("ben", "Group “Safety”") in shown


def test_whoever_is_new_has_no_past_in_the_report(company: FakeDirectory) -> None:
    an_entry(company, "dea")
    company.set("dea", "jpegPhoto", [a_picture(colour=BLUE)])
    company.set(SAFETY, "member", [dn("ada"), dn("dea")])
    run_id = a_run(company)

    assert members() == {"ada", "dea"}
    noted = select(History.field_key).where(History.run_id == run_id)
    assert set(db.session.scalars(noted)) == {"@state"}


def test_the_next_run_that_writes_reads_the_groups_again(company: FakeDirectory) -> None:
    company.set(SAFETY, "member", [dn("ben")])
    taken_back(a_run(company))

    assert record(a_run(company))["dry_run"]
    assert members() == {"ada"}


def test_the_last_administrators_stay_in_their_group(company: FakeDirectory) -> None:
    company.set(SAFETY, "member", [dn("ben")])
    run_id = a_run(company)
    with transaction():
        group_id = db.session.scalars(select(Group.id)).one()
        db.session.execute(update(Group).values(logins=[]))
        db.session.add(RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, group_id=group_id))
        is_ada = Person.login == "ada"
        db.session.execute(update(Person).where(is_ada).values(barred_at=clock.now()))

    document = taken_back(run_id)

    assert members() == {"ada", "ben"}
    assert [(each["login"], each["field"]) for each in document["errors"]] == [
        ("ben", "@group:safety")
    ]


def test_a_group_that_is_declared_no_more_is_listed(company: FakeDirectory) -> None:
    company.set(SAFETY, "member", [dn("ben")])
    run_id = a_run(company)
    with transaction():
        db.session.execute(update(Group).values(key="other"))

    document = taken_back(run_id)

    assert members() == {"ben"}
    assert [(each["login"], each["field"]) for each in document["errors"]] == [
        ("ada", "@group:safety")
    ]


def test_the_picture_of_before_is_shown_again(company: FakeDirectory) -> None:
    first = picture_of("ada")
    company.set("ada", "jpegPhoto", [a_picture(colour=BLUE)])
    run_id = a_run(company)
    second = picture_of("ada")
    assert len({"", first, second}) == 3

    document = taken_back(run_id)

    assert picture_of("ada") == first
    assert "pictures 1" in document["message"]
    taken_back(int(document["run"]))
    assert picture_of("ada") == second


def test_a_picture_that_was_taken_away_comes_back(company: FakeDirectory) -> None:
    first = picture_of("ada")
    company.set("ada", "jpegPhoto", [])
    run_id = a_run(company)
    assert picture_of("ada") == ""

    taken_back(run_id)

    assert picture_of("ada") == first


def test_a_picture_that_was_changed_since_stays_and_is_listed(company: FakeDirectory) -> None:
    company.set("ada", "jpegPhoto", [a_picture(colour=BLUE)])
    run_id = a_run(company)
    with transaction():
        db.session.execute(update(Person).where(Person.login == "ada").values(picture_hash="own"))

    document = taken_back(run_id)

    assert picture_of("ada") == "own"
    assert [(each["login"], each["field"]) for each in document["errors"]] == [("ada", "@picture")]


def test_a_replaced_picture_is_kept_for_30_days_and_no_longer(company: FakeDirectory) -> None:
    first = picture_of("ada")
    company.set("ada", "jpegPhoto", [a_picture(colour=BLUE)])
    run_id = a_run(company)

    forget_what_ended()
    assert first in kept()
    with transaction():
        db.session.execute(update(Run).values(started_at=clock.now() - timedelta(days=31)))
    forget_what_ended()
    assert kept() == {picture_of("ada")}
    with transaction():
        db.session.execute(update(Run).values(started_at=clock.now()))
    document = taken_back(run_id)
    assert [each["field"] for each in document["errors"]] == ["@picture"]


def kept() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Picture.hash)))


def test_x22_an_undo_whose_process_died_is_taken_up_again(
    in_app: Flask, company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    were = {login: get_person(login).name for login in ("ada", "ben", "cem")}
    for login in were:
        company.set(login, "displayName", [b"Somebody " + login.encode()])
    run_id = a_run(company)
    monkeypatch.setattr(before, "AT_ONCE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(restoring.Restorer, "restore", _dies(restoring.Restorer.restore))
        patch.setattr("lupweb.undo.service._finish", lambda *_given: None)
        with pytest.raises(KeyboardInterrupt):
            undo(run_id, trigger="test")
    db.session.rollback()
    assert get_person("cem").name != were["cem"]
    with transaction():
        long_ago = leases.database_now() - timedelta(hours=1)
        db.session.execute(update(Lease).values(heartbeat_at=long_ago))

    (dead_id,) = dead_runs()
    with transaction():
        again_id = start_again(dead_id)
    assert again_id is not None
    perform(again_id)

    db.session.rollback()
    assert {login: get_person(login).name for login in were} == were
    assert record(dead_id)["state"] == "failed"
    assert f"run {again_id}" in record(dead_id)["message"]
    assert (record(again_id)["state"], record(again_id)["errors"]) == ("done", [])


def _dies(restore: Any) -> Any:
    calls: list[int] = []

    def dies(*given: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        restore(*given)

    return dies
