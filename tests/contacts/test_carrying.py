"""Contacts follow two records that are put together, and come back when they are taken apart."""

from collections.abc import Mapping

import pytest
from flask import Flask

from lupweb.accounts.models import User
from lupweb.accounts.viewers import Viewer
from lupweb.contacts.carrying import carry, carry_back
from lupweb.contacts.models import Contact
from lupweb.contacts.queries import group_names, members_of, starred
from lupweb.contacts.service import change_contact, unstar
from lupweb.database import db, transaction
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from tests.databases import sqlite_first
from tests.factories import a_local_person


@pytest.fixture
def people(in_app: Flask) -> Mapping[str, int]:
    """Ines twice, old and new, and two others; all but Ben have an account."""
    ids = {login: a_local_person(login) for login in ("ada", "ines", "old", "ben")}
    with transaction():
        db.session.add_all(User(person_id=ids[login]) for login in ("ada", "ines", "old"))
    return ids


def viewer(person_id: int) -> Viewer:
    account = db.session.scalars(db.select(User.id).where(User.person_id == person_id)).one()
    return Viewer(person_id, account_id=account)


def keep(owner: int, login: str, note: str, group: str = "") -> None:
    with transaction():
        change_contact(viewer(owner), options(), login, note, (), group)


def kept(owner: int) -> dict[int, tuple[str, list[str]]]:
    """Return person -> note and groups, of everybody whom an account starred."""
    who = viewer(owner)
    members = members_of(who)
    rows = db.session.scalars(
        db.select(Contact).where(
            Contact.user_id == who.account_id, Contact.person_id.in_(starred(who))
        )
    )
    return {
        row.person_id: (
            row.note,
            [name for id_, name in group_names(who) if row.person_id in members.get(id_, ())],
        )
        for row in rows
    }


@sqlite_first
def test_who_starred_the_other_record_has_starred_the_one_that_stays(
    people: Mapping[str, int],
) -> None:
    keep(people["ada"], "old", "Knows boats", "Harbour")

    with transaction():
        moved = carry(people["ines"], people["old"])
        db.session.get_one(Person, people["old"]).state = PersonState.MERGED

    assert kept(people["ada"])[people["ines"]] == ("Knows boats", ["Harbour"])
    assert "boats" not in str(moved)
    with transaction():
        carry_back(people["ines"], people["old"], moved)
    assert kept(people["ada"]) == {people["old"]: ("Knows boats", ["Harbour"])}


def test_two_notes_about_the_same_human_become_one_and_stay(people: Mapping[str, int]) -> None:
    keep(people["ada"], "ines", "Likes tea")
    keep(people["ada"], "old", "Knows boats", "Harbour")

    with transaction():
        moved = carry(people["ines"], people["old"])
    assert kept(people["ada"])[people["ines"]] == ("Likes tea\nKnows boats", ["Harbour"])
    with transaction():
        carry_back(people["ines"], people["old"], moved)

    assert kept(people["ada"]).keys() == {people["ines"], people["old"]}


def test_an_account_has_the_contacts_of_both_and_gives_them_back(
    people: Mapping[str, int],
) -> None:
    keep(people["old"], "ada", "My boss", "Office")
    keep(people["old"], "ben", "", "Office")
    keep(people["ines"], "ben", "Football", "Sport")

    with transaction():
        moved = carry(people["ines"], people["old"])
    both = kept(people["ines"])
    assert both[people["ada"]] == ("My boss", ["Office"])
    assert both[people["ben"]] == ("Football", ["Office", "Sport"])
    keep(people["ines"], "ada", "My boss, written since")
    with transaction():
        carry_back(people["ines"], people["old"], moved)

    assert kept(people["ines"])[people["ada"]][0] == "My boss, written since"
    assert kept(people["old"])[people["ada"]] == ("My boss", ["Office"])


def test_somebody_who_was_taken_out_is_not_carried(people: Mapping[str, int]) -> None:
    keep(people["ada"], "old", "Knows boats")
    with transaction():
        unstar(viewer(people["ada"]), options(), "old")

    with transaction():
        carry(people["ines"], people["old"])

    assert kept(people["ada"]) == {}
