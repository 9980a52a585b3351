"""Who may edit whose profile."""

import pytest
from flask import Flask

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.database import db, transaction
from lupweb.errors import Forbidden, InvalidValue, NotFound
from lupweb.people.models import Person
from lupweb.people.queries import get_person, groups_of
from lupweb.people.states import PersonState
from lupweb.profiles.editing import edit_form
from lupweb.profiles.rights import (
    EditRight,
    edit_rights,
    grant_edit_right,
    may_edit,
    take_edit_right_back,
)
from tests.databases import both_databases, counted_queries
from tests.factories import a_local_group, a_local_person
from tests.profiles.editing import ADMIN, fields_of, layout, viewer_named

pytestmark = pytest.mark.usefixtures("office")


def may(viewer: Viewer, login: str) -> bool:
    person = get_person(login)
    return may_edit(viewer, person, groups_of([person.id])[person.id])


def a_right(**sides: tuple[str, ...]) -> int:
    with transaction():
        return grant_edit_right(ADMIN, EditRight(**sides))


def test_everybody_edits_their_own_and_administrators_edit_all() -> None:
    assert may(viewer_named("ada"), "ada")
    assert not may(viewer_named("ada"), "ben")
    assert may(viewer_named("ada", Role.ADMINISTRATOR), "ben")
    assert may(ADMIN, "ben")
    assert may(OPERATOR, "ben")
    assert not may(Viewer(), "ben")


@both_databases
@pytest.mark.parametrize(
    "sides",
    [
        {"profiles_of_groups": ("safety",), "editor_groups": ("hr",)},
        {"profiles_of_people": ("SAM",), "editor_groups": ("hr",)},
        {"profiles_of_groups": ("safety",), "editor_people": ("cem",)},
        {"profiles_of_people": ("sam", "later"), "editor_people": ("cem", "later")},
    ],
)
def test_a_right_lets_its_editors_edit_its_profiles_and_no_others(
    in_app: Flask, sides: dict[str, tuple[str, ...]]
) -> None:
    a_right(**sides)

    assert may(viewer_named("cem"), "sam")
    assert not may(viewer_named("cem"), "ada")
    assert not may(viewer_named("ada"), "sam")
    assert not may(viewer_named("sam"), "cem")


def test_two_rights_are_not_one_that_joins_their_sides() -> None:
    a_right(profiles_of_people=("ada",), editor_people=("ben",))
    a_right(profiles_of_people=("sam",), editor_people=("cem",))

    assert not may(viewer_named("ben"), "sam")
    assert not may(viewer_named("cem"), "ada")


def test_a_right_opens_only_fields_that_the_editor_may_see() -> None:
    a_right(profiles_of_people=("ben",), editor_groups=("hr", "safety"))

    assert "emergency" not in fields_of(edit_form(viewer_named("cem"), layout(), "ben"))
    assert "emergency" in fields_of(edit_form(viewer_named("sam"), layout(), "ben"))


@pytest.mark.parametrize("side", ["profiles_of_people", "editor_people"])
def test_b76_a_login_that_two_people_have_gives_no_right(side: str) -> None:
    a_right(**{"profiles_of_people": ("sam",), "editor_people": ("cem",)})
    assert may(viewer_named("cem"), "sam")
    login = "sam" if side == "profiles_of_people" else "cem"
    viewer = viewer_named("cem")
    with transaction():
        old = get_person(login)
        old.state = PersonState.MISSING
        twin = {name: getattr(old, name) for name in ("login", "login_folded", "name", "sort_name")}
        db.session.add(Person(**twin))

    person = get_person("sam")
    assert not may_edit(viewer, person, frozenset())


def test_a_right_ends_with_the_group_and_when_it_is_taken_back() -> None:
    number = a_right(profiles_of_groups=("safety",), editor_groups=("hr",))
    assert may(viewer_named("cem"), "sam")

    with transaction():
        take_edit_right_back(ADMIN, number)

    assert not may(viewer_named("cem"), "sam")
    assert edit_rights() == []
    with pytest.raises(NotFound), transaction():
        take_edit_right_back(ADMIN, number)


def test_rights_are_listed_as_they_were_given() -> None:
    right = EditRight(("safety",), ("sam",), ("hr", "safety"), ("ben", "cem"))
    with transaction():
        number = grant_edit_right(ADMIN, right)

    (found,) = edit_rights()

    assert (found.id, found.right) == (number, right)


@pytest.mark.parametrize(
    ("right", "sentence"),
    [
        (EditRight(editor_groups=("hr",)), "Say whose profiles may be edited"),
        (EditRight(profiles_of_groups=("hr",)), "Say who may edit"),
        (EditRight(profiles_of_groups=("nix",), editor_groups=("hr",)), "no group “nix”"),
    ],
)
def test_a_right_without_one_of_its_sides_is_refused(right: EditRight, sentence: str) -> None:
    with pytest.raises(InvalidValue, match=sentence), transaction():
        grant_edit_right(ADMIN, right)


def test_b27_only_administrators_give_and_take_rights() -> None:
    number = a_right(profiles_of_groups=("safety",), editor_groups=("hr",))
    right = EditRight(profiles_of_groups=("hr",), editor_groups=("hr",))

    with pytest.raises(Forbidden), transaction():
        grant_edit_right(viewer_named("cem"), right)
    with pytest.raises(Forbidden), transaction():
        take_edit_right_back(viewer_named("cem"), number)


def test_b27_a_group_whose_key_looks_the_same_is_another_group() -> None:
    a_right(profiles_of_groups=("safety",), editor_groups=("hr",))
    a_local_group("һr")  # with a Cyrillic letter
    a_local_person("eve", groups=["һr"])

    assert not may(viewer_named("eve"), "sam")


def test_a_right_is_found_in_two_queries_however_many_there_are() -> None:
    for _number in range(5):
        a_right(profiles_of_groups=("safety",), editor_groups=("hr",))
    viewer, person = viewer_named("cem"), get_person("sam")
    groups = groups_of([person.id])[person.id]

    with counted_queries() as sent:
        assert may_edit(viewer, person, groups)

    assert len(sent) == 2
