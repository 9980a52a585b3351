"""A person who may be changed, in every kind of directory."""

from collections.abc import Iterator
from dataclasses import replace

import ldap
import pytest
from ldap import modlist

from lupweb.ldap.session import Directory
from tests.ldap.company import PEOPLE, READER_DN, SUFFIX, entries, person_dn
from tests.ldap.writing.people import Writable, a_fake, in_ds389, in_samba, in_slapd
from tests.servers.ds389 import RunningDs389, running_ds389

KEPT = ("objectClass", "ou", "cn", "sn", "userPassword")
WRITABLE = (
    "displayName || telephoneNumber || facsimileTelephoneNumber || jpegPhoto || mobile ||"
    " description"
)
RIGHTS = (
    f'(targetattr="{WRITABLE}")(version 3.0; acl "write"; allow (write)'
    f' userdn="ldap:///{READER_DN}";)',
    '(targetattr!="userPassword")(version 3.0; acl "read"; allow (read,search,compare)'
    ' userdn="ldap:///all";)',
)


@pytest.fixture(scope="session")
def ds389(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDs389]:
    """A real 389 Directory Server with one of the people, and the account that may write."""
    with running_ds389(tmp_path_factory.mktemp("ds389"), suffix=SUFFIX) as server:
        admin = server.signed_in()
        admin.modify_s(SUFFIX, [(ldap.MOD_REPLACE, "aci", [each.encode() for each in RIGHTS])])
        for dn, attributes in entries():
            if dn in (PEOPLE, READER_DN, person_dn(1)):
                kept = {name: list(each) for name, each in attributes.items() if name in KEPT}
                admin.add_s(dn, modlist.addModlist(kept))
        admin.unbind_s()
        yield server


@pytest.fixture(
    params=[
        "fake-assertion",
        "fake-values",
        "slapd",
        "slapd-values",
        "samba",
        pytest.param("ds389", marks=pytest.mark.thorough),
    ]
)
def writable(request: pytest.FixtureRequest) -> Iterator[Writable]:
    """A person with an odd name, who may be changed, in each kind of directory."""
    kind = request.param
    if kind.startswith("fake"):
        opened = a_fake(kind)
    elif kind == "samba":
        opened = in_samba(request.getfixturevalue("samba"))
    elif kind == "ds389":
        opened = in_ds389(request.getfixturevalue("ds389"))
    else:
        opened = in_slapd(kind, request.getfixturevalue("slapd"))
    with opened as found:
        yield found


@pytest.fixture(params=["slapd", "samba", pytest.param("ds389", marks=pytest.mark.thorough)])
def person(request: pytest.FixtureRequest) -> Iterator[Writable]:
    """A person with an odd name in each kind of real server."""
    running = request.getfixturevalue(request.param)
    if request.param == "samba":
        opened = in_samba(running)
    elif request.param == "ds389":
        opened = in_ds389(running)
    else:
        opened = in_slapd("slapd", running)
    with opened as found:
        yield found


@pytest.fixture
def master(person: Writable, request: pytest.FixtureRequest) -> Writable:
    """The person, and an account that may write everything."""
    running = request.getfixturevalue(person.kind)
    return replace(person, account=running.bind_dn, password=running.password)


@pytest.fixture
def directory(writable: Writable) -> Iterator[Directory]:
    """A connection of an account that may write what the tests write."""
    with writable.signed_in() as connection:
        yield connection
