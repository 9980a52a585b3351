"""A real server, changed by tests with the words of the stand-in, and reached through a proxy."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace

import ldap
from ldap.ldapobject import SimpleLDAPObject

from lupweb.directories.connect import refuse_in_transaction
from lupweb.directories.models import Directory
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server
from lupweb.ldap.dn import fold_dn
from tests.factories import READER, SUFFIX
from tests.ldap.fake_server import StoredEntry
from tests.servers.faultproxy import Proxy
from tests.servers.slapd import RunningSlapd

ACCESS = f"""\
access to attrs=userPassword by dn.exact="{READER}" write by anonymous auth by * none
access to * by dn.exact="{READER}" write by users read by * none
limits dn.exact="{READER}" size=unlimited
"""
BRANCHES = ("people", "groups")
WANTED = ["*", "entryUUID"]
REFUSED = (  # what a server with a schema does not let happen; then it has not happened
    ldap.NAMING_VIOLATION,
    ldap.OBJECT_CLASS_VIOLATION,
    ldap.INVALID_SYNTAX,
    ldap.NOT_ALLOWED_ON_RDN,
)


@dataclass
class RealDirectory:
    """An OpenLDAP server with an empty company.

    :param proxy: what lupweb is connected to; the test itself goes past it
    """

    running: RunningSlapd
    proxy: Proxy
    server: SimpleNamespace = field(init=False)
    _check: Callable[[], None] = refuse_in_transaction
    _handle: SimpleLDAPObject = field(init=False)

    def __post_init__(self) -> None:
        self._handle = ldap.initialize(self.running.uri)
        self._handle.simple_bind_s(self.running.bind_dn, self.running.password)
        self.server = _Server(self)

    def configure(self, row: Directory) -> None:
        """Let an installation reach it, through the proxy; inside a transaction."""
        row.uris = [self.proxy.uri]

    def watch(self, check: Callable[[], None]) -> None:
        """Call this before each question of lupweb, in place of what was called so far."""
        self._check = check

    def make_empty(self) -> None:
        """Take everything away but the empty branches."""
        for dn in sorted(self.entries(), key=lambda each: each.count(","), reverse=True):
            if dn != SUFFIX:
                self._handle.delete_s(dn)
        for name in BRANCHES:
            self.add(f"ou={name},{SUFFIX}", {"objectClass": [b"organizationalUnit"]})

    def entries(self) -> dict[str, StoredEntry]:
        """Return all entries by their folded DN, the first one first."""
        found = self._handle.search_s(SUFFIX, ldap.SCOPE_SUBTREE, "(objectClass=*)", WANTED)
        return {fold_dn(dn): StoredEntry(dn, values) for dn, values in found}

    def connect(self, server: Server) -> LdapDirectory:
        """Connect as the product does."""
        return LdapDirectory(server, check=self._check)

    def add(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> str:
        """Add an entry; what its classes ask for, and nobody said, is made up."""
        values = {name: list(each) for name, each in attributes.items() if each}
        kind, name = dn.split(",", 1)[0].split("=", 1)
        values.setdefault(kind, [name.encode()])
        if b"inetOrgPerson" in values["objectClass"]:
            values["objectClass"] = sorted({*values["objectClass"], b"shadowAccount"})
            values.setdefault("uid", [name.encode()])
        if b"person" in values["objectClass"]:
            values.setdefault("sn", [name.encode()])
        self._handle.add_s(dn, list(values.items()))
        return dn

    def get(self, dn_or_uid: str, attribute: str) -> list[bytes]:
        """Return the values of an attribute."""
        entry = self.entries()[fold_dn(_dn(dn_or_uid))]
        return entry.values.get(attribute, [])

    def set(self, dn_or_uid: str, attribute: str, values: Sequence[bytes]) -> None:
        """Give an entry these values, unless the server does not allow it."""
        change = [(ldap.MOD_REPLACE, attribute, list(values) or None)]
        with suppress(*REFUSED):
            self._handle.modify_s(_dn(dn_or_uid), change)

    def delete(self, dn_or_uid: str) -> None:
        """Take an entry away."""
        self._handle.delete_s(_dn(dn_or_uid))

    def rename(self, dn_or_uid: str, new_dn: str) -> None:
        """Give an entry another DN; what is below goes with it."""
        name, above = new_dn.split(",", 1)
        self._handle.rename_s(_dn(dn_or_uid), name, above, delold=1)

    def close(self) -> None:
        """End the test's own connection."""
        self._handle.unbind_ext_s()


class _Server(SimpleNamespace):
    """The content of the server, by the name that it has in the stand-in."""

    def __init__(self, directory: RealDirectory) -> None:
        super().__init__()
        self._directory = directory

    @property
    def entries(self) -> dict[str, StoredEntry]:
        return self._directory.entries()


def _dn(dn_or_uid: str) -> str:
    return dn_or_uid if "=" in dn_or_uid else f"uid={dn_or_uid},ou=people,{SUFFIX}"
