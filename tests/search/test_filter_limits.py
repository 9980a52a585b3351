"""What filters refuse, and what nobody learns by them."""

import pytest

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.database import transaction
from lupweb.errors import FilterRefused
from lupweb.people.states import PersonState
from lupweb.profiles.editor import restrict_category
from lupweb.search.request import SearchRequest
from tests.search.filter_asking import UNKNOWN, finder, page, rows_of_the_manual, set_value, shown
from tests.search.filter_company import CHOICES, FilterCompany
from tests.search.saying import has

REFUSED = {
    "anna started:soon": (14, "“soon” is no day. Examples: 2024-01-31, today, next 7 days."),
    "started>=31.1.": (10, "“31.1.” has no year. Add one to compare days."),
    "hours>many": (7, "“many” is no number. An example: 1200."),
    "department>=IT": (13, "Only days and numbers are compared with “>=”."),
    "manager<x": (9, "Only days and numbers are compared with “<”."),
    "10:30": (1, UNKNOWN.format("10")),
    "-(a OR (naem:x))": (9, UNKNOWN.format("naem")),
    " ".join(f"{key}:*" for key in (*sorted(CHOICES)[:13], "name") if key != "grade"): (
        111,
        "A filter names at most 12 different fields.",
    ),
}
"""A filter -> the column of its fault, and what is said."""


def test_b35_a_field_that_one_may_not_read_is_unknown_like_one_that_does_not_exist(
    filter_company: FilterCompany,
) -> None:
    allowed = Viewer(None, frozenset({filter_company.groups["safety"]}))
    for written in ("grade", "GRADE", "Grade", "grad", "grades", '"grade"'):
        for value in ("ZQX-1", '""', "*", ">=3"):
            with pytest.raises(FilterRefused) as caught:
                finder(Viewer())(f"anna OR {written}:{value}")
            assert str(caught.value) == UNKNOWN.format(written.strip('"'))
            assert (caught.value.column, caught.value.suggestion) == (9, "")

    assert finder(allowed)("grade:ZQX-1") == shown(filter_company, has("grade", "ZQX-1"))
    assert finder(OPERATOR)('-grade:""') == shown(
        filter_company, lambda who: bool(who.items("grade"))
    )
    with pytest.raises(FilterRefused) as caught:
        finder(allowed)("grades:x")
    assert caught.value.suggestion == "grade"


def test_b35_a_field_that_becomes_restricted_is_unknown_at_once_though_it_was_asked_before(
    filter_company: FilterCompany,
) -> None:
    viewer = Viewer()
    assert finder(viewer)("room:41")
    with transaction():
        restrict_category("work", applies_to=[], visible_to=["safety"])

    with pytest.raises(FilterRefused, match="There is no field “room”"):
        finder(viewer)("room:41")
    refused = page(viewer, SearchRequest(filter="manager:*")).refused
    assert refused is not None
    assert str(refused) == UNKNOWN.format("manager")


def test_words_in_a_filter_find_restricted_values_of_nobody_but_for_those_who_may_read(
    filter_company: FilterCompany,
) -> None:
    """B34."""
    allowed = Viewer(None, frozenset({filter_company.groups["safety"]}))

    assert finder(Viewer())("zqx OR nothing") == set()
    assert finder(Viewer())("-zqx") == shown(filter_company, lambda _who: True)
    assert finder(allowed)("zqx") == shown(filter_company, lambda who: bool(who.items("grade")))


def test_a_value_of_somebody_hidden_does_not_decide_what_a_filter_means(
    filter_company: FilterCompany,
) -> None:
    first = next(each for each in filter_company.people if each.is_shown)
    hidden = next(each for each in filter_company.people if each.state is PersonState.MISSING)
    for each, location in ((first, "Zqtown"), (hidden, "Zqtown anna")):
        set_value(each, "location", location)

    want = {first.id} if "anna" in f"{first.name} {first.email}".lower() else set()
    assert finder(Viewer())("location:Zqtown anna") == want


def test_what_a_field_cannot_be_compared_with_is_said_with_its_column(
    filter_company: FilterCompany,
) -> None:
    for written, (column, says) in REFUSED.items():
        with pytest.raises(FilterRefused) as caught:
            finder(Viewer())(written)

        found = (caught.value.column, str(caught.value), caught.value.text)
        assert found == (column, says, written)


def test_every_fault_of_the_manual_is_said_so(filter_company: FilterCompany) -> None:
    for written, says in rows_of_the_manual("## What goes wrong"):
        with pytest.raises(FilterRefused) as caught:
            finder(Viewer())(written)
        refused = caught.value
        meant = f" Did you mean “{refused.suggestion}”?" if refused.suggestion else ""
        assert f"Column {refused.column}: {refused}{meant}" == says


def test_a_filter_that_is_wrong_loses_nobody_on_a_page_and_lets_nobody_into_a_file(
    filter_company: FilterCompany,
) -> None:
    asked = SearchRequest(filter="departmnt:IT", chosen={"location": ("Hamburg",)})

    found = page(Viewer(), asked)

    assert found.refused is not None
    assert (found.refused.column, found.refused.suggestion) == (1, "department")
    assert found.total == len(shown(filter_company, has("location", "Hamburg")))
    assert found.version is None
    with pytest.raises(FilterRefused):
        finder(Viewer())("departmnt:IT")
