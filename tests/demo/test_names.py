"""Names of many cultures, and the logins made of them."""

import pytest

from lupweb.demo.names import cultures, login_part


def test_thousands_of_family_names_can_be_reached() -> None:
    families = {pair[1].latin for culture in cultures() for pair in culture.families}

    assert len(families) > 5_000


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("Łukasz", "lukasz"),
        ("Weiß", "weiss"),
        ("Şahin", "sahin"),
        ("Işık", "isik"),
        ("Bjørn", "bjoern"),
        ("O'Neil", "oneil"),
        ("van der Berg", "vanderberg"),
        ("Nguyễn", "nguyen"),
        ("Gonçalves", "goncalves"),
    ],
)
def test_a_login_is_the_name_in_plain_letters(name: str, login: str) -> None:
    assert login_part(name) == login
