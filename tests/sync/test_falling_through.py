"""A field that falls through to the next directory where one has no value (sync.md section 2)."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.changing import RefusedChange
from lupweb.configfile.directory_removal import remove_directory
from lupweb.database import db, transaction
from lupweb.directories.editor import put_in_order, store_directory
from lupweb.directories.models import Identity
from lupweb.directories.service import get_directory
from lupweb.people.queries import get_person
from lupweb.profiles.models import IndexedValue
from tests.databases import sqlite_first
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.profiles.editing import layout
from tests.sync.falling import (
    BOTH,
    FALLING,
    FIRST,
    SECOND,
    fall_through,
    make_falling_company,
    phone,
)
from tests.sync.two_directories import Company, a_company, kept_second, take_from


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> Company:
    """Ada and Eve stand in both directories, Ben in the first, Cem in the second, and more."""
    return Company(companies.again(in_app, directory, make_falling_company), kept_second(FALLING))


def enable(key: str, *, is_enabled: bool) -> None:
    with transaction():
        store_directory(key, {"is_enabled": is_enabled})


@sqlite_first
@pytest.mark.parametrize("order", [BOTH, BOTH[::-1]])
def test_the_next_directory_supplies_what_the_first_has_not_whichever_is_read_first(
    in_app: Flask, directory: FakeDirectory, order: tuple[str, str]
) -> None:
    company = a_company(directory)
    an_entry(company.main, "eve", "Eve")
    an_entry(company.second, "eve", "Somebody Else", telephoneNumber=SECOND)
    fall_through()

    for key in order:
        company.read(key)

    assert (phone("eve"), phone("ada")) == ((SECOND, "second"), (FIRST, "main"))
    assert get_person("eve").name == "Eve"
    assert [company.read(key)["changed"] for key in order] == [0, 0]


@sqlite_first
def test_what_was_kept_of_the_entries_goes_with_the_option(
    in_app: Flask, directory: FakeDirectory
) -> None:
    company = a_company(directory)
    fall_through()
    for key in BOTH:
        company.read(key)
    kept = {str(each) for each in db.session.scalars(select(Identity.offers))}
    db.session.rollback()

    take_from("", fall_through=False)

    assert str({"phone": SECOND}) in kept
    assert {str(each) for each in db.session.scalars(select(Identity.offers))} == {"{}"}


def test_without_the_option_an_empty_value_of_the_first_stays_empty(company: Company) -> None:
    take_from("", fall_through=False)

    main = company.read("main", "changes")
    second = company.read("second", "changes")

    assert (main["mode"], phone("eve"), second["shadowed"]) == ("fill", ("", ""), 2)


@pytest.mark.parametrize("order", [BOTH, BOTH[::-1]])
def test_switched_on_it_is_read_for_everybody_by_itself(
    company: Company, order: tuple[str, str]
) -> None:
    take_from("", fall_through=False)
    for key in BOTH:
        company.read(key, "changes")
    fall_through()

    modes = [company.read(key, "changes")["mode"] for key in order]

    assert modes == ["fill", "fill"]
    assert (phone("eve"), phone("ada")) == ((SECOND, "second"), (FIRST, "main"))
    assert [company.read(key, "changes")["mode"] for key in order] == ["changes", "changes"]


@pytest.mark.parametrize("mode", ["changes", "full"])
def test_the_value_of_the_first_appears_and_disappears(company: Company, mode: str) -> None:
    company.main.set("eve", "telephoneNumber", [b"+49 611 11"])
    appeared = company.read("main", mode)
    assert (appeared["values_changed"], phone("eve")) == (1, ("+49 611 11", "main"))
    company.second.set("eve", "telephoneNumber", [b"+49 611 22"])
    company.read("second", mode)
    assert phone("eve") == ("+49 611 11", "main")

    company.main.set("eve", "telephoneNumber", [])
    company.read("main", mode)

    assert phone("eve") == ("+49 611 22", "second")


@pytest.mark.parametrize("mode", ["changes", "full"])
def test_a_change_in_the_second_directory_counts_where_it_supplies(
    company: Company, mode: str
) -> None:
    company.second.set("eve", "telephoneNumber", [b"+49 611 22"])
    company.second.set("ADA", "telephoneNumber", [b"+49 611 23"])

    changed = company.read("second", mode)

    assert (changed["changed"], changed["shadowed"]) == (1, 1)
    assert (phone("eve"), phone("ada")) == (("+49 611 22", "second"), (FIRST, "main"))
    company.second.set("eve", "telephoneNumber", [])
    company.read("second", mode)
    assert phone("eve") == ("", "")


def test_the_same_value_in_both_names_the_directory_that_it_comes_from(company: Company) -> None:
    company.main.set("eve", "telephoneNumber", [SECOND.encode()])

    found = company.read("main", "changes")

    assert (found["values_changed"], phone("eve")) == (0, (SECOND, "main"))
    company.main.set("eve", "telephoneNumber", [])
    company.read("main", "changes")
    assert phone("eve") == (SECOND, "second")


def test_an_entry_that_is_gone_in_the_second_supplies_nothing_until_it_is_back(
    company: Company,
) -> None:
    company.second.delete("eve")
    company.read("second", "changes")

    company.read("main", "changes")

    assert phone("eve") == ("", "")


def test_an_entry_that_is_gone_in_the_first_leaves_the_second(company: Company) -> None:
    company.main.set("eve", "telephoneNumber", [b"+49 611 11"])
    company.read("main", "changes")
    company.main.delete("eve")
    company.read("main", "changes")

    company.read("second", "changes")

    assert phone("eve") == (SECOND, "second")


@pytest.mark.parametrize("order", [BOTH, BOTH[::-1]])
def test_a_directory_that_is_switched_off_steps_back_and_on_again_comes_back(
    company: Company, order: tuple[str, str]
) -> None:
    enable("second", is_enabled=False)
    company.read("main", "changes")
    assert phone("eve") == ("", "")

    enable("second", is_enabled=True)
    for key in order:
        company.read(key, "changes")

    assert (phone("eve"), phone("ada")) == ((SECOND, "second"), (FIRST, "main"))
    enable("main", is_enabled=False)
    company.read("second", "changes")
    assert phone("ada") == (SECOND, "second")


@pytest.mark.parametrize("order", [BOTH, BOTH[::-1]])
def test_another_order_of_the_directories_decides_anew(
    company: Company, order: tuple[str, str]
) -> None:
    company.main.set("ADA", "telephoneNumber", [b"+49 611 11"])
    an_entry(company.second, "mine0")
    with transaction():
        put_in_order(BOTH[::-1])

    for key in order:
        company.read(key, "changes")

    assert (phone("ada"), phone("eve")) == ((SECOND, "second"), (SECOND, "second"))


def test_a_directory_that_is_taken_away_leaves_what_the_other_has(company: Company) -> None:
    with transaction():
        remove_directory(OPERATOR, get_directory("main"), "local", SECRET_KEY)

    company.read("second")

    assert (phone("ada"), phone("eve")) == ((SECOND, "second"), (SECOND, "second"))


def test_a_directory_that_is_asked_first_falls_through_as_well(company: Company) -> None:
    fall_through(directory="second")
    company.main.set("eve", "telephoneNumber", [b"+49 611 11"])
    for key in BOTH:
        company.read(key, "changes")
    assert (phone("ada"), phone("eve")) == ((SECOND, "second"), (SECOND, "second"))

    company.second.set("eve", "telephoneNumber", [])
    company.read("second", "changes")

    assert phone("eve") == ("+49 611 11", "main")
    company.main.set("ben", "telephoneNumber", [b"+49 611 12"])  # whom the second does not have
    company.read("main", "changes")
    assert phone("ben") == ("+49 611 12", "main")


def test_a_value_that_cannot_be_read_leaves_it_as_it_is(company: Company) -> None:
    company.main.set("ada", "telephoneNumber", [b"\xff\xfe"])

    company.read("main", "changes")
    company.read("second")

    assert phone("ada") == (FIRST, "main")


def test_a_manager_that_falls_through_is_found_in_the_directory_that_has_it(
    company: Company,
) -> None:
    fall_through("manager")
    company.second.set("eve", "manager", [b"uid=cem,ou=people,dc=example,dc=com"])
    for key in BOTH:
        company.read(key)
    field = layout().find_field("manager")
    assert field is not None

    company.read("main")

    rows = select(IndexedValue.referred_id).where(
        IndexedValue.person_id == get_person("eve").id, IndexedValue.field_id == field.id
    )
    assert db.session.scalars(rows).all() == [get_person("cem").id]


def test_only_fields_that_directories_fill_fall_through(company: Company) -> None:
    with pytest.raises(RefusedChange, match="falls through to the next"):
        fall_through(source="user", attribute="")
