"""What a viewer gets of a chart, with a number of queries that does not depend on its size."""

from dataclasses import replace

import pytest
from flask import Flask

from lupweb.accounts.viewers import OPERATOR, Viewer
from lupweb.database import db, transaction
from lupweb.errors import NotFound
from lupweb.orgchart import queries
from lupweb.orgchart.models import OrgChart
from lupweb.orgchart.places import ChartView, Level
from lupweb.orgchart.problems import Problems, faulty, problems
from lupweb.orgchart.queries import (
    charts_for,
    dotted,
    find_chart,
    find_standing,
    levels,
    manager_key,
    places,
    reports,
    standing,
    tops,
)
from lupweb.orgchart.tree import Flaw
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.exchange import documents
from lupweb.profiles.layout import load_layout
from lupweb.profiles.reporting import reporting_line
from tests.databases import both_databases, counted_queries, sqlite_first
from tests.factories import a_local_group
from tests.orgchart.company import (
    LINE,
    a_chart,
    become,
    chart,
    count,
    counted_anew,
    counts,
    people,
    say,
)

STRANGER = Viewer(None)


def ids(level: Level) -> list[int]:
    return [each.person_id for each in level.places]


def join(group: str, *person_ids: int) -> frozenset[int]:
    """Put people into a group; return the groups of each."""
    with transaction():
        id_ = db.session.scalars(db.select(Group.id).filter_by(key=group)).one()
        db.session.add_all(Membership(group_id=id_, person_id=each) for each in person_ids)
    return frozenset({id_})


@pytest.fixture
def company(in_app: Flask) -> ChartView:
    """Twelve people: a tree, a circle, and whatever else goes wrong; 8 is missing."""
    a_chart("also")
    people(*range(1, 13))
    say({2: 1, 3: 1, 4: 3, 5: 3, 6: 3, 8: 7, 9: "gone", 10: 10, 11: 12, 12: 11})
    say({4: 2, 5: 5, 6: 8}, key="also")
    become(PersonState.MISSING, 8)
    return chart()


@both_databases
def test_a_chart_is_read_upwards_sideways_and_downwards(company: ChartView) -> None:
    found = standing(company, OPERATOR, 5)
    assert (found.ids, found.is_cut, found.place.above_id) == ([1, 3, 5], False, 3)
    assert (found.chain[0].direct, found.chain[0].total) == (2, 5)

    level = tops(company, OPERATOR, 1, 1)
    assert (ids(level), level.count, level.rest) == ([11], 2, 0)
    below = reports(company, OPERATOR, 3, limit=2)
    assert (ids(below), below.count, below.rest) == ([4, 5], 3, 1)
    some = levels(company, OPERATOR, [1, 3, 9], limit=2)
    assert [ids(some[each]) for each in (1, 3, 9)] == [[2, 3], [4, 5], []]
    assert [(each.count, each.rest) for each in some.values()] == [(2, 0), (3, 1), (0, 0)]
    assert places(company, OPERATOR, [3, 8])[3].total == 3
    edges = dotted(company, OPERATOR, [4, 5, 6])
    assert [(each.person_id, each.to_id, each.field.key) for each in edges] == [(4, 2, "also")]


@sqlite_first
def test_what_is_to_be_repaired_is_counted_and_listed(company: ChartView) -> None:
    found = problems(company, OPERATOR)
    assert found == Problems(
        tops=2, counts={Flaw.ALONE: 1, Flaw.SELF: 1, Flaw.CYCLE: 1, Flaw.MISSING: 1}
    )
    assert str(found.sentence(Flaw.SELF)).startswith("1 person is named")

    missing = faulty(company, OPERATOR, Flaw.MISSING)
    assert [(each.person_id, each.value) for each in missing.people] == [(9, "pgone")]
    circle = faulty(company, OPERATOR, Flaw.CYCLE).people[0]
    assert (circle.person_id, circle.named_id) == (11, 12)
    assert standing(company, OPERATOR, circle.named_id or 0).ids == [11, 12]
    assert [each.value for each in faulty(company, OPERATOR, Flaw.ALONE).people] == [""]


