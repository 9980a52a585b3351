"""Marks of a real server: nobody is compared where nothing was written, and no change is missed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import ldap
import pytest
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.people.models import Group, Membership, Person
from tests.factories import SUFFIX
from tests.faults.changing import administrator, set_values
from tests.faults.ldif import PEOPLE, company, record, tree
from tests.faults.site import Site
from tests.servers.slapd import RunningSlapd, running_slapd

SAFETY = f"cn=safety,ou=groups,{SUFFIX}"
GROUP = {"objectClass": "groupOfNames", "member": f"uid=p001,{PEOPLE}"}
SYNCPROV = """\
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
overlay syncprov
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningSlapd]:
    """Twelve people and a group, on a server that says how far it has come."""
    with running_slapd(
        tmp_path / "slapd",
        tree() + company(12) + record(SAFETY, GROUP),
        suffix=SUFFIX,
        extra_config="moduleload syncprov",
        database_config=SYNCPROV,
    ) as running:
        yield running


def members(site: Site) -> set[str]:
    with site.inside():
        return set(db.session.scalars(select(Person.login).join(Membership)))


def test_a_change_of_a_person_or_a_group_is_seen_and_nothing_else_is_compared(
    server: RunningSlapd, site_at: Callable[[str], Site]
) -> None:
    site = site_at(server.uri)
    with site.inside(), transaction():
        db.session.add(Group(key="safety", name="Safety", directory_id=1, dn=SAFETY))
    site.sync()
    site.change(marks=True)
    set_values(server, f"uid=p000,{PEOPLE}", "title", b"Boss")  # begins the mark of the server
    assert site.sync("--mode", "changes").document["changed"] == 1

    quiet = site.sync("--mode", "changes").document
    set_values(server, f"uid=p002,{PEOPLE}", "title", b"Boss")
    person = site.sync("--mode", "changes").document
    with administrator(server) as handle:
        handle.modify_s(SAFETY, [(ldap.MOD_ADD, "member", [f"uid=p003,{PEOPLE}".encode()])])
    site.sync("--mode", "changes")
    nightly = site.sync("--mode", "full").document

    assert (quiet["unchanged"], quiet["mode"]) == (12, "changes")
    assert "nobody was compared" in quiet["reason"]
    assert (person["changed"], person["unchanged"]) == (1, 11)
    assert "only what was written since the last run" in person["reason"]
    assert members(site) == {"p001", "p003"}
    assert (nightly["mode"], nightly["unchanged"]) == ("full", 12)
