"""Who belongs to a group follows people who come, move or come back by whatever way."""

from typing import Any

import pytest
from sqlalchemy import select

from lupweb.database import db
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.sync.one_person import read_person
from lupweb.sync.service import approve, run
from lupweb.undo.service import undo
from tests.factories import SECRET_KEY, SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized

SAFETY = f"cn=safety,ou=groups,{SUFFIX}"


@pytest.fixture
def office(company: FakeDirectory) -> FakeDirectory:
    """The five and ten more, all read."""
    for number in range(10):
        an_entry(company, f"more{number}")
    synchronized(company)
    return company


def members() -> list[str]:
    """Return the logins of the members whom people see."""
    db.session.rollback()
    rows = select(Person.login).join(Membership).join(Group)
    shown = rows.where(Group.key == "safety", Person.state == PersonState.ACTIVE)
    return list(db.session.scalars(shown.order_by(Person.id)))


def of_safety(office: FakeDirectory, *logins: str) -> None:
    dns = [f"uid={login},ou=people,{SUFFIX}".encode() for login in logins]
    office.set(SAFETY, "member", dns)


def groups_read(office: FakeDirectory) -> None:
    run("main", secret_key=SECRET_KEY, connect=office.connect, trigger="test", mode="groups")


def somebody_else_changed(office: FakeDirectory) -> dict[str, Any]:
    """Read the changes when somebody has changed who neither moved nor came."""
    office.set("cem", "title", [b"Boss"])
    return changes_read(office)


@pytest.mark.parametrize("mode", ["full", "changes"])
def test_who_is_made_anew_where_a_member_stood_is_a_member_after_the_same_run(
    office: FakeDirectory, mode: str
) -> None:
    office.delete("ada")
    an_entry(office, "ada", "Ada Nova")

    assert changes_read(office, mode)["new"] == 1

    assert members() == ["ada"]


def test_who_was_read_alone_after_moving_is_a_member_after_the_next_run(
    office: FakeDirectory,
) -> None:
    office.rename("ben", f"uid=benny,ou=people,{SUFFIX}")
    of_safety(office, "ada", "benny")
    groups_read(office)  # it does not know yet who that is
    read_person("ben", secret_key=SECRET_KEY, connect=office.connect, trigger="test")
    assert get_person("benny")

    assert somebody_else_changed(office)["changed"] == 1

    assert members() == ["ada", "benny"]


def test_people_who_were_held_are_members_after_the_next_run(office: FakeDirectory) -> None:
    for number in range(40):
        an_entry(office, f"young{number}")
    of_safety(office, "ada", "young7")
    held = synchronized(office)
    assert held["state"] == "held"

    approve(held["run"])
    assert somebody_else_changed(office)["changed"] == 1

    assert members() == ["ada", "young7"]


def test_people_who_come_back_because_a_run_is_taken_back_are_members_again(
    office: FakeDirectory,
) -> None:
    entry = office.server.entries.pop(f"uid=ada,ou=people,{SUFFIX}")
    gone = changes_read(office)
    assert gone["missing"] == 1
    of_safety(office, "ada", "ben")
    groups_read(office)
    office.server.entries[f"uid=ada,ou=people,{SUFFIX}"] = entry

    undo(gone["run"], trigger="test")
    assert changes_read(office)["dry_run"]
    changes_read(office)

    assert members() == ["ada", "ben"]
