"""Roles: the account's own, by group, by login; and that somebody keeps one."""

import pytest
from sqlalchemy import delete

from lupweb.accounts.grants import ensure_an_administrator_remains, role_of, role_of_person
from lupweb.accounts.models import RoleGrant, User
from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.database import db
from lupweb.errors import InvalidValue
from lupweb.people.models import Group, Membership, Person
from lupweb.people.states import PersonState
from tests.databases import both_databases

pytestmark = pytest.mark.usefixtures("in_app")


def a_person(login: str, state: PersonState = PersonState.ACTIVE) -> Person:
    person = Person(
        login=login, login_folded=login.casefold(), name=login, sort_name=login, state=state
    )
    db.session.add(person)
    db.session.flush()
    return person


def an_account(person: Person) -> User:
    user = User(person_id=person.id)
    db.session.add(user)
    db.session.flush()
    return user


def a_group_of(person: Person) -> Group:
    group = Group(key="it", name="IT")
    db.session.add(group)
    db.session.flush()
    db.session.add(Membership(group_id=group.id, person_id=person.id))
    return group


def grant(role: Role, **to: object) -> None:
    db.session.add(RoleGrant(role=role, **to))
    db.session.flush()


@both_databases
def test_the_highest_role_counts() -> None:
    ada = a_person("Ada")
    user = an_account(ada)
    assert role_of(user) is Role.EMPLOYEE

    grant(Role.ADMINISTRATOR, login="ADA")
    assert role_of(user) is Role.ADMINISTRATOR

    grant(Role.SYSTEM_ADMINISTRATOR, group_id=a_group_of(ada).id)
    assert role_of(user) is role_of_person(ada) is Role.SYSTEM_ADMINISTRATOR


def test_a_grant_is_for_its_group_and_its_login_alone() -> None:
    ada, ben = a_person("ada"), a_person("ben")
    grant(Role.ADMINISTRATOR, group_id=a_group_of(ada).id)
    grant(Role.ADMINISTRATOR, login="ada")

    assert role_of_person(ben) is Role.EMPLOYEE


def test_b109_a_local_account_has_no_part_in_what_is_granted_to_people() -> None:
    grant(Role.SYSTEM_ADMINISTRATOR, login="root")
    user = create_admin("root", "a long password", is_system=False)

    assert role_of(user) is Role.ADMINISTRATOR


@pytest.mark.parametrize("state", list(PersonState))
def test_b76_a_login_that_two_people_have_gives_rights_to_neither(state: PersonState) -> None:
    before, after = a_person("ada", state), a_person("ada")
    grant(Role.SYSTEM_ADMINISTRATOR, login="ada")

    assert role_of_person(before) is role_of_person(after) is Role.EMPLOYEE


@both_databases
def test_b27_the_last_administrator_cannot_be_removed() -> None:
    with pytest.raises(InvalidValue, match="Nobody would be an administrator"):
        ensure_an_administrator_remains()

    create_admin("admin", "a long password", is_system=False)
    ensure_an_administrator_remains()


@both_databases
def test_b27_a_grant_to_somebody_who_can_sign_in_is_enough() -> None:
    grant(Role.ADMINISTRATOR, login="ada")
    with pytest.raises(InvalidValue):
        ensure_an_administrator_remains()
    a_person("ada")
    ensure_an_administrator_remains()

    db.session.execute(delete(RoleGrant))
    ben = a_person("ben")
    grant(Role.ADMINISTRATOR, group_id=a_group_of(ben).id)
    ensure_an_administrator_remains()


@pytest.mark.parametrize("state", [PersonState.MISSING, PersonState.DISABLED])
def test_b27_somebody_who_cannot_sign_in_is_no_administrator(state: PersonState) -> None:
    gone = a_person("gone", state)
    an_account(gone).role = Role.SYSTEM_ADMINISTRATOR
    grant(Role.ADMINISTRATOR, group_id=a_group_of(gone).id)
    grant(Role.ADMINISTRATOR, login="gone")

    with pytest.raises(InvalidValue):
        ensure_an_administrator_remains()
