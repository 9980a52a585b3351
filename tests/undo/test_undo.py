"""What a run changed is taken back, except what was changed since."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import OPERATOR
from lupweb.cli import main
from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.errors import Forbidden, LeaseLost, ReadOnlyMode
from lupweb.jobs.sync import perform
from lupweb.jobs.timetable import wanted
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.writing import Hand, store_values
from lupweb.runs.models import Lease, Run
from lupweb.runs.undone import paused_subjects
from lupweb.sync.records import details, record
from lupweb.sync.service import apply_plan
from lupweb.undo import before, restoring
from lupweb.undo.service import request_undo, undo
from tests.databases import both_databases
from tests.factories import SECRET_KEY, a_run, an_entry
from tests.fakes import FakeDirectory


def taken_back(run_id: int) -> dict[str, Any]:
    """Undo a run; return the record of the undo."""
    return record(undo(run_id, trigger="test"))


def person(login: str) -> Person:
    db.session.rollback()
    return get_person(login)


def values(login: str) -> dict[str, str]:
    return dict(values_of(person(login).document))


def facts(login: str) -> list[Any]:
    """Return what a colleague sees of somebody."""
    found = person(login)
    named = (
        select(IndexedValue.referred_id)
        .where(IndexedValue.person_id == found.id)
        .order_by(IndexedValue.field_id)
    )
    known = [found.state, found.login, found.name, found.sort_name, found.email, found.is_listed]
    return [*known, values_of(found.document), db.session.scalars(named).all()]


def lupweb(*words: str) -> Result:
    """Run a command of synchronization."""
    return CliRunner().invoke(main, ["sync", *words])


def a_change(company: FakeDirectory) -> int:
    """Let everything happen to somebody in one run; return its number."""
    company.set("ada", "displayName", [b"Ada King"])
    company.set("ada", "telephoneNumber", [b"+49 611 99999"])
    company.set("ben", "manager", [b"uid=cem,ou=people,dc=example,dc=com"])
    company.set("ben", "title", [])
    company.delete("cem")
    an_entry(company, "dea", "Dea")
    return a_run(company)


@both_databases
def test_people_are_as_they_were_before_the_run(company: FakeDirectory) -> None:
    were = {login: facts(login) for login in ("ada", "ben", "cem")}
    run_id = a_change(company)
    assert {login: facts(login) for login in were} != were

    document = taken_back(run_id)

    assert {login: facts(login) for login in were} == were
    assert person("dea").state == PersonState.MISSING
    assert (document["state"], document["mode"]) == ("done", "undo")
    counted = {key: document[key] for key in ("seen", "changed", "back", "missing", "new")}
    assert counted == {"seen": 3, "changed": 2, "back": 1, "missing": 1, "new": 0}
    assert document["errors"] == []


def test_an_undo_can_be_undone(company: FakeDirectory) -> None:
    run_id = a_change(company)
    were = {login: facts(login) for login in ("ada", "ben", "cem", "dea")}

    taken_back(int(taken_back(run_id)["run"]))

    assert {login: facts(login) for login in were} == were


def test_what_was_changed_since_stays_and_is_listed(company: FakeDirectory) -> None:
    run_id = a_change(company)
    with transaction():
        hand = Hand("user", "account:1", clock.now())
        store_values(load_layout(), get_person("ada"), {"phone": "+49 611 777"}, hand)
        store_values(load_layout(), get_person("dea"), {"position": "Guest"}, hand)

    document = taken_back(run_id)

    assert (values("ada")["phone"], person("ada").name) == ("+49 611 777", "Ada Lovelace")
    assert person("dea").state == PersonState.ACTIVE
    listed = {(each["login"], each["field"]) for each in document["errors"]}
    assert listed == {("ada", "phone"), ("dea", "@state")}


def test_after_an_undo_the_schedule_rests_and_the_next_run_is_dry(company: FakeDirectory) -> None:
    run_id = a_change(company)
    assert {subject for subject, _mode in wanted()} == {"directory:main"}
    taken_back(run_id)
    were = {login: facts(login) for login in ("ada", "ben", "cem", "dea")}

    assert wanted() == {}
    plan = record(a_run(company))
    assert plan["dry_run"]
    assert {login: facts(login) for login in were} == were
    actions = {each["login"]: each["action"] for each in details(plan["run"])["people"]}
    assert actions == {"ada": "change", "ben": "change", "cem": "hide", "dea": "back"}
    assert wanted() == {}

    apply_plan(plan["run"], secret_key=SECRET_KEY, connect=company.connect, trigger="test")

    assert values("ada")["phone"] == "+49 611 99999"
    assert person("cem").state == PersonState.MISSING
    assert {subject for subject, _mode in wanted()} == {"directory:main"}


def test_the_next_run_finds_the_differences_again(company: FakeDirectory) -> None:
    taken_back(a_change(company))

    stamps = db.session.scalars(select(Identity.stamp).join(Person).where(Person.login != "cem"))

    assert set(stamps) == {""}


def test_the_first_load_is_taken_back_as_a_whole(company: FakeDirectory) -> None:
    document = taken_back(1)

    assert (document["missing"], document["values_changed"]) == (3, 0)
    states = set(db.session.scalars(select(Person.state)))
    assert states == {PersonState.MISSING}


def test_the_last_administrator_stays_shown(company: FakeDirectory) -> None:
    with transaction():
        db.session.add(User(person_id=get_person("ada").id, role=Role.ADMINISTRATOR))

    document = taken_back(1)

    assert person("ada").state == PersonState.ACTIVE
    assert (document["missing"], document["skipped"]) == (2, 1)
    assert [each["login"] for each in document["errors"]] == ["ada"]


def test_an_undo_that_was_interrupted_is_completed_by_the_next(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    were = {login: facts(login) for login in ("ada", "ben", "cem")}
    run_id = a_change(company)
    monkeypatch.setattr(before, "AT_ONCE", 1)
    restore = restoring.Restorer.restore
    calls: list[int] = []

    def dies(self: restoring.Restorer, *given: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise LeaseLost("the process died")
        restore(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(restoring.Restorer, "restore", dies)
        broken = taken_back(run_id)
    assert broken["state"] == "failed"
    assert facts("ada") == were["ada"]
    assert facts("cem") != were["cem"]

    document = taken_back(run_id)

    assert document["state"] == "done"
    assert {login: facts(login) for login in were} == were
    assert document["errors"] == []


def test_a_worker_takes_back_what_a_page_asked_for(company: FakeDirectory) -> None:
    were = {login: facts(login) for login in ("ada", "ben", "cem")}
    run_id = a_change(company)
    with transaction():
        undo_id = request_undo(OPERATOR, run_id, trigger="Greta")
        assert request_undo(OPERATOR, run_id, trigger="Ines") == undo_id

    perform(undo_id)
    perform(undo_id)

    assert record(undo_id)["state"] == "done"
    assert {login: facts(login) for login in were} == were


def test_a_run_that_changed_nobody_is_not_taken_back_and_no_schedule_rests(
    company: FakeDirectory,
) -> None:
    a_run(company)
    company.go_down()
    failed = a_run(company)

    with pytest.raises(Forbidden, match="nothing to take back"):
        undo(failed, trigger="test")

    assert "directory:main" not in paused_subjects()


def test_what_cannot_be_taken_back_says_why(company: FakeDirectory) -> None:
    taken_back(a_change(company))
    plan = a_run(company)

    with pytest.raises(Forbidden, match="dry run"):
        undo(plan, trigger="test")
    with pytest.raises(ReadOnlyMode):
        undo(1, trigger="test", read_only=True)
    with transaction():
        old = db.session.get_one(Run, 1)
        old.started_at = clock.now() - timedelta(days=31)
    with pytest.raises(Forbidden, match="30 days"):
        undo(1, trigger="test")
    assert db.session.get_one(Lease, "directory:main").heartbeat_at is None


def test_the_command_line_plans_applies_and_takes_back(
    app: Flask, company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupweb.cli.application.create_app", lambda: app)
    company.set("ada", "telephoneNumber", [b"+49 611 99999"])

    planned = lupweb("run", "--dry-run")
    assert planned.exit_code == 0
    assert "lupweb sync approve 2" in planned.output
    assert values("ada")["phone"] == "+49 611 20570"

    assert lupweb("approve", "2").exit_code == 0
    assert values("ada")["phone"] == "+49 611 99999"

    shown = lupweb("show", "3")
    assert "'+49 611 20570' -> '+49 611 99999' (Main LDAP: attribute “telephoneNumber”)" in (
        shown.output
    )

    assert lupweb("undo", "3").exit_code == 0
    assert values("ada")["phone"] == "+49 611 20570"
    assert lupweb("undo", "2").exit_code == 1
    assert lupweb("undo", "99").exit_code == 1
