"""A real server with three people, a site that saves to it, and somebody else who writes there."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap
from flask import Flask

from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.directories.connect import connect
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Tls
from lupweb.sync.service import run
from tests.factories import SECRET_KEY, SUFFIX, a_profile
from tests.ldap.company import Attributes
from tests.servers.samba import RunningSamba, running_samba
from tests.servers.slapd import RunningSlapd, running_slapd
from tests.writeback.world import switch_on

PEOPLE = ("anna", "bert", "carl")
FIELDS = {"position": "title", "location": "l", "phone": "telephoneNumber"}
FIRST = "0"
FOREIGN_SHARE = 0.1
STAMPED = {"slapd": "roomNumber", "samba": "physicalDeliveryOfficeName"}
"""What somebody else changes all the time, so that the entry is no longer what it was."""
WHERE = f"ou=staff,{SUFFIX}"
Place = tuple[str, str]
"""Login of a person, key of a field."""


@dataclass(frozen=True)
class Reachable:
    """A real server; `uri` may be that of a proxy before it."""

    kind: str
    running: RunningSlapd | RunningSamba

    @property
    def uri(self) -> str:
        """Return where it is reached without a proxy."""
        if isinstance(self.running, RunningSamba):
            return self.running.ldaps_uri
        return self.running.uri

    def signed_in(self) -> Any:
        """Return a connection of its administrator."""
        if isinstance(self.running, RunningSamba):
            return self.running.signed_in()
        handle = ldap.initialize(self.uri)
        handle.simple_bind_s(self.running.bind_dn, self.running.password)
        return handle

    def values(self) -> dict[Place, str]:
        """Return what it holds now."""
        handle = self.signed_in()
        found: dict[Place, str] = {}
        for login in PEOPLE:
            _dn, row = handle.search_s(dn_of(login), ldap.SCOPE_BASE)[0]
            found |= {(login, key): row[name][0].decode() for key, name in FIELDS.items()}
        handle.unbind_s()
        return found


@contextmanager
def reachable(kind: str, folder: Path) -> Iterator[Reachable]:
    """Run a server with three people while the block lasts."""
    if kind == "samba":
        with running_samba(folder) as samba:
            samba.add(_entries(kind))
            yield Reachable(kind, samba)
        return
    blocks = [f"dn: {SUFFIX}\nobjectClass: organization\nobjectClass: dcObject\ndc: example\no: E"]
    for dn, attributes in _entries(kind):
        lines = [f"{name}: {each.decode()}" for name, them in attributes.items() for each in them]
        blocks.append("\n".join([f"dn: {dn}", *lines]))
    with running_slapd(folder, "\n\n".join(blocks) + "\n", suffix=SUFFIX) as slapd:
        yield Reachable(kind, slapd)


@contextmanager
def site_of(settings: Settings, server: Reachable, uri: str) -> Iterator[Flask]:
    """Give a site that saves three fields of three people to the server, as it is reached here."""
    app, running = create_app(settings), server.running
    is_ad = isinstance(running, RunningSamba)
    with app.app_context():
        with transaction():
            directory = add_directory(
                "main",
                "Main LDAP",
                uris=[uri],
                tls=Tls.LDAPS if is_ad else Tls.NONE,
                ca_file=str(running.ca_file) if isinstance(running, RunningSamba) else "",
                bind_dn=running.bind_dn,
                bind_password=running.password,
                base_dn=WHERE,
                user_filter="(objectClass=person)",
                secret_key=SECRET_KEY,
            )
            directory.allow_cleartext = not is_ad
            directory.login_attribute = "sAMAccountName" if is_ad else "uid"
        a_profile()
        switch_on()
        run("main", secret_key=SECRET_KEY, connect=connect, trigger="test")
        yield app
        db.session.remove()
        db.engine.dispose()


class ForeignWriter:
    """Somebody else, who changes the same attributes as lupweb, and others of the same entries.

    A value is changed only if it still is what was read: nothing is overwritten unseen.
    """

    def __init__(self, server: Reachable, seed: int) -> None:
        self.steps: list[tuple[Place, str, str]] = []
        self.may_change = threading.Event()
        self._stamped = STAMPED[server.kind]
        self._seed = seed
        self._connection = server.signed_in()

    def work(self, is_over: threading.Event) -> None:
        """Change something every few milliseconds until it is over."""
        chance, number = random.Random(self._seed), 0  # noqa: S311 the same seed, the same history
        while not is_over.wait(0.01):
            number += 1
            login, key = chance.choice(PEOPLE), chance.choice(list(FIELDS))
            stamped = [(ldap.MOD_REPLACE, self._stamped, [str(number).encode()])]
            self._connection.modify_s(dn_of(login), stamped)
            if self.may_change.is_set() and chance.random() < FOREIGN_SHARE:
                self._change(login, key, f"9{number}")
        self._connection.unbind_s()

    def _change(self, login: str, key: str, new: str) -> None:
        dn, attribute = dn_of(login), FIELDS[key]
        read = self._connection.search_s(dn, ldap.SCOPE_BASE, attrlist=[attribute])
        old = read[0][1][attribute][0]
        change = [(ldap.MOD_DELETE, attribute, [old]), (ldap.MOD_ADD, attribute, [new.encode()])]
        with suppress(ldap.NO_SUCH_ATTRIBUTE):
            self._connection.modify_s(dn, change)
            self.steps.append(((login, key), old.decode(), new))


def dn_of(login: str) -> str:
    """Return the DN of one of the people."""
    return f"cn={login},{WHERE}"


def _entries(kind: str) -> Iterator[tuple[str, Attributes]]:
    yield WHERE, {"objectClass": [b"organizationalUnit"], "ou": [b"staff"]}
    for login in PEOPLE:
        name = login.encode()
        own = {"objectClass": [b"user"], "sAMAccountName": [name], "userAccountControl": [b"544"]}
        other = {"objectClass": [b"inetOrgPerson"], "uid": [name]}
        values = {attribute: [FIRST.encode()] for attribute in FIELDS.values()}
        yield dn_of(login), {
            **(own if kind == "samba" else other),
            "cn": [name], "sn": [name], "displayName": [name], "mail": [name + b"@example.com"],
            **values,
        }  # fmt: skip
