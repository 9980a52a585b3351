"""A real Active Directory, changed by tests with the words of the stand-in.

What tests say as OpenLDAP has it is said here as Samba wants it: entries are named by `cn` there,
an account is switched off by a bit, the unique id is a GUID, and a group is a `group`.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import UUID

import ldap
from ldap.ldapobject import SimpleLDAPObject

from lupweb.directories.connect import refuse_in_transaction
from lupweb.directories.models import Directory
from lupweb.directories.secrets import lock
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.dn import fold_dn
from tests.factories import READER, SECRET_KEY, SUFFIX
from tests.ldap.fake_server import StoredEntry
from tests.servers.faultproxy import Proxy
from tests.servers.samba import RunningSamba
from tests.sync.world import NEVER, PAST

BRANCHES = ("people", "groups")
PERSON, GROUP = "inetOrgPerson", "group"
NAMING = ("member", "manager")
SWITCHED_ON, SWITCHED_OFF = b"544", b"546"  # without a password; bit 2 is the one that counts
OFF, BY = "shadowExpire", "userAccountControl"
WANTED = [
    "objectClass", "objectGUID", "cn", "ou", "uid", "sn", "displayName", "mail", "telephoneNumber",
    "title", "l", "departmentNumber", "roomNumber", "mobile", "homePhone", "description",
    *NAMING, BY,
]  # fmt: skip
MADE_BY_THE_SERVER = {"objectGUID", "entryUUID", "cn", BY, "userPassword"}
REFUSED = (
    ldap.CONSTRAINT_VIOLATION,
    ldap.INVALID_SYNTAX,
    ldap.NAMING_VIOLATION,
    ldap.OBJECT_CLASS_VIOLATION,
    ldap.UNWILLING_TO_PERFORM,
)
Values = Mapping[str, Sequence[bytes]]


@dataclass
class SambaDirectory:
    """A domain controller with an empty company.

    :param proxy: what lupweb is connected to; the test itself goes past it
    """

    running: RunningSamba
    proxy: Proxy
    server: SimpleNamespace = field(init=False)
    _check: Callable[[], None] = refuse_in_transaction
    _handle: SimpleLDAPObject = field(init=False)

    def __post_init__(self) -> None:
        self._handle = self.running.signed_in()
        self.server = _Server(self)

    def configure(self, row: Directory) -> None:
        """Let an installation reach it, through the proxy; inside a transaction."""
        row.kind, row.tls, row.ca_file = "active_directory", Tls.LDAPS, str(self.running.ca_file)
        row.uris = [self.proxy.uri.replace("ldap://", "ldaps://")]
        row.bind_dn = self.running.bind_dn
        row.bind_password = lock(self.running.password, SECRET_KEY)
        row.group_filter = f"(objectClass={GROUP})"

    def watch(self, check: Callable[[], None]) -> None:
        """Call this before each question of lupweb, in place of what was called so far."""
        self._check = check

    def make_empty(self) -> None:
        """Take everything away but the empty branches."""
        there = self.entries()
        for dn in sorted(there, key=lambda each: each.count(","), reverse=True):
            self._handle.delete_s(there[dn].dn)
        for name in BRANCHES:
            self.add(f"ou={name},{SUFFIX}", {"objectClass": [b"organizationalUnit"]})

    def entries(self) -> dict[str, StoredEntry]:
        """Return the entries of the company by their folded DN, in their order."""
        found: dict[str, StoredEntry] = {}
        for name in BRANCHES:
            base = f"OU={name},{SUFFIX}"
            with suppress(ldap.NO_SUCH_OBJECT):
                rows = self._handle.search_s(base, ldap.SCOPE_SUBTREE, "(objectClass=*)", WANTED)
                found |= {fold_dn(dn): StoredEntry(dn, _read(values)) for dn, values in rows if dn}
        return dict(sorted(found.items()))

    def connect(self, server: Server) -> LdapDirectory:
        """Connect as the product does."""
        return LdapDirectory(server, check=self._check)

    def add(self, dn: str, attributes: Values) -> str:
        """Add an entry; the account that reads is there already."""
        if dn == READER:
            return dn
        kind = _kind(attributes)
        kept = {name: each for name, each in attributes.items() if name not in MADE_BY_THE_SERVER}
        values = {**_written(kept), "objectClass": [kind.encode()]}
        if kind == PERSON:
            off = _written({OFF: attributes.get(OFF, [NEVER])})
            values = {**values, **off, "uid": kept.get("uid") or [_name(dn)]}
        self._handle.add_s(_dn(dn), [(name, list(each)) for name, each in values.items() if each])
        return _dn(dn)

    def get(self, dn_or_uid: str, attribute: str) -> list[bytes]:
        """Return the values of an attribute."""
        return self.entries()[fold_dn(_dn(dn_or_uid))].values.get(attribute, [])

    def stamp(self, dn_or_uid: str) -> bytes:
        """Return what the server counts up with each change of the entry."""
        ((_dn_there, values),) = self._handle.search_s(
            _dn(dn_or_uid), ldap.SCOPE_BASE, "(objectClass=*)", ["uSNChanged"]
        )
        return bytes(values["uSNChanged"][0])

    def set(self, dn_or_uid: str, attribute: str, values: Sequence[bytes]) -> None:
        """Give an entry these values, unless the server does not allow it."""
        changes = _written({attribute: values}).items()
        with suppress(*REFUSED):
            self._handle.modify_s(
                _dn(dn_or_uid),
                [(ldap.MOD_REPLACE, name, list(each) or None) for name, each in changes],
            )

    def delete(self, dn_or_uid: str) -> None:
        """Take an entry away."""
        self._handle.delete_s(_dn(dn_or_uid))

    def rename(self, dn_or_uid: str, new_dn: str) -> None:
        """Give an entry another DN; a person whose name is another one gets the login with it."""
        old, new = _dn(dn_or_uid), _dn(new_dn)
        name, above = new.split(",", 1)
        self._handle.rename_s(old, name, above, delold=1)
        if name.casefold() != old.split(",", 1)[0].casefold() and name.startswith("CN="):
            self.set(new, "uid", [_name(new)])

    def close(self) -> None:
        """End the test's own connection."""
        self._handle.unbind_ext_s()


