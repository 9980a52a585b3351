"""Everything that fills profiles, in a small company: two directories, another LDAP, and a file.

What ought to be known is read here from the sources, plainly, and not by the product.
"""

import os
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.service import add_directory
from lupweb.ldap.connection import Server, Tls
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.session import Directory as LdapSession
from lupweb.options.registry import XML_FILE
from lupweb.options.service import set_option
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_field
from lupweb.profiles.sources import Source
from lupweb.sources import alternative, xml_file
from lupweb.sync import service
from tests.factories import (
    READER,
    READER_PASSWORD,
    SECRET_KEY,
    SUFFIX,
    a_profile,
    an_empty_directory,
    an_entry,
)
from tests.fakes import FakeDirectory
from tests.ldap.fake_server import StoredEntry

LOGINS = [f"p{number:02}" for number in range(12)]
KEYS = ("main", "second", "other")
OF_DIRECTORIES = {"phone": "telephoneNumber", "position": "title"}
OLD_S = 3600


Ties = Mapping[int, Set[tuple[str, str]]]
"""Who is shown -> key and unique id of the entries that directories in use have of them."""


@dataclass
class SourcesWorld:
    """The sources; `main` has the first eight people, `second` the last eight.

    :param file: login -> what the file says of the badge; None: it has the person without one
    :param left: entries that were taken away; who comes back is the same
    :param order: the keys of the directories, the one that goes first in front
    """

    folder: Path
    servers: dict[str, FakeDirectory] = field(
        default_factory=lambda: {key: an_empty_directory() for key in KEYS}
    )
    file: dict[str, str | None] = field(default_factory=dict)
    order: list[str] = field(default_factory=lambda: ["main", "second"])
    left: dict[tuple[str, str], StoredEntry] = field(default_factory=dict)

    def begin(self) -> None:
        """Fill the sources, and configure them."""
        for key, logins in (("main", LOGINS[:8]), ("second", LOGINS[4:]), ("other", LOGINS[2:10])):
            for login in logins:
                an_entry(self.servers[key], login, telephoneNumber=f"{key} {login}")
        self.file = {login: f"B-{login}" for login in LOGINS[1:11]}
        for number, key in enumerate(KEYS, start=1):
            self._configure(key, f"ldap://127.0.0.{number}:389")
        a_profile()
        with transaction():
            rows = select(Directory).where(Directory.key == "other")
            db.session.scalars(rows).one().role = DirectoryRole.ALTERNATIVE
            for name, source, attribute in (
                ("fax", Source.ALTERNATIVE_LDAP, "telephoneNumber"),
                ("badge", Source.XML, "badge"),
            ):
                define_field(name, name, category="work", source=source, attribute=attribute)
            set_option(XML_FILE, "people.xml")

    def _configure(self, key: str, uri: str) -> None:
        reader = {"objectClass": [b"person"], "userPassword": [READER_PASSWORD.encode()]}
        self.servers[key].add(READER, reader)
        with transaction():
            add_directory(
                key,
                key.title(),
                uris=[uri],
                tls=Tls.NONE,
                bind_dn=READER,
                bind_password=READER_PASSWORD,
                base_dn=SUFFIX,
                additional_user_dn="ou=people",
                secret_key=SECRET_KEY,
            )

    def connect(self, server: Server) -> LdapSession:
        """Reach the server of a directory."""
        number = int(server.uris[0].rpartition(".")[2].partition(":")[0])
        return self.servers[KEYS[number - 1]].connect()

    def read(self, key: str, mode: str) -> int:
        """Run a source; return the run's number."""
        if key == "file":
            self._write()
            return xml_file.import_file(self.folder, trigger="test", wait=lambda _seconds: None)
        run = alternative.run if key == "other" else service.run
        return run(key, secret_key=SECRET_KEY, connect=self.connect, trigger="test", mode=mode)

    def _write(self) -> None:
        records = (
            f"<person><login>{login}</login>{'' if badge is None else f'<badge>{badge}</badge>'}"
            "</person>"
            for login, badge in self.file.items()
        )
        path = self.folder / "people.xml"
        path.write_text(f"<people>{''.join(records)}</people>")
        long_ago = time.time() - OLD_S
        os.utime(path, (long_ago, long_ago))

    def change_order(self) -> None:
        """Let the directory that goes second go first."""
        self.order.reverse()
        with transaction():
            rows = select(Directory).where(Directory.key.in_(self.order))
            found = db.session.scalars(rows).all()
            places = sorted(each.position for each in found)
            for each in found:
                each.position = places[self.order.index(each.key)]

    def come_or_go(self, key: str, login: str) -> None:
        """Take an entry away, or let it be there (again).

        Not with another unique id: who is made anew before a run sees that they were gone is left
        apart from who they are in another directory, until an administrator says who it is.
        """
        server, entry = self.servers[key], self.entry(key, login)
        if entry:
            self.left[key, login] = entry
            server.delete(login)
        elif (key, login) in self.left:
            back = self.left.pop((key, login))
            server.server.entries[fold_dn(back.dn)] = back
            server.set(login, "telephoneNumber", [f"{key} again".encode()])
        else:
            an_entry(server, login, telephoneNumber=f"{key} again")

    def entry(self, key: str, login: str) -> StoredEntry | None:
        """Return the entry of somebody in a source, or None."""
        folded = f"uid={login},ou=people,{SUFFIX}"
        return self.servers[key].server.entries.get(folded)

    def in_use(self) -> Sequence[str]:
        """Return the keys of the directories that make people and hide them."""
        return self.order

    def wrongly_hidden(self, before: Ties) -> set[int]:
        """Return who is hidden now, and was not, although an entry of theirs is there.

        :param before: what `ties` said
        """
        there = {
            (key, entry.values["entryUUID"][0].decode())
            for key in self.in_use()
            for entry in self.servers[key].server.entries.values()
        }
        return {id_ for id_ in before.keys() - ties().keys() if before[id_] & there}

    def wanted(self, login: str) -> dict[str, str]:
        """Return what is to be stored of somebody; without what no source has a word about."""
        found: dict[str, str] = {}
        supplier = next((key for key in self.order if self.entry(key, login)), None)
        if supplier is None:
            return found
        found |= {key: self.said(supplier, login, name) for key, name in OF_DIRECTORIES.items()}
        if self.entry("other", login):
            found["fax"] = self.said("other", login, "telephoneNumber")
        if self.file.get(login) is not None:
            found["badge"] = str(self.file[login])
        return found

    def said(self, key: str, login: str, attribute: str) -> str:
        """Return the value that an entry of somebody has; "" if there is none."""
        entry = self.entry(key, login)
        values = entry.values.get(attribute, []) if entry else []
        return min(values).decode() if values else ""


def ties() -> Ties:
    """Return who is shown, and by which entries."""
    found: dict[int, set[tuple[str, str]]] = {each.id: set() for each in shown_people()}
    rows = (
        select(Identity.person_id, Directory.key, Identity.unique_id)
        .join(Directory, Directory.id == Identity.directory_id)
        .where(Identity.is_gone.is_(False), Directory.is_enabled)
    )
    for person_id, key, unique_id in db.session.execute(rows):
        found.get(person_id, set()).add((key, unique_id))
    return found


def shown() -> dict[str, Person]:
    """Return who is not hidden, by login."""
    return {person.login: person for person in shown_people()}


def shown_people() -> list[Person]:
    """Return who is not hidden."""
    db.session.rollback()
    rows = select(Person).where(Person.state != PersonState.MISSING)
    return list(db.session.scalars(rows))
