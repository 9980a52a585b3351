"""Whatever happens to people, counts are what they would be if all were counted anew."""

import random
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from lupweb.database import db, transaction
from lupweb.jobs.renewing import count_charts
from lupweb.orgchart import keeping
from lupweb.orgchart.models import OrgChart, SubtreeCount
from lupweb.orgchart.tree import ASIDE, TOP, Flaw
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.service import tell_changed
from tests.databases import both_databases, counted_queries, sqlite_first
from tests.orgchart.company import a_chart, become, count, counted_anew, counts, people, say

ACTIVE, MISSING = PersonState.ACTIVE, PersonState.MISSING


@pytest.fixture
def company(in_app: Flask) -> Iterator[None]:
    """Twelve people, counted; 1 leads 2 and 3, 3 leads 4 to 6, the others say nothing."""
    a_chart()
    people(*range(1, 13))
    say({2: 1, 3: 1, 4: 3, 5: 3, 6: 3})
    count()
    yield
    db.session.rollback()


def place(person: int) -> tuple[int, Flaw | None, int, int]:
    row = db.session.get_one(SubtreeCount, (1, person))
    db.session.refresh(row)
    return row.above_id, row.flaw, row.direct, row.total


@sqlite_first
def test_after_any_edits_counts_are_those_of_a_count_from_nothing(company: None) -> None:
    chance = random.Random(8)  # noqa: S311 - the same each time
    flaws: set[Flaw | None] = set()
    for step in range(45):
        who = chance.sample(range(1, 13), chance.choice([1, 1, 2, 4]))
        match chance.randrange(5):
            case 0:
                become(chance.choice([ACTIVE, MISSING]), *who)
            case 1:
                say({person: chance.choice(["", "nobody"]) for person in who})
            case _:
                say({person: chance.randint(1, 12) for person in who})
        if step % 3 == 0:
            assert counts() == counted_anew(), step
            flaws |= set(db.session.scalars(select(SubtreeCount.flaw)))
    assert flaws == {None, *Flaw}, "not everything happened"


def test_an_edit_moves_whoever_is_below_and_shows_at_once(company: None) -> None:
    say({3: 2})

    assert place(1) == (TOP, None, 1, 5)
    assert place(2) == (1, None, 1, 4)
    assert place(3) == (2, None, 3, 3)
    assert place(12) == (ASIDE, Flaw.ALONE, 0, 0)


@both_databases
def test_who_reports_to_somebody_who_left_is_a_top_until_they_come_back(company: None) -> None:
    before = counts()
    become(MISSING, 3)

    assert place(1) == (TOP, None, 1, 1)
    assert place(4) == (ASIDE, Flaw.MISSING, 0, 0)
    assert db.session.get(SubtreeCount, (1, 3)) is None

    become(ACTIVE, 3)
    assert counts() == before


def test_a_circle_is_cut_at_its_smallest_number_and_closes_no_more_when_it_is_broken(
    company: None,
) -> None:
    say({1: 4})
    assert place(1) == (TOP, Flaw.CYCLE, 2, 5)
    say({1: 12, 12: 12})
    assert place(1) == (12, None, 2, 5)
    assert place(12) == (TOP, Flaw.SELF, 1, 6)


def test_many_who_change_without_standing_elsewhere_leave_a_chart_as_it_is(
    company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FEW", 2)
    with transaction():
        tell_changed([1, 2, 3, 4, 5, 6])
    assert not keeping.is_any_outdated()

    with transaction():
        db.session.execute(update(Person).where(Person.id == 4).values(sort_name="a"))
        tell_changed([1, 2, 3, 4, 5, 6])

    assert not keeping.is_any_outdated()
    assert counts() == counted_anew()


def test_many_at_once_are_counted_at_the_end_and_by_the_scheduler_at_the_latest(
    company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FEW", 2)
    before = counts()
    say({4: 2, 5: 2, 6: 2})
    assert counts() == before
    assert keeping.is_any_outdated()

    count_charts()

    assert not keeping.is_any_outdated()
    assert place(2) == (1, None, 3, 3)
    assert counts() == counted_anew()


def test_when_a_manager_of_many_leaves_everybody_is_counted_in_the_same_transaction(
    company: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_FOLLOWERS", 2)
    become(MISSING, 3)

    assert place(4) == (ASIDE, Flaw.MISSING, 0, 0)
    assert counts() == counted_anew()


def test_several_who_leave_in_one_transaction_are_counted_whoever_is_told_of_first(
    company: None,
) -> None:
    say({7: 4, 8: 7})
    become(MISSING, 3, 4)
    assert counts() == counted_anew()
    with transaction():
        for person in (3, 4, 7):
            row = db.session.get_one(keeping.Person, person)
            row.state = MISSING if person == 7 else ACTIVE
        db.session.flush()
        for person in (7, 3, 4):
            keeping.renew([person])
    assert counts() == counted_anew()


def test_what_moves_nobody_asks_three_questions_and_an_edit_always_as_many(company: None) -> None:
    with transaction(), counted_queries() as sent:
        keeping.renew([4])
    assert len(sent) == 3

    say({7: 6, 8: 7, 9: 8, 10: 9})
    asked = []
    for named in ({12: 6}, {12: 10}):
        with counted_queries() as sent:
            say(named)
        asked.append(len(sent))
    assert asked[0] == asked[1]


def test_counts_of_a_chart_that_is_no_more_go_with_it(company: None) -> None:
    with transaction():
        keeping.remove_charts(db.session.scalars(select(OrgChart.key)).all())
    assert counts() == set()
