"""Roles are given and taken, and sign-ins switched off, but never so that nobody is left."""

import pytest
from flask import Flask

from lupweb.accounts.barring import bar, let_in, may_sign_in
from lupweb.accounts.giving import give_account_role, give_role
from lupweb.accounts.grants import role_of_person
from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import events_about
from lupweb.database import db, transaction
from lupweb.errors import Forbidden, InvalidValue
from lupweb.people.models import Person
from lupweb.people.policies import licensed, listed
from tests.factories import a_local_person

SYSTEM = Viewer(role=Role.SYSTEM_ADMINISTRATOR, account_id=1)
PLAIN = Viewer(role=Role.ADMINISTRATOR, account_id=2)
NOBODY = Viewer(person_id=1)


@pytest.fixture
def root(in_app: Flask) -> int:
    """The only system administrator, a local account."""
    with transaction():
        user = create_admin("root", "a password of many words")
        db.session.flush()
        return user.id


def stored(person_id: int) -> Person:
    db.session.expire_all()
    return db.session.get_one(Person, person_id)


def test_a_role_is_given_to_somebody_who_never_signed_in_and_is_noted(root: int) -> None:
    ada = a_local_person("ada")

    with transaction():
        give_role(PLAIN, ada, "administrator")

    assert role_of_person(stored(ada)) is Role.ADMINISTRATOR
    event = events_about(f"person:{ada}")[0]
    assert (event.actor, event.changes) == ("account:2", {"role": ["employee", "administrator"]})


@pytest.mark.parametrize("viewer", [PLAIN, NOBODY])
def test_only_system_administrators_give_the_system_role(root: int, viewer: Viewer) -> None:
    ada = a_local_person("ada")

    with pytest.raises(Forbidden), transaction():
        give_role(viewer, ada, "system_administrator")
    with pytest.raises(Forbidden), transaction():
        give_account_role(viewer, root, "administrator")

    assert role_of_person(stored(ada)) is Role.EMPLOYEE


def test_b27_nobody_removes_the_last_system_administrator(root: int) -> None:
    ada = a_local_person("ada")
    with transaction():
        give_role(SYSTEM, ada, "administrator")

    with pytest.raises(InvalidValue, match="system administrator any more"), transaction():
        give_account_role(SYSTEM, root, "administrator")
    with transaction():
        give_role(SYSTEM, ada, "system_administrator")
    with transaction():
        give_account_role(SYSTEM, root, "employee")
    with pytest.raises(InvalidValue), transaction():
        give_role(SYSTEM, ada, "administrator")
    with pytest.raises(InvalidValue), transaction():
        bar(SYSTEM, ada)

    assert role_of_person(stored(ada)) is Role.SYSTEM_ADMINISTRATOR


def test_b27_somebody_who_is_named_by_the_set_up_counts_unless_barred(root: int) -> None:
    ada = a_local_person("ada")
    with transaction():
        db.session.add(RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, login="ada"))
    with transaction():
        give_account_role(SYSTEM, root, "employee")

    with pytest.raises(InvalidValue), transaction():
        bar(SYSTEM, ada)

    assert may_sign_in(stored(ada))


def test_nonsense_is_no_role(root: int) -> None:
    ada = a_local_person("ada")

    with pytest.raises(InvalidValue, match="no such role"), transaction():
        give_role(SYSTEM, ada, "root")


def test_nobody_bars_themselves_or_a_system_administrator_above_them(root: int) -> None:
    ada, ben = a_local_person("ada"), a_local_person("ben")
    with transaction():
        give_role(SYSTEM, ada, "system_administrator")

    with pytest.raises(Forbidden), transaction():
        bar(PLAIN, ada)
    with pytest.raises(InvalidValue, match="yourself"), transaction():
        bar(Viewer(person_id=ben, role=Role.ADMINISTRATOR), ben)
    with pytest.raises(Forbidden), transaction():
        bar(NOBODY, ben)


def test_whoever_is_barred_has_no_licence_and_is_hidden_where_the_policy_says_so(
    root: int,
) -> None:
    ada = a_local_person("ada")
    hide, show = {"unlicensed_users": "hide"}, {"unlicensed_users": "show"}

    with transaction():
        bar(PLAIN, ada)

    shown = [
        db.session.scalar(db.select(Person.id).where(condition))
        for condition in (listed(hide), listed(show), licensed(show))
    ]
    assert shown == [None, ada, None]
    with transaction():
        let_in(PLAIN, ada)
    assert db.session.scalar(db.select(Person.id).where(listed(hide))) == ada
    kinds = [event.kind for event in events_about(f"person:{ada}")]
    assert kinds == ["person.let_in", "person.barred"]