def test_who_is_not_active_is_in_no_chart(company: ChartView) -> None:
    assert find_standing(company, OPERATOR, 8) is None
    with pytest.raises(NotFound, match="active people only"):
        standing(company, OPERATOR, 8)


def test_b37_a_chart_of_a_restricted_field_is_offered_to_nobody_else(in_app: Flask) -> None:
    a_local_group("hr")
    a_chart("also", visible_to=["hr"])
    people(1, 2)
    say({2: 1})
    say({2: 1}, key="also")
    officer = Viewer(1, join("hr", 1))
    layout = load_layout()

    assert [each.key for each in charts_for(officer, layout)] == [LINE]
    for viewer in (STRANGER, Viewer(2), Viewer(1, officer.groups, behind=Viewer(2))):
        assert charts_for(viewer, layout) == []
        with pytest.raises(NotFound):
            find_chart(LINE, viewer, layout)
        seen = chart(officer)
        for ask in (
            lambda viewer, seen: standing(seen, viewer, 2),
            lambda viewer, seen: tops(seen, viewer),
            lambda viewer, seen: reports(seen, viewer, 1),
            lambda viewer, seen: levels(seen, viewer, [1]),
            lambda viewer, seen: places(seen, viewer, [1]),
            lambda viewer, seen: dotted(seen, viewer, [2]),
            lambda viewer, seen: problems(seen, viewer),
            lambda viewer, seen: faulty(seen, viewer, Flaw.ALONE),
        ):
            with pytest.raises(NotFound):
                ask(viewer, seen)


def test_b37_dotted_lines_of_a_restricted_field_are_left_out(in_app: Flask) -> None:
    a_local_group("hr")
    a_chart("also", dotted_for=["hr"])
    people(1, 2)
    say({2: 1}, key="also")
    groups = join("hr", 1)

    assert [each.to_id for each in dotted(chart(), OPERATOR, [2])] == [1]
    assert [each.to_id for each in dotted(chart(Viewer(1, groups)), Viewer(1, groups), [2])] == [1]
    assert chart(STRANGER).dotted == ()
    assert dotted(chart(OPERATOR), STRANGER, [2]) == []


def test_who_does_not_have_the_field_reports_to_nobody_by_it(in_app: Flask) -> None:
    a_local_group("staff")
    a_chart(applies_to=["staff"])
    people(1, 2, 3)
    join("staff", 2)
    say({2: 1, 3: 1})

    assert ids(reports(chart(), OPERATOR, 1)) == [2]
    assert problems(chart(), OPERATOR).counts == {Flaw.ALONE: 1}


