"""Runs, undo, edits, merges and changes of the set-up leave the counts that are true then."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask

from lupweb import clock
from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.stored import Setup
from lupweb.database import db, transaction
from lupweb.duplicates.comparing import compare
from lupweb.duplicates.merging import MergeRequest, merge
from lupweb.duplicates.separating import separate
from lupweb.options.service import options
from lupweb.orgchart import keeping
from lupweb.orgchart.queries import find_chart, standing
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.writing import Hand, store_values
from lupweb.runs.service import get_run
from lupweb.sync.links import CHARTS_MS
from lupweb.undo.service import undo
from tests.factories import (
    SECRET_KEY,
    SUFFIX,
    a_connection,
    a_local_group,
    a_profile,
    a_run,
    an_entry,
)
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.orgchart.company import counted_anew, counts
from tests.profiles.editing import ADMIN


def fill(directory: FakeDirectory) -> None:
    """Ada leads Ben and Cem, Ben leads Dan and Eva; the room is nobody's."""
    ada = an_entry(directory, "ada")
    ben = an_entry(directory, "ben", manager=ada)
    an_entry(directory, "cem", manager=ada)
    an_entry(directory, "dan", manager=ben)
    an_entry(directory, "eva", manager=ben)
    a_connection(directory)
    a_profile()
    a_local_group("staff")
    with transaction():
        define_field("mentor", "Mentor", category="work", type_key="user_select")
    change(lambda _stored: {"org_charts": {"line": CHART}})
    a_run(directory)


CHART = {"key": "line", "name": "Line", "manager_field": "manager", "dotted_fields": (), "top": ()}


@pytest.fixture
def company(app: Flask, in_app: Flask, directory: FakeDirectory, companies: Companies) -> Any:
    """The company, read and counted."""
    return companies.again(app, directory, fill)


def change(made: Callable[[Setup], Mapping[str, Any]]) -> None:
    """Change the set-up, as the pages of the administration do."""
    with transaction():
        stored = open_setup(ADMIN, SECRET_KEY)
        change_setup(ADMIN, stored, made(stored), SECRET_KEY)


def changed(kind: str, key: str, **settings: Any) -> None:
    """Change one entry of the set-up."""
    change(lambda stored: {kind: {**stored[kind], key: {**stored[kind][key], **settings}}})


def write(login: str, **values: str) -> None:
    """Let somebody enter values."""
    with transaction():
        hand = Hand("user", "", clock.now())
        store_values(load_layout(), get_person(login), values, hand)


def totals() -> dict[str, tuple[int, int]]:
    """Return direct and total of everybody in the chart, which must be true."""
    kept = counts()
    assert kept == counted_anew()
    names = dict(db.session.execute(db.select(Person.id, Person.login)).all())
    found = {names[row[1]]: (row[4], row[5]) for row in kept}
    db.session.rollback()
    return found


FIRST = {"ada": (2, 4), "ben": (2, 2), "cem": (0, 0), "dan": (0, 0), "eva": (0, 0)}


@pytest.fixture(params=[50, 0], ids=["moved one by one", "counted at the end"])
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FEW", request.param)


@pytest.mark.usefixtures("_few")
def test_a_run_and_its_undo_leave_true_counts(company: FakeDirectory) -> None:
    assert totals() == FIRST
    company.set("dan", "manager", [f"uid=cem,ou=people,{SUFFIX}".encode()])
    company.set("ben", "objectClass", [b"person"])  # the filter leaves him out
    an_entry(company, "fay", manager=f"uid=dan,ou=people,{SUFFIX}")
    run_id = a_run(company)

    assert totals() == {"ada": (1, 3), "cem": (1, 2), "dan": (1, 1), "eva": (0, 0), "fay": (0, 0)}
    is_timed = CHARTS_MS in get_run(run_id).counters
    assert is_timed is (keeping.FEW == 0)
    db.session.rollback()

    undo(run_id, trigger="test")
    assert totals() == FIRST


def test_an_edit_counts_in_its_own_transaction_and_a_phone_number_does_not(
    company: FakeDirectory,
) -> None:
    changed("org_charts", "line", manager_field="mentor")
    assert set(totals().values()) == {(0, 0)}

    number = get_person("ada").id
    write("cem", mentor=f"id:{number}")
    write("cem", phone="+49 611 1")

    assert totals()["ada"] == (1, 1)
    assert standing(find_chart("line", OPERATOR, load_layout()), OPERATOR, number).place.total == 1


def test_a_change_of_the_set_up_counts_before_it_is_over(company: FakeDirectory) -> None:
    changed("categories", "work", applies_to=("staff",))
    assert set(totals().values()) == {(0, 0)}
    changed("groups", "staff", members=("dan", "eva"))
    assert totals()["ben"] == (2, 2)
    changed("categories", "work", applies_to=())
    assert totals() == FIRST
    with transaction():
        get_person("cem").is_listed = False
    change(lambda stored: {"policies": {"": {**stored["policies"][""], "active_users": "all"}}})
    assert totals() == FIRST
    change(lambda stored: {"policies": {"": {**stored["policies"][""], "active_users": "visible"}}})
    assert "cem" not in totals()
    change(lambda _stored: {"org_charts": {}})
    assert counts() == set()


def test_a_merge_and_its_end_leave_true_counts(company: FakeDirectory) -> None:
    changed("org_charts", "line", manager_field="mentor")
    old = get_person("ben").id
    write("dan", mentor=f"id:{old}")
    company.set("ben", "objectClass", [b"person"])
    an_entry(company, "ben.new", "Ben New")
    a_run(company)
    new = get_person("ben.new").id
    assert totals()["ben.new"] == (0, 0)

    with transaction():
        seen = compare(ADMIN, load_layout(), options(), (new, old))
        request = MergeRequest(new, old, {}, seen.revision)
        record = merge(ADMIN, load_layout(), options(), request).id
    assert totals()["ben.new"] == (1, 1)

    with transaction():
        separate(ADMIN, load_layout(), record)
    assert totals()["ben.new"] == (0, 0)
