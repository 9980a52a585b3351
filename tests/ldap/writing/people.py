"""One person with an odd name in every kind of directory, whom somebody else can change as well."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import ldap
from ldap import modlist
from ldap.ldapobject import SimpleLDAPObject

from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.dn import escape_value
from lupweb.ldap.entry import Entry
from lupweb.ldap.server import ASSERTION, ServerTraits
from lupweb.ldap.session import Directory
from tests.fakes import FakeDirectory
from tests.ldap.company import PASSWORD, PEOPLE, READER_DN, SUFFIX
from tests.servers.ds389 import RunningDs389
from tests.servers.samba import RunningSamba
from tests.servers.slapd import RunningSlapd

NAME = 'Müller, "Ö" + Söhne = x; #1 '.strip()
DN = f"cn={escape_value(NAME)},{PEOPLE}"
PHONE = b"+4930999"
HELD: Mapping[str, list[bytes]] = {
    "displayName": [b"Before"],
    "telephoneNumber": [PHONE],
    "description": [b"one"],
}


class WithoutAssertion(LdapDirectory):
    """OpenLDAP as if it could not compare by itself, but read back: as 389 does."""

    def traits(self) -> ServerTraits:
        """Return what the server says, without its assertion control."""
        told = super().traits()
        return replace(told, controls=told.controls - {ASSERTION})


@dataclass(frozen=True)
class Writable:
    """A person who may be changed; `kind` names the server and how it compares."""

    kind: str
    connect: Callable[[], Directory]
    set: Callable[[str, Sequence[bytes]], None]
    """Somebody else changes an attribute; no values: it goes."""
    unique_id: str
    account: str = READER_DN
    password: str = PASSWORD

    @property
    def is_active_directory(self) -> bool:
        """Return whether it is one."""
        return self.kind == "samba"

    @property
    def compares_by_values(self) -> bool:
        """Return whether the old value is the comparison."""
        return self.kind in ("fake-values", "slapd-values", "samba", "ds389")

    def signed_in(self) -> Directory:
        """Return a connection of an account that may write what the tests write."""
        directory = self.connect()
        directory.bind(self.account, self.password)
        return directory

    def entry(self, directory: Directory, *attributes: str) -> Entry:
        """Return the person as they are now."""
        return directory.entry_of(SUFFIX, self.unique_id, attributes)


@contextmanager
def a_fake(kind: str) -> Iterator[Writable]:
    """Give the person in a fake directory."""
    fake = FakeDirectory(SUFFIX, form=kind.removeprefix("fake-"))
    account = {"objectClass": [b"organizationalRole"], "userPassword": [PASSWORD.encode()]}
    fake.add(SUFFIX, {"objectClass": [b"organization"]})
    fake.add(PEOPLE, {"objectClass": [b"organizationalUnit"]})
    fake.add(READER_DN, account)
    unique_id = fake.add(DN, {**_names(), **HELD})
    fake.refuse_attribute("title", 50, "no write access to attribute title")
    yield Writable(kind, fake.connect, lambda name, values: fake.set(DN, name, values), unique_id)


@contextmanager
def in_slapd(kind: str, running: RunningSlapd) -> Iterator[Writable]:
    """Add the person to a real OpenLDAP while the block lasts."""
    admin = ldap.initialize(running.uri)
    admin.simple_bind_s(running.bind_dn, running.password)
    made = LdapDirectory if kind == "slapd" else WithoutAssertion
    with _added(admin, {**_names(), **HELD}):
        found = admin.search_s(DN, ldap.SCOPE_BASE, attrlist=["entryUUID"])[0][1]
        yield Writable(
            kind,
            lambda: made(Server((running.uri,), Tls.NONE)),
            lambda name, values: _replace(admin, name, values),
            found["entryUUID"][0].decode(),
        )


@contextmanager
def in_samba(running: RunningSamba) -> Iterator[Writable]:
    """Add the person to a real domain controller while the block lasts."""
    admin = running.signed_in()
    account = {"objectClass": [b"user"], "sAMAccountName": [b"muellersoehne"]}
    server = Server((running.ldaps_uri,), Tls.LDAPS, ca_file=str(running.ca_file))
    with _added(admin, {**account, **HELD}):
        found = admin.search_s(DN, ldap.SCOPE_BASE, attrlist=["objectGUID"])[0][1]
        yield Writable(
            "samba",
            lambda: LdapDirectory(server),
            lambda name, values: _replace(admin, name, values),
            str(UUID(bytes_le=found["objectGUID"][0])),
            running.bind_dn,
            running.password,
        )


@contextmanager
def in_ds389(running: RunningDs389) -> Iterator[Writable]:
    """Add the person to a real 389 Directory Server while the block lasts."""
    admin = running.signed_in()
    server = Server((running.uri,), Tls.NONE)
    with _added(admin, {**_names(), **HELD}):
        found = admin.search_s(DN, ldap.SCOPE_BASE, attrlist=["entryUUID"])[0][1]
        yield Writable(
            "ds389",
            lambda: LdapDirectory(server),
            lambda name, values: _replace(admin, name, values),
            found["entryUUID"][0].decode(),
        )


@contextmanager
def _added(admin: SimpleLDAPObject, attributes: Mapping[str, list[bytes]]) -> Iterator[None]:
    admin.add_s(DN, modlist.addModlist(dict(attributes)))
    try:
        yield
    finally:
        admin.delete_s(DN)
        admin.unbind_s()


def _replace(admin: SimpleLDAPObject, name: str, values: Sequence[bytes]) -> None:
    admin.modify_s(DN, [(ldap.MOD_REPLACE, name, list(values) or None)])


def _names() -> dict[str, list[bytes]]:
    return {
        "objectClass": [b"inetOrgPerson"],
        "cn": [NAME.encode()],
        "sn": [b"M"],
        "uid": [b"writable"],
    }
