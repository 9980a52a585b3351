"""An entry that is told apart by a chosen attribute is changed only beside an id of the server."""

from pathlib import Path

from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.writing import Wish
from tests.factories import SUFFIX
from tests.servers.slapd import RunningSlapd, running_slapd

PEOPLE = f"""dn: {SUFFIX}
objectClass: domain
dc: example

dn: uid=ada,{SUFFIX}
objectClass: inetOrgPerson
uid: ada
cn: Ada
sn: Ada
employeeNumber: A-7
title: Clerk
"""


def test_it_is_found_by_its_value_in_any_letters_and_changed(tmp_path: Path) -> None:
    with running_slapd(tmp_path / "slapd", PEOPLE, suffix=SUFFIX) as running:
        written, now = _changed(running)

    assert written == now == (b"Engineer",)


def _changed(running: RunningSlapd) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    server = Server((running.uri,), Tls.NONE, id_attribute="employeeNumber")
    with LdapDirectory(server) as directory:
        directory.bind(running.bind_dn, running.password)
        entry = directory.entry_of(SUFFIX, "a-7", ["title"])
        assert "entryUUID" in entry
        wish = Wish("title", tuple(entry.values("title")), (b"Engineer",))
        written = directory.compare_and_set(entry, [wish]).values["title"]
        return tuple(written), tuple(directory.entry_of(SUFFIX, "a-7", ["title"]).values("title"))
