"""Columns follow what is written: values, states, names, groups and fields."""

from random import Random

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from lupweb.database import db, transaction
from lupweb.people.models import Membership, Person
from lupweb.people.states import PersonState
from lupweb.profiles.models import ProfileField
from lupweb.profiles.service import tell_changed, tell_everybody_changed
from lupweb.search import keeping
from lupweb.search.column_models import PeopleColumn, PeopleValue
from lupweb.search.request import SearchRequest
from tests.databases import both_databases
from tests.search.asking import OPEN, answer, assert_as_expected
from tests.search.crowds import Crowd, Someone, a_crowd


@pytest.fixture
def crowd(in_app: Flask) -> Crowd:
    """Three hundred people, some hidden, some fields restricted."""
    return a_crowd(300)


@both_databases
def test_a_write_is_counted_at_once(crowd: Crowd) -> None:
    viewer = crowd.viewer()
    random = Random(5)  # noqa: S311 - no secrets
    for _number in range(5):
        answer(viewer, SearchRequest())
        with transaction():
            change(random.sample(crowd.people, 20), random)
        assert_as_expected(crowd, viewer, OPEN, SearchRequest())
        assert_as_expected(crowd, viewer, OPEN, SearchRequest(letter="M", sort="-location"))


def change(people: list[Someone], random: Random) -> None:
    """Give people other values, names and states."""
    for each in people:
        each.values["department"] = random.choice(("Sales", "New " + str(random.random())))
        each.sort_name = random.choice("mzx") + each.sort_name
        each.state = random.choice(list(PersonState))
        db.session.execute(
            update(Person)
            .where(Person.id == each.id)
            .values(
                state=each.state,
                sort_name=each.sort_name,
                document={"values": each.values},
            )
        )
    tell_changed([each.id for each in people])


def test_who_joins_or_leaves_an_applies_to_group_is_counted_so(crowd: Crowd) -> None:
    board = crowd.groups["board"]
    outside = [each for each in crowd.people if "board" not in each.groups][:40]
    inside = [each for each in crowd.people if "board" in each.groups][:20]
    with transaction():
        rows = [{"group_id": board, "person_id": each.id} for each in outside]
        db.session.execute(insert(Membership), rows)
        left = [each.id for each in inside]
        db.session.execute(
            delete(Membership).where(Membership.group_id == board, Membership.person_id.in_(left))
        )
        tell_changed([each.id for each in (*outside, *inside)])
    for each in outside:
        each.groups.add("board")
    for each in inside:
        each.groups.clear()

    assert_as_expected(
        crowd, crowd.viewer(), OPEN, SearchRequest(chosen={"board_role": ("Chair",)})
    )


@both_databases
def test_a_field_that_becomes_a_facet_is_filled_and_one_that_goes_is_forgotten(
    crowd: Crowd,
) -> None:
    viewer = crowd.viewer()
    with transaction():
        set_facets({"room"})
        tell_everybody_changed()
    assert_as_expected(crowd, viewer, ("room",), SearchRequest(chosen={"room": ("1.01", "")}))

    with transaction():
        set_facets({"department"})
        tell_changed([crowd.people[0].id])  # one write is enough
    assert_as_expected(crowd, viewer, ("department",), SearchRequest())

    with transaction():
        db.session.execute(delete(ProfileField).where(ProfileField.key == "department"))
    assert answer(viewer, SearchRequest()).facets == []
    kept = db.session.scalars(select(PeopleColumn.field_id)).all()
    fields = db.session.scalars(select(ProfileField.id)).all()
    assert {each for each in kept if each} <= set(fields)


def set_facets(keys: set[str]) -> None:
    for field in db.session.scalars(select(ProfileField)):
        field.facet = field.key in keys
    db.session.flush()


def test_codes_out_of_use_are_looked_for(in_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "NEW_VALUES", 20)
    crowd = a_crowd(100)
    for round_ in range(12):
        with transaction():
            for each in crowd.people[:30]:
                each.values["department"] = f"{round_}/{each.id}"
                db.session.execute(
                    update(Person)
                    .where(Person.id == each.id)
                    .values(document={"values": each.values})
                )
            tell_changed([each.id for each in crowd.people[:30]])

    assert db.session.scalar(select(func.count()).select_from(PeopleValue)) < 250
    assert_as_expected(crowd, crowd.viewer(), OPEN, SearchRequest(sort="department"))


def test_more_than_255_values_fit(crowd: Crowd) -> None:
    with transaction():
        for each in crowd.people:
            each.values["department"] = f"Team {each.id}"
            db.session.execute(
                update(Person).where(Person.id == each.id).values(document={"values": each.values})
            )
            tell_changed([each.id])

    asked = SearchRequest(chosen={"department": ("Team 31", "Team 9300")}, sort="-department")
    assert_as_expected(crowd, crowd.viewer(), OPEN, asked)
