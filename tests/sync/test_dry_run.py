"""The first half of a run, without the second; and the plan applied later."""

from typing import Any

import pytest
from sqlalchemy import func, select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.errors import Forbidden
from lupweb.jobs.housekeeping import forget_what_ended
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.runs.models import PlanItem, Run
from lupweb.sync.items import KEPT
from lupweb.sync.records import details, record
from lupweb.sync.service import apply_plan, plan_only
from tests.databases import both_databases
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import active_people, synchronized, values

OWN = {"run", "plan_item", "run_problem", "lease"}
"""The record of a dry run, its plan, and who works now."""


def planned(directory: FakeDirectory, mode: str = "full") -> dict[str, Any]:
    """Make a dry run; return its record."""
    run_id = plan_only(
        "main", secret_key=SECRET_KEY, connect=directory.connect, trigger="test", mode=mode
    )
    return record(run_id)


def applied(directory: FakeDirectory, run_id: int) -> dict[str, Any]:
    """Apply a plan; return the record of the run that did it."""
    found = apply_plan(run_id, secret_key=SECRET_KEY, connect=directory.connect, trigger="test")
    return record(found)


def everything() -> dict[str, list[Any]]:
    """Return each table's rows, but for those of the run itself."""
    db.session.rollback()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in db.metadata.sorted_tables
        if table.name not in OWN
    }


def changed_company(company: FakeDirectory) -> None:
    """Let somebody be new, changed, hidden, switched off, back and switched on."""
    company.set("cem", "shadowExpire", [b"1"])
    an_entry(company, "gus", "Gus")
    synchronized(company)
    kept = {name: company.get("gus", name) for name in ("entryUUID",)}
    company.delete("gus")
    synchronized(company)
    an_entry(company, "gus", "Gus")
    company.set("gus", "entryUUID", kept["entryUUID"])
    company.set("cem", "shadowExpire", [])
    company.set("ben", "shadowExpire", [b"1"])
    company.set("ada", "telephoneNumber", [b"+49 611 99999"])
    company.delete("dea")
    an_entry(company, "fay", "Fay")


@both_databases
@pytest.mark.parametrize("mode", ["full", "changes"])
def test_a_dry_run_says_what_would_change_and_changes_nothing(
    company: FakeDirectory, mode: str
) -> None:
    changed_company(company)
    company.set("cn=safety,ou=groups,dc=example,dc=com", "member", [b"cn=nobody"])
    before = everything()

    document = planned(company, mode)

    assert everything() == before
    assert (document["dry_run"], document["state"]) == (True, "done")
    assert "nothing was changed" in document["message"]
    counted = {key: document[key] for key in ("new", "changed", "back", "missing", "disabled")}
    assert counted == {"new": 1, "changed": 3, "back": 1, "missing": 1, "disabled": 1}
    people = {each["login"]: each for each in details(document["run"])["people"]}
    assert {login: each["action"] for login, each in people.items()} == {
        "ada": "change",
        "ben": "disable",
        "cem": "enable",
        "dea": "hide",
        "fay": "new",
        "gus": "back",
    }
    (phone,) = people["ada"]["changes"]
    assert (phone["before"], phone["after"]) == ("+49 611 20570", "+49 611 99999")


def test_a_dry_run_of_a_directory_nobody_has_read_lists_everybody_as_new(
    company: FakeDirectory,
) -> None:
    before = everything()

    document = planned(company)

    assert everything() == before
    assert (document["new"], active_people()) == (5, 0)
    (ada,) = [each for each in details(document["run"])["people"] if each["login"] == "ada"]
    assert {"field": "phone", "before": "", "after": "+49 611 20570"}.items() <= next(
        each for each in ada["changes"] if each["field"] == "phone"
    ).items()


def test_a_plan_is_applied_as_it_was_shown(company: FakeDirectory) -> None:
    changed_company(company)
    plan = planned(company)

    document = applied(company, plan["run"])

    assert (document["state"], document["held"], document["dry_run"]) == ("done", 0, False)
    for key in ("new", "changed", "back", "missing", "disabled", "values_changed"):
        assert document[key] == plan[key]
    assert get_person("dea").state == PersonState.MISSING
    assert values("ada")["phone"] == "+49 611 99999"


def test_the_plan_of_a_first_load_is_applied(company: FakeDirectory) -> None:
    plan = planned(company)

    document = applied(company, plan["run"])

    assert (document["state"], document["new"], active_people()) == ("done", 5, 5)


def test_who_moved_since_the_plan_is_planned_again_and_shown(company: FakeDirectory) -> None:
    changed_company(company)
    plan = planned(company)
    company.set("ada", "telephoneNumber", [b"+49 611 5"])
    company.delete("eve")

    document = applied(company, plan["run"])

    assert (document["state"], document["held"]) == ("held", 2)
    assert values("ada")["phone"] == "+49 611 20570"
    assert get_person("eve").state == PersonState.ACTIVE
    assert get_person("dea").state == PersonState.MISSING
    held = {each["login"]: each for each in details(document["run"])["held_people"]}
    assert held.keys() == {"ada", "eve"}
    assert held["ada"]["changes"][0]["after"] == "+49 611 5"
    parts = ("new", "changed", "unchanged", "back", "skipped", "shadowed", "failed")
    assert document["seen"] == sum(document[part] for part in parts)


def test_what_is_no_plan_or_out_of_date_is_not_applied(company: FakeDirectory) -> None:
    synchronized(company)
    plan = planned(company)
    real = synchronized(company)

    with pytest.raises(Forbidden, match="no plan"):
        applied(company, real["run"])
    with pytest.raises(Forbidden, match="out of date"):
        applied(company, plan["run"])


def test_x35_a_dry_run_says_what_a_guard_would_hold(company: FakeDirectory) -> None:
    synchronized(company)
    for uid in ("ada", "ben", "cem", "dea", "eve"):
        company.delete(uid)

    document = planned(company)

    assert (document["state"], document["held"]) == ("done", 5)
    assert "were not found" in document["message"]
    assert len(details(document["run"])["held_people"]) == 5


def test_plans_older_than_thirty_days_are_forgotten(company: FakeDirectory) -> None:
    plan = planned(company)
    with transaction():
        db.session.get_one(Run, plan["run"]).started_at = clock.now() - KEPT

    forget_what_ended()

    assert db.session.scalar(select(func.count(PlanItem.id))) == 0
