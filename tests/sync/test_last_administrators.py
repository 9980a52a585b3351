"""Whatever the groups of a directory say, somebody can still administer the site (B27)."""

import pytest
from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.grants import somebody_has
from lupweb.accounts.models import RoleGrant, User
from lupweb.accounts.roles import Role
from lupweb.database import db, transaction
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.databases import both_databases
from tests.factories import SECRET_KEY, SUFFIX, a_group
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized

SAFETY = f"cn=safety,ou=groups,{SUFFIX}"


@pytest.fixture
def office(company: FakeDirectory) -> FakeDirectory:
    """The five, all read; whoever is in the group "safety" administers the system."""
    synchronized(company)
    grant("safety", Role.SYSTEM_ADMINISTRATOR)
    return company


def grant(group: str, role: Role) -> None:
    with transaction():
        group_id = db.session.scalars(select(Group.id).where(Group.key == group)).one()
        db.session.add(RoleGrant(role=role, group_id=group_id))


def name(company: FakeDirectory, dn: str, *logins: str) -> None:
    """Let these be the members of a group."""
    dns = [f"uid={login},ou=people,{SUFFIX}".encode() for login in logins]
    company.set(dn, "member", dns or [b"cn=nobody"])


def members(group: str) -> list[str]:
    db.session.rollback()
    rows = select(Person.login).join(Membership).join(Group).where(Group.key == group)
    return sorted(db.session.scalars(rows))


@both_databases
def test_a_group_that_loses_the_last_administrator_keeps_who_left_and_the_run_says_so(
    office: FakeDirectory,
) -> None:
    name(office, SAFETY)

    document = changes_read(office)

    assert (members("safety"), document["state"]) == (["ada"], "done")
    (error,) = [each for each in document["errors"] if "safety" in each["text"]]
    assert "nobody could administer the site" in error["text"]


def test_who_came_is_a_member_although_who_left_stays_one(office: FakeDirectory) -> None:
    with transaction():
        db.session.get_one(Person, get_person("ben").id).barred_at = clock.now()
    name(office, SAFETY, "ben")

    changes_read(office)

    assert members("safety") == ["ada", "ben"]


def test_a_group_that_vanished_keeps_the_last_administrator(office: FakeDirectory) -> None:
    office.delete(SAFETY)

    document = changes_read(office)

    assert members("safety") == ["ada"]
    assert len([each for each in document["errors"] if "safety" in each["text"]]) == 2


def test_who_is_not_the_last_leaves_at_once(office: FakeDirectory) -> None:
    name(office, SAFETY, "ben")
    changes_read(office)
    assert members("safety") == ["ben"]

    with transaction():
        db.session.add(User(local_name="root", role=Role.SYSTEM_ADMINISTRATOR))
    name(office, SAFETY)
    changes_read(office)

    assert members("safety") == []


def test_the_next_run_lets_them_go_when_somebody_else_has_the_role(office: FakeDirectory) -> None:
    name(office, SAFETY)
    changes_read(office)
    with transaction():
        db.session.add(User(local_name="root", role=Role.SYSTEM_ADMINISTRATOR))

    changes_read(office)

    assert members("safety") == []


@pytest.mark.parametrize("first", ["arrivals", "zeal"])
def test_a_role_that_moves_from_one_group_to_another_moves_whatever_the_order(
    office: FakeDirectory, first: str
) -> None:
    directory_id = db.session.scalars(select(Group.directory_id)).first()
    assert directory_id
    db.session.rollback()
    a_group(office, directory_id, first, [])
    grant(first, Role.SYSTEM_ADMINISTRATOR)
    changes_read(office)
    name(office, SAFETY)
    name(office, f"cn={first},ou=groups,{SUFFIX}", "cem")

    document = changes_read(office)

    assert (members("safety"), members(first)) == ([], ["cem"])
    assert not [each for each in document["errors"] if "administer" in each["text"]]


def test_one_leaves_the_group_and_the_other_the_directory_in_the_same_run(
    office: FakeDirectory,
) -> None:
    """Each of the two is not the last, as long as the other one stays."""
    name(office, SAFETY, "ada", "dea")
    changes_read(office)
    name(office, SAFETY, "dea")
    office.delete("dea")

    changes_read(office)

    assert somebody_has([Role.SYSTEM_ADMINISTRATOR])
    assert get_person("dea").state == PersonState.ACTIVE


def test_a_run_of_the_groups_alone_guards_them_too(office: FakeDirectory) -> None:
    name(office, SAFETY)

    number = run(
        "main", secret_key=SECRET_KEY, connect=office.connect, trigger="test", mode="groups"
    )

    assert members("safety") == ["ada"]
    assert any("administer" in each["text"] for each in record(number)["errors"])
