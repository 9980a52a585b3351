"""What one entry says of its person, whatever is stored. Pure, so that any process can ask it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry, folded_name
from lupweb.ldap.server import unique_id_of
from lupweb.people.names import fold_login
from lupweb.profiles.document import content_hash, document_of
from lupweb.search.folding import fold
from lupweb.sync.disabled import disabled_reason
from lupweb.sync.fields import MappedField, Problem, read_values

LONGEST_NAME = 512
_folded_word = lru_cache(maxsize=8_192)(fold)  # names of people come again and again


@dataclass(frozen=True)
class Naming:
    """The attributes that say what an entry and its person are called.

    :param match: the attribute that tells the same person in two directories; "" = none does
    :param extra: attributes that say whether the account is switched off
    """

    unique_id: str
    stamp: str
    login: str
    name: str
    email: str
    match: str = ""
    extra: Sequence[str] = ()

    def attributes(self) -> list[str]:
        """Return the names to ask for; "cn" and "sn" serve where the name is empty."""
        names = [self.unique_id, self.stamp, self.login, self.name, self.email, self.match]
        return [name for name in (*names, "cn", "sn", *self.extra) if name]


@dataclass(frozen=True)
class Surroundings:
    """What entries are read with, the same for every entry of a run.

    :param fields: in any order; kept in that of their keys, in which a document is written
    :param listed: unique ids that pass the person filter; None: all do
    """

    naming: Naming
    fields: Sequence[MappedField]
    now: datetime
    listed: Set[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", sorted(self.fields, key=lambda each: each.key))


class Delivered(NamedTuple):
    """What one entry says. Of plain types only, so that it passes from one process to another.

    :param login: "" if the entry has none, so that nobody could be named
    :param name: the common name or the login, where there is no name that can be read
    :param document: JSON of the values, without those that cannot be read
    :param content_hash: of that document and the names
    :param values: field key -> value, without empty ones
    :param problems: field or attribute, and why its value cannot be read
    :param unread: which of `name` and `email` are among the problems
    """

    unique_id: str
    dn: str
    dn_folded: str
    stamp: str
    match: str
    disabled_reason: str
    is_listed: bool
    login: str
    login_folded: str
    name: str
    sort_name: str
    email: str
    document: str
    content_hash: bytes
    values: dict[str, str]
    problems: Sequence[Problem] = ()
    unread: Sequence[str] = ()


Page = tuple[list[tuple[object, ...]], list[tuple[str, str]]]
"""What a page of entries says: `Delivered` as plain tuples; and the DN of each entry whose person
cannot be told, and why."""


def delivered_page(entries: Sequence[Entry], around: Surroundings) -> Page:
    """Return what the entries of a page say, in types that `marshal` writes."""
    said: list[tuple[object, ...]] = []
    nobody: list[tuple[str, str]] = []
    attribute = around.naming.unique_id
    for entry in entries:
        try:
            said.append(tuple(delivered(entry, unique_id_of(entry, attribute), around)))
        except InvalidValue as error:
            nobody.append((entry.dn, str(error)))
    return said, nobody


def delivered(entry: Entry, unique_id: str, around: Surroundings) -> Delivered:
    """Return what an entry says."""
    naming = around.naming
    values, members, problems = read_values(entry, around.fields)
    unread: list[str] = []
    login = _text(entry, naming.login)
    login_folded = fold_login(login)
    name = _noted(entry, "name", naming.name, problems, unread)
    name = name or _text(entry, "cn") or login
    email = _noted(entry, "email", naming.email, problems, unread)
    sort_name = folded_words(f"{_text(entry, 'sn')} {name}")
    document = document_of(members)
    return Delivered(
        unique_id,
        dn=entry.dn,
        dn_folded=fold_dn(entry.dn),
        stamp=(entry.first(naming.stamp) or b"").decode("ascii", "replace"),
        match=login_folded if naming.match == naming.login else match_of(entry, naming),
        disabled_reason=disabled_reason(entry, around.now) if naming.extra else "",
        is_listed=around.listed is None or unique_id in around.listed,
        login=login,
        login_folded=login_folded,
        name=name,
        sort_name=sort_name,
        email=email,
        document=document,
        content_hash=content_hash(document, login, name, sort_name, email),
        values=values,
        problems=problems,
        unread=unread,
    )


def folded_words(text: str) -> str:
    """Return `text` as it is sorted, its words parted by one blank."""
    words = text.split()
    # most people: one call for all words
    return " ".join(words).casefold() if text.isascii() else " ".join(map(_folded_word, words))


def match_of(entry: Entry, naming: Naming) -> str:
    """Return what tells the same person in two directories, folded; "" if nothing does."""
    return fold_login(_text(entry, naming.match))


def _noted(
    entry: Entry, what: str, attribute: str, problems: list[Problem], unread: list[str]
) -> str:
    """Return a name or address; where it cannot be read, note that and return ""."""
    try:
        return _read(entry, attribute)
    except InvalidValue as error:
        problems.append((attribute, str(error)))
        unread.append(what)
        return ""


def _text(entry: Entry, attribute: str) -> str:
    """Return the value, or "" where it is absent or cannot be read."""
    try:
        return _read(entry, attribute)
    except InvalidValue:
        return ""


def _read(entry: Entry, attribute: str) -> str:
    """Return the lowest value by bytes, so that the choice is the same in every run.

    :raises InvalidValue: if it cannot be kept as text
    """
    values = entry.by_name.get(folded_name(attribute)) if attribute else None
    return clean_text(min(values), max_length=LONGEST_NAME) if values else ""
