"""B27: names that people cannot tell apart."""

import pytest

from lupweb.people.lookalikes import skeleton, told_apart


@pytest.mark.parametrize(
    "name", ["admins", "ADMINS ", "Аdmins", "Αdmins", "Ad\u200bmins", "Admіns", "Ａdmins", "Adm1ns"]
)
def test_case_blanks_and_letters_of_other_scripts_make_no_other_name(name: str) -> None:
    assert skeleton(name) == skeleton("Admins")


def test_only_names_that_look_the_same_get_their_key() -> None:
    names = {"a": "Sales", "b": "ѕales ", "c": "Sales team", "d": ""}

    assert told_apart(names) == {
        "a": "Sales [a]", "b": "ѕales  [b]", "c": "Sales team", "d": "",
    }  # fmt: skip
