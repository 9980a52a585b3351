"""B20: what points to another server is dropped, counted, and never followed."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lupweb.errors import DirectoryRefused
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from tests.ldap.attempts import quick
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN, SUFFIX, as_ldif
from tests.ldap.conftest import Company
from tests.ldap.hostile import cookie, done, entry, hostile_server, reference
from tests.servers.slapd import running_slapd

EVERYBODY = "(objectClass=person)"


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """Another host, which must not be spoken to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener


def uri_of(listener: socket.socket) -> str:
    return f"ldap://127.0.0.1:{listener.getsockname()[1]}/dc=other"


def assert_nobody_came(listener: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_b20_a_referral_entry_of_a_real_server_is_not_followed(
    tmp_path: Path, elsewhere: socket.socket
) -> None:
    referral = (
        f"\ndn: ou=abroad,{PEOPLE}\nobjectClass: referral\nobjectClass: extensibleObject\n"
        f"ou: abroad\nref: {uri_of(elsewhere)}\n"
    )
    with (
        running_slapd(tmp_path, as_ldif() + referral, suffix=SUFFIX) as slapd,
        LdapDirectory(quick(slapd.uri)) as directory,
    ):
        directory.bind(READER_DN, PASSWORD)
        people = [each for page in directory.pages(SUFFIX, EVERYBODY, ["uid"]) for each in page]
        with pytest.raises(DirectoryRefused, match="not followed"):
            directory.read(f"ou=abroad,{PEOPLE}", ["ou"])

        assert len(people) == 31
        assert directory.references == 1
    assert_nobody_came(elsewhere)


def test_b20_search_references_of_any_server_are_not_followed(elsewhere: socket.socket) -> None:
    def answer(message: int, _search: int) -> list[bytes]:
        links = [reference(message, uri_of(elsewhere).encode())] * 3
        found = entry(message, b"uid=u1,dc=x", uid=b"u1")
        return [*links, found, done(message, control=cookie(b""))]

    with hostile_server(answer) as uri, LdapDirectory(Server((uri,), Tls.NONE)) as directory:
        assert [len(page) for page in directory.pages("dc=x", EVERYBODY, ["uid"])] == [1]
        assert len(directory.search("dc=x", EVERYBODY, ["uid"], limit=5)) == 1
        assert directory.references == 6
    assert_nobody_came(elsewhere)


def test_b20_the_references_of_a_domain_are_dropped_and_counted(company_of_samba: Company) -> None:
    with company_of_samba.signed_in() as directory:
        groups = directory.search(SUFFIX, "(objectClass=group)", ["cn"], limit=500)
        assert len(groups) > 10
        assert all(group.dn for group in groups)
        assert directory.references > 0
