"""A field that falls through, where a run does not simply write it: plans, undo, what is held."""

import pytest
from flask import Flask

from lupweb.profiles.queries import profile
from lupweb.sync.one_person import read_person
from lupweb.sync.records import details
from lupweb.sync.refresh import refresh
from lupweb.sync.service import apply_plan, approve, plan_only
from lupweb.undo.service import undo
from tests.databases import counted_queries
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.profiles.editing import layout, viewer_named
from tests.sync.falling import (
    BOTH,
    FALLING,
    FIRST,
    SECOND,
    fall_through,
    make_falling_company,
    number_of,
    phone,
)
from tests.sync.two_directories import Company, a_company, kept_second, take_from, value_of


def told_from(login: str) -> str:
    """Return the directory that the profile names beside the telephone number."""
    found = profile(viewer_named(login), layout(), login)
    rows = {row.key: row for category in found.categories for row in category.rows}
    origin = rows["phone"].origin
    return origin.directory if origin else ""


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> Company:
    """Ada and Eve stand in both directories, Ben in the first, Cem in the second, and more."""
    return Company(companies.again(in_app, directory, make_falling_company), kept_second(FALLING))


def test_a_dry_run_tells_it_and_its_plan_writes_it(company: Company) -> None:
    company.main.set("ada", "telephoneNumber", [])
    asked = {"secret_key": SECRET_KEY, "connect": company.connect, "trigger": "test"}

    number = plan_only("main", mode="changes", **asked)

    assert phone("ada") == (FIRST, "main")
    company.read("second")
    assert phone("ada") == (FIRST, "main")
    apply_plan(number, **asked)
    assert phone("ada") == (SECOND, "second")


def test_one_person_is_read_in_all_directories(company: Company) -> None:
    company.main.set("ada", "telephoneNumber", [])
    company.second.set("ADA", "telephoneNumber", [b"+49 611 22"])

    read_person("ada", secret_key=SECRET_KEY, connect=company.connect, trigger="test")

    assert phone("ada") == ("+49 611 22", "second")
    company.second.set("eve", "telephoneNumber", [b"+49 611 23"])
    refresh(number_of("eve"), layout(), SECRET_KEY, company.connect, limit_s=30)
    assert phone("eve") == ("+49 611 23", "second")


def test_the_undo_of_a_run_brings_back_what_fell_through_and_where_from(company: Company) -> None:
    company.main.set("eve", "telephoneNumber", [b"+49 611 11"])
    company.main.set("ada", "telephoneNumber", [])
    changed = company.read("main", "changes")["run"]

    undo(changed, trigger="test")
    company.read("second")

    assert (phone("eve"), phone("ada")) == ((SECOND, "second"), (FIRST, "main"))


def test_the_profile_says_which_directory_a_value_comes_from(company: Company) -> None:
    assert (told_from("ada"), told_from("eve")) == ("Main LDAP", "Second")


def test_the_record_of_a_run_says_that_another_directory_may_have_supplied_it(
    company: Company,
) -> None:
    company.main.set("ada", "telephoneNumber", [])
    changed = company.read("main", "changes")["run"]

    (told,) = details(changed)["people"][0]["changes"]

    assert (told["before"], told["after"]) == (FIRST, SECOND)
    assert told["rule"].startswith("Main LDAP, or the next directory that has a value")


def test_nothing_is_asked_nor_kept_where_no_field_falls_through(company: Company) -> None:
    take_from("", fall_through=False)
    for key in BOTH:
        company.read(key)
    company.second.set("eve", "title", [b"Countess"])
    company.main.set("ada", "title", [b"Countess"])

    with counted_queries() as sent:
        for key in BOTH:
            company.read(key)

    assert [each for each in sent if "offers" in each] == []


def test_only_what_really_gets_empty_is_counted_as_emptied_and_held(
    in_app: Flask, directory: FakeDirectory
) -> None:
    company = a_company(directory)
    for number in range(50):
        an_entry(company.main, f"p{number}", telephoneNumber=f"+49 611 3{number}")
        if number < 25:
            an_entry(company.second, f"p{number}", telephoneNumber=f"+49 611 4{number}")
    fall_through()
    for key in BOTH:
        company.read(key)
    for number in range(25):
        company.main.set(f"p{number}", "telephoneNumber", [])
    assert company.read("main")["state"] == "done"
    assert phone("p7") == ("+49 611 47", "second")
    for number in range(25, 50):
        company.main.set(f"p{number}", "telephoneNumber", [])

    held = company.read("main")

    assert (held["state"], held["held"], value_of("p30")) == ("held", 25, "+49 611 330")
    company.read("second")
    assert phone("p30") == ("+49 611 330", "main")
    approve(held["run"])
    assert value_of("p30") == ""
    company.read("second")
    assert (value_of("p30"), phone("p7")) == ("", ("+49 611 47", "second"))
