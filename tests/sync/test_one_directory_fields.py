"""A field that one directory supplies, whichever wins the person (B78, sync.md section 2)."""

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.audit.models import History
from lupweb.database import db, end_reading, transaction
from lupweb.directories.service import get_directory
from lupweb.people.queries import get_person
from lupweb.profiles.document import origin_of_value
from lupweb.profiles.locks import LockReason
from lupweb.profiles.models import IndexedValue
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.sync.one_person import read_person
from lupweb.sync.records import details
from lupweb.sync.refresh import Freshness, refresh
from lupweb.sync.service import approve
from lupweb.undo.service import undo
from tests.databases import sqlite_first
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies
from tests.profiles.editing import OpenForm, layout, viewer_named
from tests.sync.two_directories import (
    Company,
    a_company,
    kept_second,
    make_company,
    take_from,
    value_of,
)

FIRST, SECOND = "+49 611 1", "+49 611 2"


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory, companies: Companies) -> Company:
    """Ada stands in both directories, Ben in the first, Cem in the second, as four more do."""
    return Company(companies.again(in_app, directory, make_company), kept_second())


def number_of(login: str) -> int:
    found = get_person(login).id
    end_reading()
    return found


def lock_of_phone(login: str) -> LockReason | None:
    found = OpenForm.of(viewer_named(login), login).field("phone").lock
    return found.reason if found else None


@sqlite_first
def test_b78_the_field_comes_from_its_directory_and_the_rest_from_the_first(
    company: Company,
) -> None:
    ada = get_person("ada")
    phone = origin_of_value(ada.provenance, "phone")

    assert (ada.name, value_of("ada")) == ("Ada Lovelace", SECOND)
    assert (phone["source"], phone["directory"]) == ("ldap", "second")
    assert origin_of_value(ada.provenance, "position")["directory"] == "main"
    assert company.read("main", "changes")["unchanged"] == 2
    again = company.read("second")
    assert (again["shadowed"], again["unchanged"], value_of("ada")) == (1, 5, SECOND)


def test_a_change_there_is_seen_by_a_run_of_changes_and_counted_and_told(company: Company) -> None:
    company.second.set("ADA", "telephoneNumber", [b"+49 611 22"])
    company.second.set("ADA", "displayName", [b"Somebody Else"])
    company.main.set("ada", "telephoneNumber", [b"+49 611 11"])
    main = company.read("main", "changes")
    rev = get_person("ada").rev

    second = company.read("second", "changes")

    assert (main["mode"], main["values_changed"], main["unchanged"]) == ("full", 0, 2)
    assert (second["mode"], second["changed"], second["shadowed"]) == ("changes", 1, 0)
    assert (value_of("ada"), get_person("ada").name) == ("+49 611 22", "Ada Lovelace")
    assert get_person("ada").rev == rev + 1
    told = details(second["run"])["people"][0]["changes"]
    assert [(each["field"], each["rule"]) for each in told] == [
        ("phone", "Second: attribute “telephoneNumber”")
    ]


def test_what_the_directory_does_not_have_any_more_is_emptied(company: Company) -> None:
    company.second.set("ADA", "telephoneNumber", [])

    company.read("second", "changes")

    assert value_of("ada") == ""


