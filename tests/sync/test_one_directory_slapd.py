"""A field of one directory, read from a real server: two branches stand for two directories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lupweb.database import transaction
from lupweb.directories.connect import connect
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.faults.changing import set_values
from tests.servers.slapd import RunningSlapd, running_slapd
from tests.sync.two_directories import take_from, value_of

BRANCHES = ("main", "second")


def entries() -> str:
    branches = "".join(
        f"""
dn: ou={branch},{SUFFIX}
objectClass: organizationalUnit
ou: {branch}

dn: uid=ada,ou={branch},{SUFFIX}
objectClass: inetOrgPerson
uid: ada
cn: Ada of {branch}
sn: Ada
title: Clerk of {branch}
telephoneNumber: +49 611 {number}
"""
        for number, branch in enumerate(BRANCHES)
    )
    return f"dn: {SUFFIX}\nobjectClass: domain\ndc: example\n{branches}"


@pytest.fixture
def server(in_app: object, tmp_path: Path) -> Iterator[RunningSlapd]:
    """Ada stands in both branches; her phone comes from the second one."""
    with running_slapd(tmp_path / "slapd", entries(), suffix=SUFFIX) as server:
        a_profile()
        for branch in BRANCHES:
            with transaction():
                add_directory(
                    branch,
                    branch.title(),
                    uris=[server.uri],
                    tls=Tls.NONE,
                    bind_dn=server.bind_dn,
                    bind_password=server.password,
                    base_dn=f"ou={branch},{SUFFIX}",
                    secret_key=SECRET_KEY,
                )
        take_from("second")
        yield server


def test_b78_a_field_of_the_second_directory_follows_its_changes_on_a_real_server(
    server: RunningSlapd,
) -> None:
    def read(key: str, mode: str) -> str:
        from_now = {"secret_key": SECRET_KEY, "connect": connect, "trigger": "test"}
        found = record(run(key, **from_now, mode=mode))
        return str(found["state"])

    assert [read(branch, "full") for branch in BRANCHES] == ["done", "done"]
    assert (value_of("ada"), value_of("ada", "position")) == ("+49 611 1", "Clerk of main")

    set_values(server, f"uid=ada,ou=second,{SUFFIX}", "telephoneNumber", b"+49 611 22")
    set_values(server, f"uid=ada,ou=main,{SUFFIX}", "telephoneNumber", b"+49 611 33")

    assert [read(branch, "changes") for branch in BRANCHES] == ["done", "done"]
    assert value_of("ada") == "+49 611 22"
