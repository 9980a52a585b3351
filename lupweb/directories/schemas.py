"""Which attributes the directories know, and what one of them holds now: asked within a second."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from sqlalchemy import func, select

from lupweb.database import db, end_reading
from lupweb.directories.attributes import is_never_read
from lupweb.directories.connect import Connect
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.service import DirectoryFacts, enabled_directories, facts_of
from lupweb.errors import LupwebError
from lupweb.ldap.schema import Schema
from lupweb.ldap.session import Directory as LdapSession

LONGEST_S = 1.0
"""How long a page waits for all directories together."""
KEPT_S = 600.0
LONGEST_SHOWN = 500
MOST_SHOWN = 5


@dataclass(frozen=True)
class DirectorySchema:
    """What one directory knows; `schema` is None if it did not answer, or shows none."""

    key: str
    name: str
    is_alternative: bool
    schema: Schema | None


@dataclass(frozen=True)
class KnownAttributes:
    """What the directories that are switched on know."""

    directories: Sequence[DirectorySchema] = ()

    @property
    def silent(self) -> list[str]:
        """Return the names of those that cannot be asked now."""
        return [each.name for each in self.directories if each.schema is None]

    @property
    def suggestions(self) -> list[str]:
        """Return every attribute that may become a field, in the order of names."""
        names = {name for each in self._schemas() for name in each.attributes}
        return sorted((name for name in names if not is_never_read(name)), key=str.casefold)

    def only(self, directory: str) -> "KnownAttributes":
        """Return what one directory knows; of all of them for "".

        :param directory: its key
        """
        if not directory:
            return self
        return KnownAttributes([each for each in self.directories if each.key == directory])

    def is_unknown(self, attribute: str, *, alternative: bool = False) -> bool:
        """Return whether no directory knows it; as long as one is silent, nobody can tell.

        :param alternative: it is read from the other LDAP, instead of where people sign in
        """
        asked = [each for each in self.directories if each.is_alternative is alternative]
        return bool(asked) and all(
            each.schema is not None and not each.schema.knows(attribute) for each in asked
        )

    def nearest(self, attribute: str) -> str:
        """Return the known name that looks most like it, or ""."""
        folded = {name.casefold(): name for name in self.suggestions}
        found = get_close_matches(attribute.casefold(), folded, n=1)
        return folded[found[0]] if found else ""

    def lacking(self, attribute: str) -> list[str]:
        """Return the names of the directories that answered and do not know it."""
        return [
            each.name
            for each in self.directories
            if each.schema is not None and not each.schema.knows(attribute)
        ]

    def _schemas(self) -> list[Schema]:
        return [each.schema for each in self.directories if each.schema is not None]


@dataclass
class SchemaShelf:
    """Schemas that were read lately: they change once in years."""

    _kept: dict[tuple[str, str], tuple[float, Schema]] = field(default_factory=dict)

    def known_attributes(self, secret_key: str, connect: Connect) -> KnownAttributes:
        """Return what the directories know; asks those whose schema was not read lately.

        Ends the read that the database session holds: no directory is asked in a transaction.
        """
        found = _switched_on(secret_key)
        end_reading()
        latest = time.monotonic() + LONGEST_S
        return KnownAttributes(
            [
                DirectorySchema(
                    each.facts.key,
                    each.name,
                    each.is_alternative,
                    self._schema(each.facts, connect, latest),
                )
                for each in found
            ]
        )

    def kept_suggestions(self, directory: str) -> list[str]:
        """Return the attributes of a directory whose schema was read lately; asks nobody.

        :param directory: its key
        """
        kept = [
            DirectorySchema(key, "", is_alternative=False, schema=schema)
            for (key, _uris), (_read_at, schema) in self._kept.items()
            if key == directory
        ]
        return KnownAttributes(kept).suggestions

    def _schema(self, facts: DirectoryFacts, connect: Connect, latest: float) -> Schema | None:
        place = (facts.key, " ".join(facts.server.uris))
        read_at, schema = self._kept.get(place, (0.0, Schema()))
        if schema.is_readable and time.monotonic() - read_at < KEPT_S:
            return schema
        left = latest - time.monotonic()
        if left <= 0:
            return None
        with suppress(LupwebError), _connected(facts, connect, left) as session:
            session.bind(facts.bind_dn, facts.password)
            schema = session.traits().schema
            self._kept[place] = (time.monotonic(), schema)
            return schema if schema.is_readable else None
        return None


@dataclass(frozen=True)
class RawValues:
    """What a directory holds of one attribute of one person now, as it says it.

    :param values: as text; what is none is shown escaped
    """

    directory: str
    attribute: str
    values: Sequence[str]


def raw_values(
    person_id: int, attribute: str, secret_key: str, connect: Connect, *, directory: str = ""
) -> RawValues | None:
    """Return what the directory of a person holds; None if it does not say within a second.

    Ends the read that the database session holds.

    :param attribute: one that may be read: `checked_attribute`, and not `is_never_read`
    :param directory: key of the one to ask; "": the one that supplies the person
    """
    place = (
        select(Directory, Identity.dn)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(Identity.person_id == person_id, Identity.is_gone.is_(False), Directory.is_enabled)
        .order_by(Directory.position)
        .limit(1)
    )
    if directory:
        place = place.where(Directory.key == directory)
    row = db.session.execute(place).one_or_none()
    if row is None:
        return None
    found, dn = row
    with suppress(LupwebError):
        name, facts = found.name, facts_of(found, secret_key)
        end_reading()
        with _connected(facts, connect, LONGEST_S) as session:
            session.bind(facts.bind_dn, facts.password)
            values = session.read(dn, [attribute]).values(attribute)
        return RawValues(name, attribute, [_shown(value) for value in values[:MOST_SHOWN]])
    return None


@dataclass(frozen=True)
class Connector:
    """A directory whose people are read, and that can supply a field alone."""

    key: str
    name: str
    is_enabled: bool


def connectors() -> list[Connector]:
    """Return the directories whose people are read, in their order; one query."""
    rows = (
        select(Directory.key, Directory.name, Directory.is_enabled)
        .where(Directory.role == DirectoryRole.CONNECTOR)
        .order_by(Directory.position)
    )
    return [Connector(*row) for row in db.session.execute(rows)]


@dataclass(frozen=True)
class WritingState:
    """Whether what people enter may go to a directory, and how many people it has."""

    key: str
    name: str
    is_on: bool
    people: int


def writing_states() -> list[WritingState]:
    """Return the directories where people sign in, in their order; one query."""
    rows = (
        select(Directory.key, Directory.name, Directory.writes, func.count(Identity.id))
        .outerjoin(Identity, (Identity.directory_id == Directory.id) & Identity.is_gone.is_(False))
        .where(Directory.is_enabled, Directory.role != DirectoryRole.ALTERNATIVE)
        .group_by(Directory.id, Directory.key, Directory.name, Directory.writes, Directory.position)
        .order_by(Directory.position)
    )
    return [WritingState(*row) for row in db.session.execute(rows)]


@dataclass(frozen=True)
class _Named:
    name: str
    is_alternative: bool
    facts: DirectoryFacts


def _switched_on(secret_key: str) -> list[_Named]:
    found = []
    for each in enabled_directories():
        is_alternative = each.role == DirectoryRole.ALTERNATIVE
        with suppress(LupwebError):  # its password was locked with another key
            found.append(_Named(each.name, is_alternative, facts_of(each, secret_key)))
    return found


def _connected(facts: DirectoryFacts, connect: Connect, seconds: float) -> LdapSession:
    quick = replace(facts.server, network_timeout_s=seconds, timeout_s=seconds)
    return connect(quick)


def _shown(value: bytes) -> str:
    text = value[:LONGEST_SHOWN].decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
