"""Rights that name people by login follow them when the directory calls them otherwise."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.accounts.grants import (
    ensure_a_system_administrator_remains,
    role_of_person,
    somebody_has,
)
from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import events_about
from lupweb.database import db, transaction
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person, own_logins
from lupweb.people.states import PersonState
from lupweb.profiles.document import content_hash
from lupweb.profiles.renaming import NAMED_ANEW
from lupweb.profiles.rights import EditRight, edit_rights, may_edit, store_edit_right
from lupweb.profiles.service import PersonRow, update_people
from lupweb.sync.memberships import settle_local_groups
from lupweb.undo.service import undo
from tests.factories import SUFFIX, a_connection, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.sync.test_changes import swap


def _make(directory: FakeDirectory) -> None:
    """Ada administers, edits Cem, and is in a local group; Ben has nothing of it."""
    for login in ("ada", "ben", "cem"):
        an_entry(directory, login, login.title())
    a_connection(directory)
    a_profile()
    with transaction():
        db.session.add(RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, login="Ada"))
        db.session.add(Group(key="team", name="Team", logins=["ADA", "nobody-yet"]))
        store_edit_right(EditRight(profiles_of_people=("cem",), editor_people=("ada",)))
    a_run(directory)


@pytest.fixture
def ids(in_app: Flask, directory: FakeDirectory, companies: Companies) -> dict[str, int]:
    """Three people: first login -> id."""
    companies.again(in_app, directory, _make)
    return dict(db.session.execute(select(Person.login, Person.id)).all())


@pytest.fixture
def company(ids: dict[str, int], directory: FakeDirectory) -> FakeDirectory:
    return directory


def _call(**logins: str) -> None:
    """Give people of these ids other logins at once, as one block of a run does."""
    with transaction():
        update_people([_row(int(key.removeprefix("p")), new) for key, new in logins.items()])


def _row(id_: int, login: str) -> PersonRow:
    person = db.session.get_one(Person, id_)
    hashed = content_hash("{}", login, person.name, person.sort_name, "")
    return PersonRow(
        id_, login, login.lower(), person.name, person.sort_name, "", PersonState.ACTIVE,
        is_listed=True, values={}, document="{}", provenance="{}", content_hash=hashed,
    )  # fmt: skip


def _rights(ids: dict[str, int]) -> list[str]:
    """Return which of the people has all that Ada was given, once local groups are settled."""
    with transaction():
        settle_local_groups()
    db.session.rollback()
    members = set(db.session.scalars(select(Membership.person_id)))
    cem = db.session.get_one(Person, ids["cem"])
    has = {
        name: {
            role_of_person(db.session.get_one(Person, id_)) is Role.SYSTEM_ADMINISTRATOR,
            id_ == cem.id or may_edit(Viewer(person_id=id_), cem, frozenset()),
            id_ in members,
        }
        for name, id_ in ids.items()
        if name != "cem"
    }
    assert all(len(each) == 1 for each in has.values()), has
    return [name for name, each in has.items() if True in each]


def test_b75_a_new_login_takes_the_rights_along_and_leaves_none_behind(
    company: FakeDirectory, ids: dict[str, int]
) -> None:
    company.rename("ada", f"uid=countess,ou=people,{SUFFIX}")
    a_run(company)
    an_entry(company, "ada", "Another")
    a_run(company)

    newcomer = get_person("ada")
    assert get_person("countess").id == ids["ada"]
    assert _rights({**ids, "newcomer": newcomer.id}) == ["ada"]
    assert [each.right.editor_people for each in edit_rights()] == [("countess",)]
    assert db.session.scalars(select(Group.logins)).one() == ["countess", "nobody-yet"]
    ensure_a_system_administrator_remains()
    (event,) = (each for each in events_about(f"person:{ids['ada']}") if each.kind == NAMED_ANEW)
    assert {name: len(after) for name, (_before, after) in event.changes.items()} == {
        "roles": 1, "edit_rights": 1, "groups": 1,
    }  # fmt: skip


def test_an_undone_renaming_takes_them_back(company: FakeDirectory, ids: dict[str, int]) -> None:
    company.rename("ada", f"uid=countess,ou=people,{SUFFIX}")
    renamed = a_run(company)

    undo(renamed, trigger="test")

    assert get_person("ada").id == ids["ada"]
    assert _rights(ids) == ["ada"]


def test_b77_who_swap_their_logins_keep_what_is_theirs(
    company: FakeDirectory, ids: dict[str, int]
) -> None:
    swap(company, "ada", "ben")
    a_run(company)

    assert get_person("ben").id == ids["ada"]
    assert _rights(ids) == ["ada"]
    assert [each.right.editor_people for each in edit_rights()] == [("ben",)]


@pytest.mark.parametrize("order", [("ada", "ben"), ("ben", "ada")])
def test_b77_nothing_crosses_over_where_two_are_written_one_after_the_other(
    ids: dict[str, int], order: Sequence[str]
) -> None:
    other = {"ada": "ben", "ben": "ada"}

    _call(**{f"p{ids[order[0]]}": other[order[0]]})
    db.session.rollback()
    between = {name: role_of_person(db.session.get_one(Person, ids[name])) for name in other}
    is_administered = somebody_has([Role.SYSTEM_ADMINISTRATOR])
    _call(**{f"p{ids[order[1]]}": other[order[1]]})

    assert between == {"ada": Role.SYSTEM_ADMINISTRATOR, "ben": Role.EMPLOYEE}
    assert is_administered
    assert _rights(ids) == ["ada"]
    assert db.session.scalars(select(RoleGrant.login)).all() == ["ben"]
    assert db.session.scalars(select(Group.logins)).one() == ["ben", "nobody-yet"]


def test_who_takes_a_login_that_is_in_use_gets_nothing_then_or_later(ids: dict[str, int]) -> None:
    _call(**{f"p{ids['ben']}": "ada"})
    assert _roles(ids) == ["ada"]

    _call(**{f"p{ids['ada']}": "countess"})

    assert _rights(ids) == ["ada"]


def test_who_was_deleted_keeps_the_name_and_a_newcomer_who_leaves_it_takes_nothing(
    company: FakeDirectory, ids: dict[str, int]
) -> None:
    company.delete("ada")
    a_run(company)
    an_entry(company, "ada", "Another")
    a_run(company)
    newcomer = max(db.session.scalars(select(Person.id)))
    company.rename("ada", f"uid=another,ou=people,{SUFFIX}")
    a_run(company)

    assert _roles({**ids, "newcomer": newcomer}) == ["ada"]
    assert get_person("another").id == newcomer


def test_a_login_that_looks_like_a_number_names_nobody(ids: dict[str, int]) -> None:
    _call(**{f"p{ids['ben']}": f"id:{ids['ada']}"})

    assert own_logins([ids["ada"], ids["ben"]]) == {
        ids["ada"]: {"ada", f"id:{ids['ada']}"}, ids["ben"]: {f"id:{ids['ben']}"},
    }  # fmt: skip


def _roles(ids: dict[str, int]) -> list[str]:
    db.session.rollback()
    return [
        name
        for name, id_ in ids.items()
        if role_of_person(db.session.get_one(Person, id_)) is Role.SYSTEM_ADMINISTRATOR
    ]