class _Server(SimpleNamespace):
    """The content of the server, by the name that it has in the stand-in."""

    def __init__(self, directory: SambaDirectory) -> None:
        super().__init__()
        self._directory = directory

    @property
    def entries(self) -> dict[str, StoredEntry]:
        return self._directory.entries()


def _read(values: Mapping[str, list[bytes]]) -> dict[str, list[bytes]]:
    """Return what stands in an entry as OpenLDAP would have it."""
    found = {**values, "entryUUID": [str(UUID(bytes_le=values["objectGUID"][0])).encode()]}
    if BY in found:
        found[OFF] = [PAST if int(found[BY][0]) & 2 else NEVER]
    return found


def _written(values: Values) -> dict[str, Sequence[bytes]]:
    """Return values as Active Directory wants them."""
    found = {name: each for name, each in values.items() if name != OFF}
    for name in NAMING:
        if name in found:
            found[name] = [_dn(each.decode()).encode() for each in found[name] if b"," in each]
    if OFF in values:
        found[BY] = [SWITCHED_OFF if list(values[OFF]) == [PAST] else SWITCHED_ON]
    return found


def _kind(attributes: Values) -> str:
    classes = {each.decode() for each in attributes["objectClass"]}
    if PERSON in classes:
        return PERSON
    return "organizationalUnit" if "organizationalUnit" in classes else GROUP


def _dn(dn_or_uid: str) -> str:
    dn = dn_or_uid if "=" in dn_or_uid else f"uid={dn_or_uid},ou=people,{SUFFIX}"
    kind, rest = dn.split("=", 1)
    return f"CN={rest}" if kind.casefold() in {"uid", "cn"} else dn


def _name(dn: str) -> bytes:
    """Return what the first part of a DN names."""
    return dn.split(",", 1)[0].split("=", 1)[1].encode()
