"""More than 300 seeded queries give the same people as the plain reference, on both databases."""

import pytest

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.profiles.layout import load_layout
from lupweb.search.matching import match
from tests.search import reference
from tests.search.cases import HOSTILE, cases
from tests.search.company import RESTRICTED, Loaded, company, found_people

NUMBER_OF = {person.uid: number for number, person in enumerate(company().people, 1)}
EMPLOYEE = NUMBER_OF["ines.moreira"]
OFFICER = NUMBER_OF["greta.hollmann"]


def agrees(loaded: Loaded, query: str, viewer: Viewer | None = None) -> None:
    """Compare people and similar names with the reference."""
    viewer = viewer or Viewer(EMPLOYEE)
    reads_all = viewer.is_operator or loaded.safety_group in viewer.groups
    fields = tuple(range(1, len(RESTRICTED) + 1)) if reads_all else ()
    found = match(viewer, load_layout("DE"), query)
    if not query.strip("\0 "):
        assert found.ids is None
        return
    people, similar = reference.search(found_people(), query, fields, viewer.person_id)
    assert found.ids is not None
    assert sorted(found.ids) == sorted(people)
    for name in found.similar:
        assert similar & reference.compared_words(name)


@pytest.mark.parametrize("query", cases("scripts"))
def test_names_in_all_scripts(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("several words"))
def test_several_words_and_their_beginnings(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("otherwise typed"))
def test_names_in_another_spelling(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("two letters"))
def test_two_letters(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("typos"))
def test_typos(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("digits"))
def test_digits_of_telephone_numbers(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("logins"))
def test_logins_and_mail_addresses(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("values"))
def test_words_of_values(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("nonsense"))
def test_nonsense(searched: Loaded, query: str) -> None:
    agrees(searched, query)


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_are_words_like_others(searched: Loaded, query: str) -> None:
    """B91, and B46 in queries."""
    agrees(searched, query)


@pytest.mark.parametrize("query", cases("restricted"))
def test_restricted_values_are_found_by_nobody_who_may_not_read_them(
    searched: Loaded, query: str
) -> None:
    """B34; one's own are found by oneself (B41)."""
    agrees(searched, query)
    agrees(searched, query, Viewer(None))


@pytest.mark.parametrize("query", cases("restricted"))
def test_restricted_values_are_found_by_those_who_may_read_them(
    searched: Loaded, query: str
) -> None:
    agrees(searched, query, Viewer(OFFICER, frozenset({searched.safety_group})))
    agrees(searched, query, OPERATOR)
