"""Several directories in their order: who supplies whom (sync.md sections 1 and 2)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lupweb.database import db, transaction
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory as LdapSession
from lupweb.options.models import Option
from lupweb.people.models import Person
from lupweb.people.queries import find_person, get_person
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.databases import both_databases
from tests.factories import (
    READER,
    READER_PASSWORD,
    SECRET_KEY,
    SUFFIX,
    a_connection,
    a_profile,
    an_empty_directory,
    an_entry,
)
from tests.fakes import FakeDirectory

SECOND_URI = "ldap://127.0.0.2:389"


class Company:
    """Two directories, and what it takes to read each."""

    def __init__(self, main: FakeDirectory, second: FakeDirectory) -> None:
        self.main = main
        self.second = second

    def connect(self, server: Server) -> LdapSession:
        return (self.second if SECOND_URI in server.uris else self.main).connect()

    def read(self, key: str, mode: str = "full") -> dict[str, Any]:
        number = run(key, secret_key=SECRET_KEY, connect=self.connect, trigger="test", mode=mode)
        document = record(number)
        parts = ("new", "changed", "unchanged", "back", "skipped", "shadowed", "failed")
        assert document["seen"] == sum(document[part] for part in parts)
        return document


@pytest.fixture
def company(in_app: Flask, directory: FakeDirectory) -> Company:
    """Ada stands in both directories, Ben in the first, Cem in the second."""
    second = an_empty_directory()
    an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 1")
    an_entry(directory, "ben", "Ben")
    an_entry(second, "ADA", "Ada King", telephoneNumber="+49 611 2")
    an_entry(second, "cem", "Cem")
    a_connection(directory)
    a_profile()
    second.add(READER, {"objectClass": [b"person"], "userPassword": [READER_PASSWORD.encode()]})
    with transaction():
        add_directory(
            "second",
            "Second",
            uris=[SECOND_URI],
            tls=Tls.NONE,
            bind_dn=READER,
            bind_password=READER_PASSWORD,
            base_dn=SUFFIX,
            additional_user_dn="ou=people",
            secret_key=SECRET_KEY,
        )
    return Company(directory, second)


def phone(login: str) -> str:
    db.session.rollback()
    return values_of(get_person(login).document).get("phone", "")


@both_databases
def test_b78_the_first_directory_wins_as_a_whole_and_the_person_is_there_once(
    company: Company,
) -> None:
    company.read("main")

    document = company.read("second")

    assert (document["state"], document["new"], document["shadowed"]) == ("done", 1, 1)
    assert phone("ada") == "+49 611 1"
    assert db.session.scalar(select(func.count(Person.id))) == 3
    assert db.session.scalar(select(func.count(Identity.id))) == 4


def test_the_order_of_reading_does_not_matter(company: Company) -> None:
    company.read("second")
    assert phone("ada") == "+49 611 2"

    company.read("main")
    company.read("second")

    assert phone("ada") == "+49 611 1"
    assert db.session.scalar(select(func.count(Person.id))) == 3


def test_when_the_first_loses_a_person_the_second_supplies_and_nobody_is_hidden(
    company: Company,
) -> None:
    company.read("main")
    company.read("second")
    company.main.delete("ada")

    gone = company.read("main")

    assert (gone["missing"], get_person("ada").state) == (0, PersonState.ACTIVE)
    assert phone("ada") == "+49 611 1"
    supplied = company.read("second")
    assert (supplied["changed"], supplied["shadowed"]) == (1, 0)
    assert phone("ada") == "+49 611 2"


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
    assert phone("ada") == "+49 611 2"


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

    assert phone("ada") == "+49 611 2"
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
