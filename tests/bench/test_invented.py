"""The company as a directory without a server fills an installation as a real one does."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from lupweb.app import create_app
from lupweb.bench.invented import InventedDirectory
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.demo.company import Company, make_company
from lupweb.demo.fill import KEY, Access, fill
from lupweb.demo.ldif import GROUPS_BASE, PEOPLE_BASE
from lupweb.errors import EntryNotFound
from lupweb.people.models import Group, Membership, Person
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.factories import SECRET_KEY

PEOPLE = 200


@pytest.fixture(scope="module")
def company() -> Company:
    return make_company(PEOPLE)


@pytest.fixture
def filled(settings: Settings, company: Company) -> Iterator[Flask]:
    """An installation that has read the company from memory."""
    directory = InventedDirectory(company)
    app = create_app(settings, connect=directory.connect)
    with app.app_context():
        with transaction():
            fill(
                company,
                Access(
                    uri="ldap://127.0.0.1:1",
                    reader_password="reading",
                    administrator_password="governing",
                    secret_key=SECRET_KEY,
                ),
            )
        run(KEY, secret_key=SECRET_KEY, connect=directory.connect, trigger="test")
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.usefixtures("filled")
def test_everybody_is_read_with_groups(company: Company) -> None:
    found = record(1)
    hr = next(group for group in company.groups if group.key == "hr")
    members = select(func.count()).select_from(Membership).join(Group).where(Group.key == hr.key)

    assert (found["state"], found["seen"], found["new"]) == ("done", PEOPLE, PEOPLE)
    assert db.session.scalar(select(func.count(Person.id))) == PEOPLE
    assert db.session.scalar(members) == len(hr.members)


def test_people_come_in_pages_with_what_was_asked_for(company: Company) -> None:
    pages = list(
        InventedDirectory(company).pages(PEOPLE_BASE, "", ["UID", "entryUUID"], page_size=90)
    )

    assert [len(page) for page in pages] == [90, 90, 20]
    assert {entry.first("uid") for page in pages for entry in page} == {
        person.uid.encode() for person in company.people
    }
    assert {len(entry.attributes) for page in pages for entry in page} == {2}


def test_a_group_that_is_not_there_is_not_found(company: Company) -> None:
    with pytest.raises(EntryNotFound):
        InventedDirectory(company).read(f"cn=nobody,{GROUPS_BASE}", ["member"])
