"""Marks of a real server: nobody is compared where nothing was written, and no change is missed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
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
OVERLAY = "overlay syncprov\n"
RIGHTS = """\
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
"""


def serving(folder: Path, **config: str) -> AbstractContextManager[RunningSlapd]:
    """Serve twelve people and a group while the block lasts."""
    ldif = tree() + company(12) + record(SAFETY, GROUP)
    return running_slapd(folder / "slapd", ldif, suffix=SUFFIX, **config)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningSlapd]:
    """A server that says how far it has come."""
    syncprov = {"extra_config": "moduleload syncprov", "database_config": RIGHTS + OVERLAY}
    with serving(tmp_path, **syncprov) as running:
        yield running


@pytest.fixture
def silent_server(tmp_path: Path) -> Iterator[RunningSlapd]:
    """A server that does not say it."""
    with serving(tmp_path, database_config=RIGHTS) as running:
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


def test_a_server_that_does_not_say_how_far_it_has_come_is_asked_by_its_stamps(
    silent_server: RunningSlapd, site_at: Callable[[str], Site]
) -> None:
    site = site_at(silent_server.uri)
    site.sync()
    site.change(marks=True)
    set_values(silent_server, f"uid=p002,{PEOPLE}", "title", b"Boss")

    person = site.sync("--mode", "changes").document
    quiet = site.sync("--mode", "changes").document

    for document, changed in ((person, 1), (quiet, 0)):
        assert (document["state"], document["mode"]) == ("done", "changes")
        assert (document["changed"], document["unchanged"]) == (changed, 12 - changed)
        assert "of the last hour before the newest one" in document["reason"]
    assert site.sync("--mode", "full").document["unchanged"] == 12
