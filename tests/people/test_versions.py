"""The token of people is another one after every change of them, and else it stays."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from lupweb.accounts.models import User
from lupweb.database import db, transaction
from lupweb.options.models import Option
from lupweb.people.models import Group, Membership, Person
from lupweb.people.versions import KEY
from lupweb.profiles.service import tell_changed
from lupweb.search.outdated import renew_next
from tests.databases import sqlite_first
from tests.factories import a_local_group, a_local_person


def token() -> object:
    found = db.session.scalar(select(Option.value).where(Option.key == KEY))
    db.session.rollback()
    return found


def a_person() -> Person:
    return db.session.scalars(select(Person)).one()


CHANGES: dict[str, Callable[[], object]] = {
    "a statement": lambda: db.session.execute(update(Person).values(email="b@example.com")),
    "a model": lambda: setattr(a_person(), "name", "Another"),
    "text for the driver": lambda: db.session.connection().exec_driver_sql(
        "UPDATE person SET name = 'Another'"
    ),
    "another group": lambda: db.session.execute(delete(Membership)),
    "a message": lambda: tell_changed([a_person().id]),
    "words made anew": lambda: db.session.execute(
        text("UPDATE search_state SET outdated_after = 0")
    ),
}


@pytest.fixture
def people(in_app: Flask) -> None:
    """One person, in one group."""
    a_local_group("team")
    a_local_person("ada", groups=["team"])


@sqlite_first
@pytest.mark.usefixtures("people")
def test_every_change_gives_another_token_once_it_is_committed() -> None:
    seen = {str(token())}
    for change in CHANGES.values():
        with transaction():
            change()
        seen.add(str(token()))

    assert "None" not in seen
    assert len(seen) == 1 + len(CHANGES)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("kind", CHANGES)
def test_what_is_rolled_back_changes_nothing(kind: str) -> None:
    before = token()

    with suppress(KeyError), transaction():
        CHANGES[kind]()
        raise KeyError

    assert token() == before


@pytest.mark.usefixtures("people")
def test_who_signs_in_and_what_is_no_part_of_people_leave_the_token() -> None:
    before = token()

    with transaction():
        db.session.add(User(local_name="admin"))
        db.session.execute(update(Group).values(name="Another"))

    assert token() == before


@pytest.mark.usefixtures("people")
def test_a_change_inside_a_part_of_a_transaction_counts_at_its_end() -> None:
    before = token()

    with transaction():
        with db.session.begin_nested():
            CHANGES["a model"]()
        inside = db.session.scalar(select(Option.value).where(Option.key == KEY))

    assert inside == before != token()


@pytest.mark.usefixtures("people")
def test_each_block_of_words_made_anew_counts() -> None:
    with transaction():
        CHANGES["words made anew"]()
    seen = {str(token())}

    goes_on = True
    while goes_on:
        with transaction():
            goes_on = renew_next()
        seen.add(str(token()))

    assert len(seen) >= 3
