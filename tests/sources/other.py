"""The other LDAP of tests: a directory that is a dict, and runs of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from lupweb.database import db, transaction
from lupweb.directories.connect import refuse_in_transaction
from lupweb.directories.models import DirectoryRole
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.connection import Tls
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.models import Run
from lupweb.runs.states import FULL
from lupweb.sync import service
from tests.factories import SECRET_KEY, a_local_person
from tests.fakes import FakeDirectory

OTHER = "dc=other,dc=test"
READER = f"cn=reader,{OTHER}"
UPDATES = "(&(objectClass=inetOrgPerson)(modifyTimestamp>=[last_sync_timestamp]))"


@dataclass
class Other:
    """The other LDAP and its runs."""

    server: FakeDirectory

    def add(self, uid: str, at: str = "", **attributes: str) -> str:
        """Add an entry; return its DN."""
        dn = f"uid={at or uid},{OTHER}"
        values: Mapping[str, list[bytes]] = {
            "objectClass": [b"inetOrgPerson"], "uid": [uid.encode()], "cn": [uid.encode()],
            "sn": [uid.encode()], **{key: [text.encode()] for key, text in attributes.items()},
        }  # fmt: skip
        self.server.add(dn, values)
        return dn

    def change(self, **columns: Any) -> None:
        """Change how it is set up."""
        with transaction():
            for name, value in columns.items():
                setattr(get_directory("other"), name, value)

    def run(self, mode: str = FULL, **more: Any) -> Run:
        """Read it, as `sync run --directory other` does; return the run when it is over."""
        run_id = service.run(
            "other", secret_key=SECRET_KEY, connect=self.server.connect, trigger="test", mode=mode,
            **more,
        )  # fmt: skip
        db.session.rollback()
        return runs.get_run(run_id)


@pytest.fixture
def other(in_app: object) -> Other:
    """Ada, Ben and Cem are here; Ada and Ben are there, Ada with a room."""
    for login in ("ada", "ben", "cem"):
        a_local_person(login)
    server = FakeDirectory(OTHER, check=refuse_in_transaction)
    server.add(OTHER, {"objectClass": [b"domain"]})
    server.add(READER, {"objectClass": [b"person"], "userPassword": [b"secret"]})
    with transaction():
        directory = add_directory(
            "other", "Other", uris=["ldap://127.0.0.1:389"], tls=Tls.NONE, bind_dn=READER,
            bind_password="secret", base_dn=OTHER, secret_key=SECRET_KEY,
        )  # fmt: skip
        directory.role = DirectoryRole.ALTERNATIVE
        define_field(
            "room", "Room", category="work", source=Source.ALTERNATIVE_LDAP, attribute="roomNumber"
        )
    other = Other(server)
    other.add("ADA", roomNumber="1.01")
    other.add("ben")
    return other
