"""Names that look like another one, as administrators are told of them (B47)."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.people.names import mixes_scripts
from tests.blueprints.conftest import as_admin, as_person, company
from tests.browsing import Browser
from tests.factories import a_run, an_entry
from tests.fakes import FakeDirectory

__all__ = ["as_admin", "as_person", "company"]

REAL, LOOKALIKE = "Paypal Ada", "\u0420aypal Ada"
SAID = "Letters of several alphabets. Login: "


@pytest.fixture
def alike(company: FakeDirectory, app: Flask) -> None:
    """Two people whose names look the same."""
    an_entry(company, "real", REAL)
    an_entry(company, "fake", LOOKALIKE)
    with app.app_context():
        a_run(company)


@pytest.mark.usefixtures("alike")
def test_b47_administrators_see_a_badge_and_the_login_beside_a_name_of_mixed_letters(
    as_admin: Callable[[], Browser],
) -> None:
    admin = as_admin()

    assert SAID + "fake" in admin.get("/people/fake").get_text()
    assert SAID not in admin.get("/people/real").get_text()
    listed = admin.get("/admin/people").get_text()
    assert listed.count(SAID) == 1


@pytest.mark.usefixtures("alike")
def test_b47_both_are_there_and_colleagues_see_no_badge(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")

    shown = [each.get_text(strip=True) for each in ada.get("/people").select(".pcard h3")]
    assert {REAL, LOOKALIKE} <= set(shown)
    assert SAID not in ada.get("/people/fake").get_text()


@pytest.mark.parametrize(
    ("name", "mixes"),
    [
        (REAL, False), (LOOKALIKE, True), ("\u0410\u043d\u043d\u0430 Ivanov", False),
        ("Ada L\u03bfvelace", True), ("\u5c71\u7530 Hanako", False), ("\u738bLi", False),
        ("Zo\u00eb \u00d6zg\u00fcr-\u0141ukasz", False), ("\u0391lpha", True), ("", False),
        ("Ivan \u0418\u0432\u0430\u043d\u043e\u0432", False), ("\u03a9-3 Team", False),
    ],
)  # fmt: skip
def test_b47_letters_of_alphabets_that_look_alike_are_mixed_within_a_word(
    name: str, mixes: bool
) -> None:
    assert mixes_scripts(name) is mixes