def test_chosen_tops_and_depth_end_the_line_upwards(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_chart()
    people(1, 2, 3, 4)
    say({2: 1, 3: 2, 4: 3})
    with transaction():
        db.session.scalars(db.select(OrgChart)).one().top = ["P2", "nobody"]

    seen = chart()

    assert ids(tops(seen, OPERATOR)) == [2]
    assert standing(seen, OPERATOR, 4).ids == [2, 3, 4]
    assert standing(seen, OPERATOR, 1).ids == [1]
    monkeypatch.setattr(queries, "DEEPEST", 2)
    found = standing(seen, OPERATOR, 4)
    assert (found.ids, found.is_cut, found.place.person_id) == ([3, 4], True, 4)


@pytest.mark.thorough
def test_b74_a_ring_a_long_chain_and_20000_reports_are_read_in_windows(in_app: Flask) -> None:
    a_chart()
    people(*range(1, 26_002), is_told=False)
    ring = {each: each % 1_000 + 1 for each in range(1, 1_001)}
    chain = {each: each - 1 for each in range(1_002, 6_001)}
    wide = dict.fromkeys(range(6_002, 26_002), 6_001)
    say({**ring, **chain, **wide}, is_told=False)
    count()
    seen = chart()

    found = standing(seen, OPERATOR, 6_000)
    assert (len(found.chain), found.is_cut, found.chain[0].person_id) == (100, True, 5_901)
    assert standing(seen, OPERATOR, 500).place.total == 498
    level = reports(seen, OPERATOR, 6_001, offset=19_990, limit=40)
    assert (level.count, len(level.places)) == (20_000, 10)
    assert levels(seen, OPERATOR, [6_001], limit=12)[6_001].rest == 19_988
    assert ids(tops(seen, OPERATOR)) == [1, 1_001, 6_001]
    assert faulty(seen, OPERATOR, Flaw.CYCLE).people[0].named_id == 2


@pytest.mark.thorough
@both_databases
def test_b74_a_thousand_circles_and_10000_missing_managers_are_counted_and_listed(
    in_app: Flask,
) -> None:
    a_chart()
    people(*range(1, 15_001), is_told=False)
    circles = {each: each + 1 if each % 2 else each - 1 for each in range(1, 2_001)}
    missing = dict.fromkeys(range(2_001, 12_001), "gone")
    below = {each: each - 10_000 for each in range(12_001, 15_001)}
    say({**circles, **missing, **below}, is_told=False)
    count()
    seen = chart()

    assert problems(seen, OPERATOR).counts == {Flaw.CYCLE: 1_000, Flaw.MISSING: 10_000}
    with counted_queries() as sent:
        first = tops(seen, OPERATOR, limit=12)
        last = faulty(seen, OPERATOR, Flaw.MISSING, offset=9_990)
    assert (first.count, len(first.places), first.places[0].flaw) == (4_000, 12, Flaw.CYCLE)
    assert (last.count, len(last.people), last.people[0].value) == (10_000, 10, "pgone")
    assert len(sent) == 3
    assert standing(seen, OPERATOR, 2).ids == [1, 2]
    assert counts() == counted_anew()


def test_every_question_asks_the_database_as_often_for_many_as_for_few(in_app: Flask) -> None:
    a_chart("also")
    people(*range(1, 41))
    say({each: each // 3 + 1 for each in range(2, 40)})
    say(dict.fromkeys(range(2, 9), 1), key="also")
    layout = load_layout()

    def asked(*some: int) -> list[int]:
        numbers = []
        for act in (
            lambda: charts_for(STRANGER, layout),
            lambda: standing(seen, STRANGER, some[-1]),
            lambda: tops(seen, STRANGER),
            lambda: reports(seen, STRANGER, some[0]),
            lambda: levels(seen, STRANGER, some),
            lambda: places(seen, STRANGER, some),
            lambda: dotted(seen, STRANGER, some),
            lambda: problems(seen, STRANGER),
            lambda: faulty(seen, STRANGER, Flaw.ALONE),
        ):
            with counted_queries() as sent:
                act()
            numbers.append(len(sent))
        return numbers

    seen = chart(STRANGER)
    assert asked(1) == asked(*range(1, 40)) == [1, 1, 1, 1, 1, 1, 1, 2, 2]


def test_behind_the_last_report_it_is_still_known_how_many_there_are(in_app: Flask) -> None:
    a_chart()
    people(*range(1, 6))
    say(dict.fromkeys(range(2, 6), 1))
    seen = chart()

    last, behind, nobody = (reports(seen, OPERATOR, *each) for each in ((1, 3), (1, 9), (5,)))

    assert [(each.count, len(each.places)) for each in (last, behind, nobody)] == [
        (4, 1),
        (4, 0),
        (0, 0),
    ]


def test_the_first_chart_says_which_field_names_the_manager(in_app: Flask) -> None:
    assert manager_key() == "manager"
    a_chart()
    people(1, 2)
    with transaction():
        get_person("p2").document = {"values": {"boss": "p1"}}
    say({2: 1})
    layout = replace(load_layout(), manager=manager_key())

    both = db.session.scalars(db.select(Person).order_by(Person.id)).all()
    assert [each["manager"] for each in documents(OPERATOR, layout, both)] == [None, "p1"]
    line = reporting_line(OPERATOR, layout, both[1])
    assert [each.login for each in line.chain] == ["p1", "p2"]