def test_a_name_that_the_first_one_changes_meanwhile_is_not_written_over(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.second.set("ADA", "telephoneNumber", [b"+49 611 22"])
    company.main.set("ada", "displayName", [b"Ada Byron"])

    def meanwhile(_reading: object) -> None:
        monkeypatch.undo()
        company.read("main")

    monkeypatch.setattr("lupweb.sync.phases.note_surprises", meanwhile)
    company.read("second")

    assert (get_person("ada").name, value_of("ada")) == ("Ada Byron", "+49 611 22")


def test_whoever_is_gone_there_keeps_the_value_and_may_change_it(company: Company) -> None:
    assert lock_of_phone("ada") is LockReason.LDAP
    company.second.delete("ADA")

    gone = company.read("second", "changes")
    company.read("main")

    assert (gone["missing"], value_of("ada"), lock_of_phone("ada")) == (0, SECOND, None)
    assert lock_of_phone("ben") is None  # never was there, though the first directory has them


def test_whoever_is_gone_in_the_first_is_supplied_by_the_second(company: Company) -> None:
    company.main.delete("ada")
    company.read("main", "changes")

    company.read("second", "changes")

    assert (get_person("ada").name, value_of("ada")) == ("Ada King", SECOND)


def test_a_directory_that_is_switched_off_freezes_its_field(company: Company) -> None:
    with transaction():
        get_directory("second").is_enabled = False

    company.read("main")

    assert (value_of("ada"), lock_of_phone("ada")) == (SECOND, LockReason.LDAP)


def test_another_choice_fills_the_field_by_itself_and_back_again(company: Company) -> None:
    take_from("")
    main = company.read("main", "changes")
    assert (main["mode"], "phone" in main["reason"], value_of("ada")) == ("fill", True, FIRST)

    take_from("second")
    second = company.read("second", "changes")

    assert (second["mode"], second["changed"], value_of("ada")) == ("fill", 1, SECOND)
    take_from("")  # the first was asked for it once, with the very same set-up
    assert company.read("main", "changes")["changed"] == 1
    assert value_of("ada") == FIRST


def test_a_first_reading_that_would_empty_the_field_of_many_is_held_and_can_be_released(
    in_app: Flask, directory: FakeDirectory
) -> None:
    company = a_company(directory)
    for number in range(21):
        an_entry(company.main, f"p{number}", telephoneNumber=f"+49 611 3{number}")
        an_entry(company.second, f"p{number}")
    company.read("main")
    take_from("second")

    held = company.read("second")

    assert (held["state"], held["held"], value_of("p3")) == ("held", 21, "+49 611 33")
    assert (held["new"], value_of("ada")) == (1, SECOND)
    approve(held["run"])
    assert value_of("p3") == ""


def test_the_undo_of_a_first_reading_brings_back_what_it_replaced(
    in_app: Flask, directory: FakeDirectory
) -> None:
    company = a_company(directory)
    company.read("main")
    take_from("second")
    first = company.read("second")

    undo(first["run"], trigger="test")

    assert value_of("ada") == FIRST


def test_opening_the_form_reads_both_directories(company: Company) -> None:
    company.second.set("ADA", "telephoneNumber", [b"+49 611 22"])
    company.main.set("ada", "title", [b"Countess"])

    fresh = refresh(number_of("ada"), layout(), SECRET_KEY, company.connect, limit_s=30)

    assert fresh is Freshness.READ
    assert (value_of("ada"), value_of("ada", "position")) == ("+49 611 22", "Countess")


def test_a_person_that_one_directory_does_not_show_is_read_in_part_and_that_is_said(
    company: Company,
) -> None:
    company.main.set("ada", "title", [b"Countess"])
    company.second.go_down()

    number = read_person("ada", secret_key=SECRET_KEY, connect=company.connect, trigger="test")

    run = get_run(number)
    assert (run.state, "Second" in run.message) == (RunState.PARTIAL, True)
    assert (value_of("ada"), value_of("ada", "position")) == (SECOND, "Countess")


def test_a_manager_of_that_directory_is_found_there_also_after_a_move(company: Company) -> None:
    take_from("second", "manager")
    company.second.set("ADA", "manager", [b"uid=cem,ou=people,dc=example,dc=com"])
    company.read("second")
    assert leader_of("ada") == get_person("cem").id

    company.second.rename("cem", "uid=cem2,ou=people,dc=example,dc=com")
    company.second.server._entry("ADA").values["manager"] = [
        b"uid=cem2,ou=people,dc=example,dc=com"
    ]
    moved = company.read("second", "changes")

    assert (moved["mode"], leader_of("ada")) == ("changes", get_person("cem2").id)


def leader_of(login: str) -> int | None:
    rows = select(IndexedValue.referred_id).where(IndexedValue.person_id == get_person(login).id)
    return db.session.scalar(rows)


def test_history_names_the_run_of_the_directory(company: Company) -> None:
    company.second.set("ADA", "telephoneNumber", [b"+49 611 22"])
    document = company.read("second", "changes")

    lines = db.session.scalars(select(History).where(History.run_id == document["run"])).all()

    assert [(each.field_key, each.old, each.new) for each in lines] == [
        ("phone", SECOND, "+49 611 22")
    ]
