"""Codes that a process keeps are those of now, and so many and no more."""

from array import array

import pytest
from flask import Flask
from sqlalchemy import update

from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.service import tell_changed
from lupweb.search import known_codes as kept
from lupweb.search.census import LETTERS
from lupweb.search.columns import NOT_SHOWN, known_columns, read_codes
from lupweb.search.known_codes import known_codes
from lupweb.search.ordering import letter_codes
from lupweb.search.selection import Codes
from tests.databases import both_databases, counted_queries
from tests.search.crowds import Crowd, a_crowd


@pytest.fixture
def crowd(in_app: Flask) -> Crowd:
    """Sixty people."""
    return a_crowd(60)


def asked(people: list[int] | None = None) -> dict[int, Codes]:
    """Return the codes of everything there is, as a request asks for them."""
    stored = known_columns("a version")
    return known_codes(stored, [stored.standing, stored.place, *stored.by_field.values()], people)


def read() -> dict[int, list[int]]:
    """Return what is stored."""
    stored = known_columns("a version")
    found = read_codes([stored.standing, stored.place, *stored.by_field.values()])
    return {id_: list(codes) for id_, codes in found.items()}


@both_databases
def test_what_is_kept_is_what_is_stored_and_costs_no_query(crowd: Crowd) -> None:
    first = asked()
    stored = known_columns("a version")

    with counted_queries() as sent:
        again = known_codes(stored, [stored.standing, stored.place])

    assert sent == []
    assert again[stored.standing.id] == first[stored.standing.id]
    assert {id_: list(codes) for id_, codes in first.items() if id_ != LETTERS} == read()
    assert first[LETTERS] == again[LETTERS] == letter_codes(first[stored.place.id])


@both_databases
def test_what_was_written_counts_at_once_and_what_is_rolled_back_never(crowd: Crowd) -> None:
    person = next(each for each in crowd.people if each.state == PersonState.ACTIVE).id
    standing = known_columns("a version").standing.id
    before = asked()[standing][person]

    with pytest.raises(ZeroDivisionError):
        hide_and_fail(person)
    assert asked()[standing][person] == before != NOT_SHOWN

    with transaction():
        assert asked()[standing][person] == before
        hide(person)
        assert asked()[standing][person] == NOT_SHOWN
    assert asked()[standing][person] == NOT_SHOWN


def hide_and_fail(person: int) -> None:
    with transaction():
        hide(person)
        assert asked()[known_columns("a version").standing.id][person] == NOT_SHOWN
        raise ZeroDivisionError


def hide(person: int) -> None:
    db.session.execute(update(Person).where(Person.id == person).values(state=PersonState.MISSING))
    tell_changed([person])


def test_more_than_may_be_kept_is_read_each_time(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_BYTES", 100)
    kept._latest.at(-1)  # forget
    first = asked()
    stored = known_columns("a version")

    with counted_queries() as sent:
        again = known_codes(stored, [stored.standing, stored.place])

    assert len(sent) == 1
    assert again[stored.place.id] == first[stored.place.id]
    assert kept._latest.at(stored.token).size == 0


def test_whoever_is_behind_the_last_block_has_no_codes(crowd: Crowd) -> None:
    everybody = asked()
    far = max(map(len, everybody.values())) + 3
    found = asked([1, far])

    assert {len(codes) for codes in found.values()} == {far + 1}
    assert {codes[far] for codes in found.values()} == {0}
    assert all(list(codes[:5]) == list(everybody[id_][:5]) for id_, codes in found.items())
    assert isinstance(found[known_columns("a version").place.id], array)
    assert asked() == everybody  # what is kept did not grow
