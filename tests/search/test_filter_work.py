"""What filters cost: values are made ready once, and nothing goes on for long (B90)."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from lupweb import database
from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.database import db, limit_statements, transaction
from lupweb.errors import Busy
from lupweb.people.states import PersonState
from lupweb.profiles.models import IndexedValue
from lupweb.search import filter_forms, filter_patterns, filters
from lupweb.search.filter_forms import Forms
from lupweb.search.filter_patterns import Pattern, plain
from lupweb.search.filter_work import Work
from lupweb.search.request import SearchRequest
from lupweb.search.terms import Value
from lupweb.web.errors import status_of
from tests.search.filter_asking import finder, page, shown
from tests.search.filter_company import FilterCompany, Someone
from tests.search.saying import everybody, led_by

BEHIND = "a b c d e f g h i j k l"


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets a filter of a page take no time at all."""
    monkeypatch.setattr(database, "PAGE_STATEMENT_S", -1)
    filters.forget_answers()
    yield
    limit_statements(is_on=False)


def calls_of(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, act: Callable[[], object]
) -> int:
    """Return how often a function is called by this."""
    called = 0
    original = getattr(module, name)

    def counting(*given: object) -> object:
        nonlocal called
        called += 1
        return original(*given)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, counting)
        act()
    return called


def test_b90_names_are_made_ready_once_whatever_is_asked_of_them(
    filter_company: FilterCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters.forget_answers()
    found = finder(Viewer())
    long = " OR ".join(f"manager:q{number}q {BEHIND}" for number in range(8))

    first = calls_of(monkeypatch, filter_forms, "plain", lambda: found(long))
    again = calls_of(monkeypatch, filter_forms, "plain", lambda: found("manager:*al* OR manager:q"))

    assert 0 < first <= 4 * len(filter_company.people) + 1
    assert again == 0


def test_b90_what_words_behind_a_pattern_may_belong_to_is_looked_up_by_its_end(
    filter_company: FilterCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = finder(Viewer())

    looked = calls_of(
        monkeypatch,
        filter_patterns,
        "_follow",
        lambda: found(f"name:* {BEHIND.replace('a', 'zq')}"),
    )

    assert looked <= len(filter_company.people)  # all thirteen readings together


def test_b90_a_filter_that_takes_a_page_too_long_is_broken_off(
    filter_company: FilterCompany, no_patience: None
) -> None:
    for written in ("manager:*a*", "room:4*", "about:boats", "started>=2024", "phone:040"):
        limit_statements()
        with pytest.raises(Busy, match="takes too long, so it was broken off") as caught:
            page(Viewer(), SearchRequest(filter=written))
        assert status_of(caught.value) == 503
        limit_statements(is_on=False)
        finder(Viewer())(written)  # for no page, so that it may take its time


def test_b90_what_is_at_work_looks_at_the_clock_again_and_again() -> None:
    texts = [(f"a{number} {'x' * 200}", number) for number in range(2_000)]
    forms = Forms([text for text, _number in texts], lambda: texts)
    pattern = Pattern.of(Value.read("*x*x?*"), plain)

    class Counting(Work):
        looks = 0

        def go_on(self) -> None:
            self.looks += 1

    work = Counting()
    assert len(forms.plain.like(pattern, work)) == 2_000
    assert work.looks >= 20
    assert len(list(forms.fitting(bool, work))) == 2_000


def test_whom_a_value_names_is_asked_anew_though_no_column_changed(
    filter_company: FilterCompany,
) -> None:
    found = finder(Viewer())
    one = next(each for each in filter_company.people if each.is_shown and _has_manager(each))
    before, after = (each for each in _managers(filter_company) if each.id != one.id)
    for manager in (before, after):
        with transaction():
            db.session.execute(
                update(IndexedValue)
                .where(IndexedValue.person_id == one.id)
                .values(referred_id=manager.id)
            )
        assert one.id in found(f"manager:{manager.login}")
    assert one.id not in found(f"manager:{before.login}")


def test_what_an_operator_was_told_of_somebody_hidden_is_kept_from_others(
    filter_company: FilterCompany,
) -> None:
    hidden = next(
        each.manager
        for each in filter_company.people
        if each.is_shown
        and isinstance(each.manager, Someone)
        and each.manager.state is PersonState.DISABLED
    )
    written = f"manager:{hidden.login}"

    assert finder(OPERATOR)(written)
    assert finder(Viewer())(written) == set()


def test_nobody_is_called_what_stands_in_place_of_a_hidden_name(
    filter_company: FilterCompany,
) -> None:
    assert finder(Viewer())("manager:*not shown*") == set()
    assert finder(Viewer())("manager:*anna*") <= shown(filter_company, led_by(everybody))


def test_nothing_is_kept_where_nobody_knows_whether_it_changed(
    filter_company: FilterCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters.forget_answers()

    def ask() -> None:
        page(Viewer(), SearchRequest(filter="manager:anna OR room:4*"))

    assert calls_of(monkeypatch, filter_forms, "plain", ask) > 0
    assert calls_of(monkeypatch, filter_forms, "plain", ask) > 0


def _has_manager(each: Someone) -> bool:
    return isinstance(each.manager, Someone)


def _managers(company: FilterCompany) -> list[Someone]:
    shown_ones = [each for each in company.people if each.is_shown]
    return shown_ones[-2:]
