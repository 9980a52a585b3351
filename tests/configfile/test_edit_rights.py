"""Who may edit whom, as a file says it."""

import pytest
from flask import Flask

from lupweb.configfile.faults import InvalidConfiguration
from lupweb.profiles.rights import EditRight, edit_rights
from tests.configfile.files import applied, exported, previewed, sentences
from tests.databases import both_databases

GROUPS = '[[groups]]\nkey = "hr"\n[[groups]]\nkey = "sales"\n'
RIGHT = '[[edit_rights]]\nprofiles_of_groups = ["sales"]\neditor_groups = ["hr"]\n'
OTHER = '[[edit_rights]]\nprofiles_of_people = ["kate"]\neditor_people = ["bob", "ann"]\n'

pytestmark = pytest.mark.usefixtures("in_app")


@both_databases
def test_rights_are_given_and_applying_the_file_again_changes_nothing(in_app: Flask) -> None:
    outcome = applied(GROUPS + RIGHT + OTHER)

    assert outcome.comparison.created[-2:] == (
        "edit_rights.sales by hr",
        "edit_rights.@kate by @ann, @bob",
    )
    assert [each.right for each in edit_rights()] == [
        EditRight(profiles_of_groups=("sales",), editor_groups=("hr",)),
        EditRight(profiles_of_people=("kate",), editor_people=("ann", "bob")),
    ]
    assert applied(GROUPS + RIGHT + OTHER).comparison.is_empty
    assert applied(exported()).comparison.is_empty


def test_a_right_that_says_something_else_is_another_right() -> None:
    applied(GROUPS + RIGHT)

    outcome = previewed(RIGHT.replace('"hr"', '"hr", "sales"'))

    assert outcome.comparison.created == ("edit_rights.sales by hr, sales",)
    assert outcome.comparison.removed == ("edit_rights.sales by hr",)


def test_the_same_right_twice_is_one() -> None:
    applied(GROUPS + RIGHT + RIGHT)

    assert len(edit_rights()) == 1


def test_rights_that_the_file_leaves_out_are_taken_away() -> None:
    applied(GROUPS + RIGHT + OTHER)

    assert applied("edit_rights = []").comparison.removed == (
        "edit_rights.sales by hr",
        "edit_rights.@kate by @ann, @bob",
    )
    assert edit_rights() == []


def test_a_group_that_a_right_names_is_not_taken_away_without_it() -> None:
    applied(GROUPS + RIGHT)

    with pytest.raises(InvalidConfiguration, match="It still names the group “sales”"):
        applied('[[groups]]\nkey = "hr"\n')
    applied('edit_rights = []\n[[groups]]\nkey = "hr"\n')


def test_a_right_with_one_side_or_an_unknown_group_is_a_fault() -> None:
    assert sentences('[[edit_rights]]\nprofiles_of_people = ["kate"]\n') == [
        "edit_rights.#1.editor_groups, line 1: Say who may edit them: groups, or people."
    ]
    (sentence,) = sentences(
        '[[edit_rights]]\nprofiles_of_groups = ["x"]\neditor_people = ["kate"]\n'
    )
    assert sentence.endswith("line 2: There is no group “x”.")
    (sentence,) = sentences('[[edit_rights]]\nprofiles_of_groups = 5\neditor_people = ["kate"]\n')
    assert "A list of texts is expected here" in sentence
