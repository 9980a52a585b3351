"""Names: initials in any script, addresses that reach everybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.people.names import colour_of, fold_login, handle_of, initials_of


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ines Moreira", "IM"),
        ("Ludwig van der Berg", "LB"),
        ("Madonna", "M"),
        ("de la Cruz", "C"),
        ("O'Neil, Pat", "OP"),
        ("山田太郎", "山"),
        ("محمد علي", "مع"),
        ("", "?"),
        ("1 2 3", "?"),
        ("Ádám Őry", "ÁŐ"),
        ("ß test", "SST"),
    ],
)
def test_initials_stand_for_a_name_in_any_script(name: str, initials: str) -> None:
    assert initials_of(name) == initials


@given(st.text())
def test_every_name_has_initials(name: str) -> None:
    assert initials_of(name)


@pytest.mark.parametrize(
    ("login", "handle"),
    [
        ("ines.moreira", "ines.moreira"),
        ("ada@example.com", "ada@example.com"),
        ("a+b", "a+b"),
        ("a/b", "id:7"),
        ("..", "id:7"),
        ("a b", "id:7"),
        ("x.vcf", "id:7"),
        ("print", "id:7"),
        ("export.csv", "id:7"),
        ("", "id:7"),
    ],
)
def test_b69_a_login_that_is_no_address_is_reached_by_its_number(login: str, handle: str) -> None:
    assert handle_of(7, login) == handle


def test_a_login_that_two_people_have_is_reached_by_number() -> None:
    assert handle_of(7, "ada", is_unique=False) == "id:7"


@given(st.integers(min_value=1))
def test_a_colour_is_one_of_eight_and_stays(person_id: int) -> None:
    assert colour_of(person_id) == colour_of(person_id)
    assert 1 <= colour_of(person_id) <= 8


def test_logins_are_compared_without_case_and_width() -> None:
    assert fold_login(" U1 ") == fold_login("ｕ１")
