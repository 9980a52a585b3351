"""A company of its own in a real Active Directory, and an installation that reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import ldap
from ldap.ldapobject import SimpleLDAPObject
from sqlalchemy import select

from lupweb.database import db, end_reading, transaction
from lupweb.directories.connect import refuse_in_transaction
from lupweb.directories.models import Directory
from lupweb.directories.secrets import lock
from lupweb.directories.service import add_directory, get_directory
from lupweb.ldap.client import LdapDirectory
from lupweb.ldap.connection import Server, Tls
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.profiles.document import values_of
from lupweb.profiles.models import IndexedValue
from lupweb.runs.service import get_run
from lupweb.sync.records import record
from lupweb.sync.service import run
from tests.factories import SECRET_KEY, a_profile
from tests.servers.samba import RunningSamba

KEY = "ad"
BY, SWITCHED_ON = "userAccountControl", "544"
_numbers = count(1)


@dataclass
class Domain:
    """One branch of a domain controller; lupweb reads what is below `ou=people` there.

    :param base: the DN of the branch
    """

    samba: RunningSamba
    base: str
    handle: SimpleLDAPObject

    @property
    def people(self) -> str:
        """Return the DN below which people are read."""
        return f"OU=people,{self.base}"

    @property
    def outside(self) -> str:
        """Return the DN of a branch that is not read."""
        return f"OU=outside,{self.base}"

    def person(self, name: str, *, under: str = "", **attributes: str) -> str:
        """Add somebody with this login; return the DN."""
        dn = f"CN={name},{under or self.people}"
        values = {"objectClass": "inetOrgPerson", "uid": name, "sn": name, BY: SWITCHED_ON}
        values |= attributes
        self.handle.add_s(dn, [(key, [value.encode()]) for key, value in values.items()])
        return dn

    def group(self, name: str, *members: str) -> str:
        """Add a group of these DNs; return its DN."""
        dn = f"CN={name} {self.base[3:8]},{self.outside}"
        named = [("member", [each.encode() for each in members])] if members else []
        self.handle.add_s(dn, [("objectClass", [b"group"]), *named])
        return dn

    def account(self, name: str, password: str) -> None:
        """Add an account that may sign in, and has no more rights than any."""
        dn = f"CN={name},{self.outside}"
        self.handle.add_s(dn, [("objectClass", [b"user"]), ("sAMAccountName", [name.encode()])])
        quoted = f'"{password}"'.encode("utf-16-le")
        self.handle.modify_s(dn, [(ldap.MOD_REPLACE, "unicodePwd", [quoted])])
        self.set(dn, BY, "512")

    def sign_in_as(self, name: str, password: str) -> None:
        """Let lupweb read with another account."""
        with transaction():
            row = get_directory(KEY)
            row.bind_dn, row.bind_password = name, lock(password, SECRET_KEY)

    def set(self, dn: str, attribute: str, *values: str) -> None:
        """Give an entry these values."""
        written = [each.encode() for each in values] or None
        self.handle.modify_s(dn, [(ldap.MOD_REPLACE, attribute, written)])

    def move(self, dn: str, name: str, under: str) -> str:
        """Give an entry another DN; return it."""
        self.handle.rename_s(dn, f"CN={name}", under, delold=1)
        return f"CN={name},{under}"

    def connect(self, _server: Server) -> LdapDirectory:
        """Connect as the product does."""
        server = Server((self.samba.ldaps_uri,), Tls.LDAPS, ca_file=str(self.samba.ca_file))
        return LdapDirectory(server, check=refuse_in_transaction)

    def configure(self, **settings: Any) -> int:
        """Let an installation read it; return the number of the directory."""
        with transaction():
            row = add_directory(
                KEY,
                "Active Directory",
                uris=["ldaps://ad.example.com"],
                tls=Tls.LDAPS,
                bind_dn=self.samba.bind_dn,
                bind_password=self.samba.password,
                base_dn=self.base,
                additional_user_dn="OU=people",
                secret_key=SECRET_KEY,
                user_filter="(objectClass=inetOrgPerson)",
            )
            row.group_filter = "(objectClass=group)"
            for name, value in settings.items():
                setattr(row, name, value)
            number = row.id
        a_profile()
        return number

    def declare(self, key: str, dn: str) -> None:
        """Let lupweb know a group."""
        with transaction():
            number = db.session.scalars(select(Directory.id).where(Directory.key == KEY)).one()
            db.session.add(Group(key=key, name=key, directory_id=number, dn=dn))

    def read(self, mode: str = "changes") -> dict[str, Any]:
        """Let a run read it; return its record."""
        number = run(KEY, secret_key=SECRET_KEY, connect=self.connect, trigger="test", mode=mode)
        found = {**record(number), "unseen": get_run(number).counters.get("unseen")}
        end_reading()
        return found


@contextmanager
def a_domain(samba: RunningSamba) -> Iterator[Domain]:
    """Give an empty branch of its own while the block lasts."""
    handle = samba.signed_in()
    handle.set_option(ldap.OPT_REFERRALS, 0)
    base = f"OU=branch{next(_numbers)},{samba.suffix}"
    for dn in (base, f"OU=people,{base}", f"OU=outside,{base}"):
        handle.add_s(dn, [("objectClass", [b"organizationalUnit"])])
    try:
        yield Domain(samba, base, handle)
    finally:
        handle.unbind_ext_s()


def managers() -> dict[str, str | None]:
    """Return login -> login of the manager, None if it names nobody known."""
    rows = select(IndexedValue.person_id, IndexedValue.referred_id)
    logins = dict(db.session.execute(select(Person.id, Person.login)).all())
    found = {logins[who]: logins.get(named) for who, named in db.session.execute(rows)}
    end_reading()
    return found


def members(key: str) -> set[str]:
    """Return the logins of the members of a group."""
    rows = (
        select(Person.login)
        .join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Group.key == key)
    )
    found = set(db.session.scalars(rows))
    end_reading()
    return found


def value(login: str, key: str) -> str:
    """Return what is stored in a field of somebody."""
    found = values_of(get_person(login).document).get(key, "")
    end_reading()
    return found
