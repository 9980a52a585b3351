"""Runs of changes against Active Directory: it counts (uSNChanged), and entries have GUIDs."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory
from lupweb.people.queries import get_person
from lupweb.profiles.document import values_of
from lupweb.profiles.editor import fill_from_directory
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.factories import SECRET_KEY, an_empty_directory
from tests.fakes import FakeDirectory
from tests.ldap.company import NUMBER_OF_PEOPLE, PASSWORD, PEOPLE, READER_DN, SUFFIX, person_dn
from tests.ldap.conftest import Company
from tests.servers.samba import RunningSamba


@pytest.fixture
def directory() -> FakeDirectory:
    """What the application would ask if nobody told it whom."""
    return an_empty_directory()


def test_changes_of_active_directory_are_read_entry_by_entry(
    in_app: Flask, samba: RunningSamba, company_of_samba: Company
) -> None:
    """One test, since the first reading of a controller takes long."""
    a_directory()
    asked = record(read(company_of_samba, "auto"))
    assert (asked["mode"], asked["state"]) == ("full", "done")
    assert asked["new"] >= NUMBER_OF_PEOPLE

    same = record(read(company_of_samba, "auto"))
    assert (same["mode"], same["changed"], same["unchanged"]) == ("changes", 0, asked["seen"])

    number = datetime.now(UTC).strftime("%H%M%S")
    samba.set(person_dn(5), "telephoneNumber", [number.encode()])
    changed = record(read(company_of_samba, "changes"))

    assert (changed["mode"], changed["changed"]) == ("changes", 1)
    person = get_person("u5")
    assert values_of(person.document)["phone"] == number
    stamp = db.session.scalars(select(Identity.stamp).where(Identity.person_id == person.id)).one()
    assert stamp.isdigit()  # uSNChanged, not a time

    with transaction():
        get_directory("ad").marks = True
    samba.set(person_dn(6), "telephoneNumber", [number.encode()])
    by_mark = record(read(company_of_samba, "changes"))

    assert (by_mark["changed"], by_mark["unchanged"]) == (1, asked["seen"] - 1)
    assert "only what was written since the last run" in by_mark["reason"]
    assert values_of(get_person("u6").document)["phone"] == number


def read(company: Company, mode: str) -> int:
    def connect(_server: Server) -> Directory:
        return company.connect()

    return run("ad", secret_key=SECRET_KEY, connect=connect, trigger="test", mode=mode)


def a_directory() -> None:
    with transaction():
        directory = add_directory(
            "ad",
            "Active Directory",
            uris=["ldaps://ad.example.com"],
            tls=Tls.LDAPS,
            bind_dn=READER_DN,
            bind_password=PASSWORD,
            base_dn=SUFFIX,
            additional_user_dn=PEOPLE.removesuffix(f",{SUFFIX}"),
            secret_key=SECRET_KEY,
            user_filter="(uid=*)",
        )
        directory.name_attribute = "displayName"
        fill_from_directory("phone", "telephoneNumber", help_text="")
