"""The other LDAP is a real slapd: who changed is found by its own stamps, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.models import DirectoryRole
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.connection import Tls
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.runs import service as runs
from lupweb.runs.models import Run
from lupweb.runs.states import CHANGES, FULL, RunState
from lupweb.sync import service
from tests.factories import SECRET_KEY, a_local_person
from tests.servers.slapd import RunningSlapd, running_slapd
from tests.sources.conftest import is_locked, values
from tests.sources.other import OTHER, UPDATES

OLD = "20200101000000Z"
PEOPLE = f"""\
dn: {OTHER}
objectClass: domain
dc: other

dn: uid=ada,{OTHER}
objectClass: inetOrgPerson
uid: ada
cn: Ada
sn: Ada
roomNumber: 1.01
modifyTimestamp: {OLD}

dn: uid=ben,{OTHER}
objectClass: inetOrgPerson
uid: ben
cn: Ben
sn: Ben
roomNumber: 1.02
"""


@pytest.fixture
def server(in_app: object, tmp_path: Path) -> Iterator[RunningSlapd]:
    """A server with Ada, who has not changed for years, and Ben, who just came."""
    with running_slapd(tmp_path / "slapd", PEOPLE, suffix=OTHER) as server:
        for login in ("ada", "ben", "cem"):
            a_local_person(login)
        with transaction():
            directory = add_directory(
                "other",
                "Other",
                uris=[server.uri],
                tls=Tls.NONE,
                bind_dn=server.bind_dn,
                bind_password=server.password,
                base_dn=OTHER,
                secret_key=SECRET_KEY,
            )
            directory.role = DirectoryRole.ALTERNATIVE
            directory.update_filter = UPDATES
            define_field(
                "room",
                "Room",
                category="work",
                source=Source.ALTERNATIVE_LDAP,
                attribute="roomNumber",
            )
        yield server


def read(mode: str) -> Run:
    run_id = service.run("other", secret_key=SECRET_KEY, connect=connect, trigger="t", mode=mode)
    db.session.rollback()
    return runs.get_run(run_id)


def test_everybody_is_read_and_then_who_changed_with_a_pattern_that_is_proved(
    server: RunningSlapd,
) -> None:
    first = read(FULL)

    assert (first.state, first.counters["changed"]) == (RunState.DONE, 2)
    assert (values("ada"), values("ben")) == ({"room": "1.01"}, {"room": "1.02"})
    assert [is_locked(login) for login in ("ada", "ben", "cem")] == [True, True, False]
    again = read(CHANGES)
    assert (again.mode, again.counters) == (CHANGES, {"seen": 1, "unchanged": 1})
    with transaction():
        get_directory("other").timestamp_pattern = "ddMMyyyyHHmmss'Z'"
    unproven = read(CHANGES)
    assert (unproven.mode, unproven.counters) == (FULL, {"seen": 2, "unchanged": 2})
    assert "ddMMyyyyHHmmss" in unproven.reason
