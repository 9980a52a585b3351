"""Groups changed from a page: refused, replaced, and nobody locked out."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lupweb.accounts.models import RoleGrant
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.group_editing import (
    add_group,
    add_members,
    group_draft,
    group_typed,
    new_group,
    remove_group,
    remove_members,
    save_group,
)
from lupweb.configfile.group_overview import groups_overview
from lupweb.configfile.group_uses import uses_of
from lupweb.database import db, transaction
from lupweb.errors import Forbidden, InvalidValue
from lupweb.options.registry import OPTIONS
from lupweb.options.service import options, set_option
from lupweb.people.models import Person
from lupweb.people.queries import groups_by_key, groups_of
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.rights import EditRight, store_edit_right
from tests.databases import both_databases
from tests.factories import SECRET_KEY, a_local_group, a_local_person

pytestmark = pytest.mark.usefixtures("in_app")
ADMIN = Viewer(account_id=1, role=Role.SYSTEM_ADMINISTRATOR)


def used_everywhere() -> None:
    """Let "old" decide everything that a group can decide."""
    a_local_group("old", "new")
    with transaction():
        define_category("safety", "First aid", visible_to=["old", "new"], applies_to=["old"])
        define_field("emergency", "Emergency", category="safety", visible_to=["old"])
        set_option(next(each for each in OPTIONS.values() if each.name == "licence_group"), "old")
        old = groups_by_key()["old"]
        db.session.add(RoleGrant(role=Role.ADMINISTRATOR, group_id=old))
        for editors in (("old",), ("new",)):
            store_edit_right(EditRight(profiles_of_groups=("old",), editor_groups=editors))


def uses(key: str) -> list[str]:
    return sorted(f"{each.kind}.{each.key}" for each in uses_of(open_setup(ADMIN, SECRET_KEY), key))


@both_databases
def test_whatever_names_a_group_holds_it_and_goes_to_the_one_that_takes_its_place() -> None:
    used_everywhere()
    before = uses("old")

    with pytest.raises(InvalidValue, match="is in use"), transaction():
        remove_group(ADMIN, "old", "", SECRET_KEY)
    with pytest.raises(InvalidValue, match="is in use"), transaction():
        remove_group(ADMIN, "old", "old", SECRET_KEY)
    assert uses("old") == before
    with transaction():
        remove_group(ADMIN, "old", "new", SECRET_KEY)

    assert before == [
        "categories.safety", "categories.safety", "edit_rights.old by new",
        "edit_rights.old by old", "edit_rights.old by old", "fields.emergency", "policies.",
        "roles.administrator",
    ]  # fmt: skip
    assert uses("new") == [
        "categories.safety", "categories.safety", "edit_rights.new by new",
        "edit_rights.new by new", "fields.emergency", "policies.", "roles.administrator",
    ]  # fmt: skip
    setup = open_setup(ADMIN, SECRET_KEY)
    assert setup["categories"]["safety"]["visible_to"] == ("new",)
    assert "old" not in setup["groups"]


@both_databases
def test_b27_the_group_that_makes_the_last_administrators_is_neither_emptied_nor_deleted() -> None:
    a_local_group("rulers", "others")
    a_local_person("ada")
    with transaction():
        add_members(ADMIN, "rulers", ["ada"], SECRET_KEY)
        granted = RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, group_id=groups_by_key()["rulers"])
        db.session.add(granted)

    with pytest.raises(InvalidValue, match="Nobody would be an administrator"), transaction():
        remove_members(ADMIN, "rulers", ["ADA"], SECRET_KEY)
    with pytest.raises(InvalidValue, match="Nobody would be an administrator"), transaction():
        remove_group(ADMIN, "rulers", "others", SECRET_KEY)

    assert [each.members.everybody for each in groups_overview(ADMIN, options(), SECRET_KEY)] == [
        0, 1,
    ]  # fmt: skip


def test_members_are_added_once_whatever_the_spelling() -> None:
    a_local_group("team")
    ada = a_local_person("ada")
    with transaction():
        first = add_members(ADMIN, "team", [" Ada ", "ADA", ""], SECRET_KEY)
        again = add_members(ADMIN, "team", ["ada"], SECRET_KEY)

    assert (first, again) == (["ADA"], [])
    assert groups_of([ada])[ada] == {groups_by_key()["team"]}


def test_a_new_group_changes_nothing_about_anybody() -> None:
    id_ = a_local_person("ada")
    rev = db.session.get_one(Person, id_).rev

    with transaction():
        form = new_group(name="Ähnliche Dinge")
        key = add_group(ADMIN, form, SECRET_KEY)

    assert key == "aehnliche_dinge"
    assert db.session.get_one(Person, id_).rev == rev


def ruled_by_groups() -> None:
    """Let the people of "rulers" be system administrators."""
    a_local_group("rulers", "others")
    a_local_person("ada")
    a_local_person("mallory")
    with transaction():
        add_members(ADMIN, "rulers", ["ada"], SECRET_KEY)
        granted = RoleGrant(role=Role.SYSTEM_ADMINISTRATOR, group_id=groups_by_key()["rulers"])
        db.session.add(granted)


def move_rulers(viewer: Viewer) -> None:
    """Let the people of "rulers" be those of an entry in a directory."""
    stored = open_setup(viewer, SECRET_KEY)
    moved = {**stored["groups"]["rulers"], "directory": "main", "dn": "cn=mine", "members": ()}
    groups = {**stored["groups"], "rulers": moved}
    change_setup(viewer, stored, {"groups": groups}, SECRET_KEY)


@pytest.mark.parametrize(
    "seize",
    [
        lambda who: add_members(who, "rulers", ["mallory"], SECRET_KEY),
        lambda who: remove_members(who, "rulers", ["ada"], SECRET_KEY),
        lambda who: remove_group(who, "rulers", "others", SECRET_KEY),
        move_rulers,
    ],
    ids=["enter", "throw out", "replace", "other entry"],
)
def test_b27_no_administrator_becomes_a_system_administrator_by_a_group(
    seize: Callable[[Viewer], object],
) -> None:
    ruled_by_groups()
    mallory = Viewer(account_id=2, role=Role.ADMINISTRATOR)

    with pytest.raises(Forbidden, match="makes system administrators"), transaction():
        seize(mallory)

    assert open_setup(ADMIN, SECRET_KEY)["groups"]["rulers"]["members"] == ("ada",)


def test_an_administrator_renames_a_group_that_makes_system_administrators() -> None:
    ruled_by_groups()
    viewer = Viewer(account_id=2, role=Role.ADMINISTRATOR)

    with transaction():
        form = group_draft(viewer, "rulers", SECRET_KEY)
        typed = group_typed(form, {"name": ["Crew"]})
        save_group(viewer, replace(typed, revision=form.revision), SECRET_KEY)

    assert open_setup(ADMIN, SECRET_KEY)["groups"]["rulers"]["name"] == "Crew"
