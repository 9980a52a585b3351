"""Several directories in their order: who supplies whom (sync.md sections 1 and 2)."""

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lupweb.database import db, transaction
from lupweb.directories.editor import put_in_order, remove_directory
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.connection import Tls
from lupweb.options.models import Option
from lupweb.people.models import Person
from lupweb.people.queries import find_person, get_person
from lupweb.people.states import PersonState
from tests.databases import both_databases
from tests.factories import READER, READER_PASSWORD, SECRET_KEY, SUFFIX, an_entry
from tests.fakes import FakeDirectory
from tests.sync.two_directories import Company, a_company, value_of


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> Company:
    """Ada stands in both directories, Ben in the first, Cem in the second."""
    return a_company(directory)


@both_databases
def test_b78_the_first_directory_wins_as_a_whole_and_the_person_is_there_once(
    company: Company,
) -> None:
    company.read("main")

    document = company.read("second")

    assert (document["state"], document["new"], document["shadowed"]) == ("done", 1, 1)
    assert value_of("ada") == "+49 611 1"
    assert db.session.scalar(select(func.count(Person.id))) == 3
    assert db.session.scalar(select(func.count(Identity.id))) == 4


@both_databases
def test_a_person_of_two_directories_is_the_same_one_in_a_third(company: Company) -> None:
    with transaction():
        add_directory(
            "third",
            "Third",
            uris=["ldap://127.0.0.3:389"],  # the server of the first one answers
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=READER_PASSWORD,
            base_dn=SUFFIX,
            additional_user_dn="ou=people",
            secret_key=SECRET_KEY,
        )
    company.read("main")
    company.read("second")

    document = company.read("third")

    assert (document["new"], document["shadowed"]) == (0, 2)
    assert get_person("ada").state == PersonState.ACTIVE  # one person alone has the login
    assert db.session.scalar(select(func.count(Person.id))) == 3


def test_the_order_of_reading_does_not_matter(company: Company) -> None:
    company.read("second")
    assert value_of("ada") == "+49 611 2"

    company.read("main")
    company.read("second")

    assert value_of("ada") == "+49 611 1"
    assert db.session.scalar(select(func.count(Person.id))) == 3


def test_when_the_first_loses_a_person_the_second_supplies_and_nobody_is_hidden(
    company: Company,
) -> None:
    company.read("main")
    company.read("second")
    company.main.delete("ada")

    gone = company.read("main")

    assert (gone["missing"], get_person("ada").state) == (0, PersonState.ACTIVE)
    assert value_of("ada") == "+49 611 1"
    supplied = company.read("second")
    assert (supplied["changed"], supplied["shadowed"]) == (1, 0)
    assert value_of("ada") == "+49 611 2"


def test_a_run_of_changes_counts_whom_another_directory_supplies_as_shadowed(
    company: Company,
) -> None:
    company.read("main")
    company.read("second")

    document = company.read("second", "changes")

    assert (document["mode"], document["shadowed"], document["unchanged"]) == ("changes", 1, 1)


def test_a_run_of_changes_supplies_whom_the_first_directory_has_lost(company: Company) -> None:
    for number in range(4):
        an_entry(company.second, f"more{number}")
    company.read("main")
    company.read("second")
    company.main.delete("ada")
    company.read("main", "changes")

    supplied = company.read("second", "changes")

    assert (supplied["mode"], supplied["changed"], supplied["shadowed"]) == ("changes", 1, 0)
    assert value_of("ada") == "+49 611 2"


@both_databases
def test_an_order_that_was_taken_back_before_the_first_ran_is_noticed_by_its_next_run(
    company: Company,
) -> None:
    """It stands as it stood when it ran last, but another one has supplied its people since."""
    for number in range(4):
        an_entry(company.main, f"more{number}")
    company.read("main")
    company.read("second")
    with transaction():
        put_in_order(["second", "main"])
    company.read("second", "changes")
    assert value_of("ada") == "+49 611 2"
    with transaction():
        put_in_order(["main", "second"])

    document = company.read("main", "changes")

    assert (document["mode"], document["changed"]) == ("changes", 1)
    assert value_of("ada") == "+49 611 1"


def test_when_the_first_directory_is_taken_away_the_next_run_of_the_second_supplies(
    company: Company,
) -> None:
    for number in range(4):
        an_entry(company.main, f"more{number}")
    company.read("main")
    company.read("second")
    with transaction():
        put_in_order(["second", "main"])
    company.read("second", "changes")
    with transaction():
        assert remove_directory("second") == 1  # Cem; Ada is in the other one

    assert company.read("main", "changes")["changed"] == 1
    assert value_of("ada") == "+49 611 1"


def test_when_both_lose_a_person_it_is_missing_once(company: Company) -> None:
    company.read("main")
    company.read("second")
    company.main.delete("ada")
    company.second.delete("ADA")

    assert company.read("main")["missing"] == 0
    assert company.read("second")["missing"] == 1
    assert get_person("ada").state == PersonState.MISSING


def test_a_directory_that_is_switched_off_steps_back(company: Company) -> None:
    company.read("main")
    company.read("second")
    with transaction():
        get_directory("main").is_enabled = False

    company.read("second")

    assert value_of("ada") == "+49 611 2"
    assert get_person("ben").state == PersonState.ACTIVE


def test_one_directory_that_is_down_stops_no_other(company: Company) -> None:
    company.main.go_down()

    assert company.read("main")["state"] == "failed"
    assert company.read("second")["new"] == 2


def test_two_candidates_of_one_login_are_not_linked(company: Company) -> None:
    an_entry(company.second, "ada2", "Another Ada")
    company.second.set("ada2", "uid", [b"ada", b"ada2"])
    company.read("main")

    document = company.read("second")

    assert document["shadowed"] == 0
    assert document["new"] == 3


def test_people_are_not_matched_where_that_is_switched_off(company: Company) -> None:
    with transaction():
        db.session.merge(Option(key="match_people_by", value={"value": ""}))
    company.read("main")

    assert company.read("second")["new"] == 2
    assert find_person("ada") is None  # two people have this login now


def test_people_may_be_matched_by_mail(company: Company) -> None:
    with transaction():
        db.session.merge(Option(key="match_people_by", value={"value": "email"}))
    company.second.set("ADA", "uid", [b"alovelace"])
    company.second.set("alovelace", "mail", [b"ADA@example.com"])
    company.read("main")

    assert company.read("second")["shadowed"] == 1


def test_entries_of_a_delegated_directory_make_nobody(company: Company) -> None:
    with transaction():
        db.session.execute(
            update(Directory).where(Directory.key == "second").values(role=DirectoryRole.DELEGATED)
        )
    company.read("main")

    document = company.read("second")

    assert (document["new"], document["shadowed"], document["skipped"]) == (0, 1, 1)
    assert find_person("cem") is None
