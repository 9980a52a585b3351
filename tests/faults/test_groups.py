"""Groups that the server does not show: the run goes on, and nobody gains by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.people.models import Group
from tests.factories import SUFFIX
from tests.faults.ldif import PEOPLE, company, record, tree
from tests.faults.site import Site, a_site
from tests.servers.slapd import RunningSlapd, running_slapd

GROUPS = f"ou=groups,{SUFFIX}"
ACCESS = f"""\
access to attrs=userPassword by anonymous auth by * none
access to dn.base="cn=closed,{GROUPS}" by dn.exact="cn=narrow,{SUFFIX}" disclose by users read
access to dn.base="cn=gone,{GROUPS}" by dn.exact="cn=narrow,{SUFFIX}" none by users read
access to * by users read by * none
"""
P1, P2, P3 = (f"uid=p00{number},{PEOPLE}" for number in (1, 2, 3))
MEMBERS = {
    "closed": [P1],
    "gone": [P2],
    "open": [P1],
    "outer": [P3, f"cn=closed,{GROUPS}"],
    "foreign": [P2, "cn=somebody,dc=other,dc=test", f"cn=nobody,{GROUPS}"],
    "own": [f"cn=own,{GROUPS}", f"cn=outer,{GROUPS}", P2],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    ldif = tree("narrow") + company(5)
    for name, members in MEMBERS.items():
        ldif += record(f"cn={name},{GROUPS}", {"objectClass": "groupOfNames", "member": members})
    with running_slapd(
        tmp_path_factory.mktemp("slapd"),
        ldif,
        suffix=SUFFIX,
        extra_config="referral ldap://127.0.0.1:9/",  # for names outside the suffix
        database_config=ACCESS,
    ) as running:
        yield running


@pytest.fixture
def site(server: RunningSlapd, sqlite_with_tables: Path, tmp_path: Path) -> Site:
    return a_site(tmp_path, sqlite_with_tables, server.uri)


def declare(site: Site, *keys: str) -> None:
    with site.inside(), transaction():
        id_ = get_directory("main").id
        for key in keys:
            dn = f"cn={key},{GROUPS}"
            db.session.add(Group(key=key, name=key, directory_id=id_, dn=dn))


def groups(site: Site) -> dict[str, list[str]]:
    return {login: each["groups"] for login, each in site.people().items() if each["groups"]}


def test_b20_a_member_of_another_server_is_nobody_and_is_not_followed(site: Site) -> None:
    declare(site, "foreign")

    ran = site.sync()

    assert ran.verdict == ("done", 0), ran.message
    assert groups(site) == {"p002": ["foreign"]}


def test_b29_a_group_inside_itself_is_read_once(site: Site) -> None:
    declare(site, "own", "outer")

    assert site.sync().verdict == ("done", 0)

    assert groups(site) == {"p001": ["outer", "own"], "p002": ["own"], "p003": ["outer", "own"]}


def test_x12_a_group_that_may_not_be_read_keeps_its_members_and_is_listed(site: Site) -> None:
    declare(site, "closed", "open")
    site.sync()
    site.read_as("narrow")

    ran = site.sync()

    assert ran.verdict == ("done", 0), ran.message
    assert groups(site) == {"p001": ["closed", "open"]}
    assert any("closed" in each["text"] for each in ran.document["errors"])


def test_x12_through_a_group_inside_that_may_not_be_read_nobody_is_a_member(site: Site) -> None:
    declare(site, "outer")
    site.read_as("narrow")

    ran = site.sync()

    assert ran.verdict == ("done", 0), ran.message
    assert groups(site) == {"p003": ["outer"]}


def test_x12_a_group_that_the_server_hides_is_empty_and_listed(site: Site) -> None:
    declare(site, "gone", "open")
    site.sync()
    site.read_as("narrow")

    ran = site.sync()

    assert ran.verdict == ("done", 0), ran.message
    assert groups(site) == {"p001": ["open"]}
    assert any("“gone”" in each["text"] for each in ran.document["errors"])
