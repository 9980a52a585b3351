"""Accounts that are switched off by an attribute and a value of the company's own."""

from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.sync.one_person import read_person
from lupweb.sync.records import record
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import changes_read, synchronized
from tests.sync.test_modes import quietly

MANY = 11


def switch(attribute: str = "employeeType", value: str = "left") -> None:
    with transaction():
        directory = get_directory("main")
        directory.disabled_attribute, directory.disabled_value = attribute, value


def state(login: str) -> str:
    db.session.rollback()
    return str(get_person(login).state)


def test_another_meaning_looks_at_everybody_and_names_the_attribute(
    company: FakeDirectory,
) -> None:
    company.set("ada", "employeeType", [b"staff", b"LEFT"])
    company.set("ben", "employeeType", [b"staff"])
    synchronized(company)
    assert state("ada") == "active"

    switch()
    off = changes_read(company)
    assert (off["mode"], off["disabled"], state("ada"), state("ben")) == (
        "full", 1, "disabled", "active",
    )  # fmt: skip

    switch(value="staff")
    other = changes_read(company)
    assert (other["mode"], state("ada"), state("ben")) == ("full", "disabled", "disabled")

    switch("", "")
    none = changes_read(company)
    assert (none["mode"], state("ada"), state("ben")) == ("full", "active", "active")


def test_runs_of_changes_see_who_leaves_and_who_is_back(company: FakeDirectory) -> None:
    switch()
    synchronized(company)
    quietly(company, "dea", "employeeType", b"Left")

    assert (changes_read(company)["mode"], state("dea")) == ("changes", "disabled")
    assert changes_read(company)["unchanged"] == 5

    company.set("dea", "employeeType", [b"staff"])
    assert (changes_read(company)["mode"], state("dea")) == ("changes", "active")


def test_many_at_once_wait_for_an_administrator(company: FakeDirectory) -> None:
    for number in range(MANY):
        an_entry(company, f"p{number}", employeeType="left")
    synchronized(company)

    switch()
    held = changes_read(company)

    assert (held["state"], held["held"], held["disabled"]) == ("held", MANY, 0)
    assert {state(f"p{number}") for number in range(MANY)} == {"active"}


def test_one_person_who_is_read_is_left_to_the_next_run(company: FakeDirectory) -> None:
    switch()
    synchronized(company)
    company.set("ada", "employeeType", [b"left"])

    number = read_person(
        "ada", secret_key=SECRET_KEY, connect=company.connect, trigger="test", read_only=False
    )

    assert (record(number)["state"], state("ada")) == ("failed", "active")
    assert "switched it off" in record(number)["message"]


def test_an_attribute_that_nobody_knows_switches_nobody_off_and_is_told(
    company: FakeDirectory,
) -> None:
    switch("employeTyp")

    found = synchronized(company)

    (told,) = [each["text"] for each in found["errors"] if "“employeTyp”" in each["text"]]
    assert "“employeeType”" in told
    assert get_person("ada").state == PersonState.ACTIVE


def test_no_name_is_offered_where_none_is_like_it(company: FakeDirectory) -> None:
    switch("###")

    found = synchronized(company)

    (told,) = [each["text"] for each in found["errors"] if "“###”" in each["text"]]
    assert told.endswith("Nobody is switched off by it, and no name that it knows is like it.")


def test_half_a_rule_is_none_and_reads_nobody_anew(company: FakeDirectory) -> None:
    synchronized(company)

    switch(value="")

    assert changes_read(company)["mode"] == "changes"
