"""Two directories that hold one person both, and what it takes to read each."""

import copy
from typing import Any

from lupweb.accounts.viewers import OPERATOR
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.database import db, transaction
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.session import Directory as LdapSession
from lupweb.people.queries import get_person
from lupweb.profiles.document import values_of
from lupweb.sync.records import record
from lupweb.sync.service import run
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
from tests.ldap.fake_server import StoredEntry

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


def a_company(main: FakeDirectory) -> Company:
    """Make it: Ada stands in both directories, Ben in the first, Cem in the second."""
    second = an_empty_directory()
    an_entry(main, "ada", "Ada Lovelace", telephoneNumber="+49 611 1")
    an_entry(main, "ben", "Ben")
    an_entry(second, "ADA", "Ada King", telephoneNumber="+49 611 2")
    an_entry(second, "cem", "Cem")
    a_connection(main)
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
    return Company(main, second)


_kept: dict[tuple[str, str], tuple[dict[str, StoredEntry], int]] = {}


def keep_second(company: Company, name: str = "") -> None:
    """Keep the second directory beside a company that `keeping.Companies` keeps.

    :param name: tells one such company from others
    """
    server = company.second.server
    _kept[name, db.engine.dialect.name] = copy.deepcopy(server.entries), server.writes


def kept_second(name: str = "") -> FakeDirectory:
    """Return the second directory as it was kept."""
    second = an_empty_directory()
    entries, second.server.writes = _kept[name, db.engine.dialect.name]
    second.server.entries = copy.deepcopy(entries)
    return second


def take_from(directory: str, key: str = "phone", **settings: Any) -> None:
    """Let one directory alone supply a field, as an administrator does; "": none in particular."""
    with transaction():
        stored = open_setup(OPERATOR, SECRET_KEY)
        changed = {**stored["fields"][key], "directory": directory, **settings}
        fields = {**stored["fields"], key: changed}
        change_setup(OPERATOR, stored, {"fields": fields}, SECRET_KEY)


def value_of(login: str, key: str = "phone") -> str:
    """Return a stored value; "" is none."""
    db.session.rollback()
    return values_of(get_person(login).document).get(key, "")


def make_company(main: FakeDirectory) -> None:
    """Read both directories; phones come from the second; it is kept beside the database."""
    company = a_company(main)
    for number in range(4):  # so that one person who differs is not most of them
        an_entry(company.second, f"more{number}")
    take_from("second")
    company.read("main")
    company.read("second")
    keep_second(company)
