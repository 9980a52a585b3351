"""What one entry says of its person, whatever is stored. Pure, so that any process can ask it."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import compress, repeat
from typing import NamedTuple

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text, plain_texts
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.ldap.server import unique_id_of
from lupweb.people.names import fold_login
from lupweb.profiles.document import content_hash, document_of
from lupweb.search.folding import fold
from lupweb.sync.disabled import disabled_reason
from lupweb.sync.fields import Column, MappedField, Problem, Table

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
    """Return what the entries of a page say, in types that `marshal` writes.

    Attribute by attribute, not entry by entry: what takes a call for each value of each person
    takes one for all of them here.
    """
    ids: list[str] = []
    people: list[Entry] = []
    nobody: list[tuple[str, str]] = []
    for entry in entries:
        try:
            ids.append(unique_id_of(entry, around.naming.unique_id))
        except InvalidValue as error:
            nobody.append((entry.dn, str(error)))
        else:
            people.append(entry)
    return _said(people, ids, around), nobody


def delivered(entry: Entry, unique_id: str, around: Surroundings) -> Delivered:
    """Return what an entry says."""
    return Delivered._make(_said([entry], [unique_id], around)[0])


def _said(
    people: Sequence[Entry], ids: Sequence[str], around: Surroundings
) -> list[tuple[object, ...]]:
    if not people:
        return []
    naming, listed = around.naming, around.listed
    notes = _Notes(len(people))
    wanted = [*naming.attributes(), *(each.attribute for each in around.fields)]
    table = Table(people, wanted)
    fields = [each.column(table.column(each.attribute)) for each in around.fields]
    for each, column in zip(around.fields, fields, strict=True):
        notes.add(each.key, column.problems)
    names = _names(table, naming, notes)
    members = _rows([each.members for each in fields], len(people))
    documents = [document_of(filter(None, of_one)) for of_one in members]
    return list(
        zip(
            ids,
            [entry.dn for entry in people],
            [fold_dn(entry.dn) for entry in people],
            _stamps(table, naming),
            names.logins_folded if naming.match == naming.login else _matches(table, naming),
            _disabled(table, people, around),
            [listed is None or unique_id in listed for unique_id in ids],
            *names,
            documents,
            map(content_hash, documents, names.logins, names.names, names.sorted, names.emails),
            _values(around.fields, fields, len(people)),
            notes.problems,
            notes.unread,
            strict=True,
        )
    )


class _Names(NamedTuple):
    """What the people of a page are called; in the order of `Delivered`."""

    logins: list[str]
    logins_folded: list[str]
    names: list[str]
    sorted: list[str]
    emails: list[str]


class _Notes:
    """What cannot be read of the people of a page."""

    def __init__(self, count: int) -> None:
        self.problems: list[list[Problem]] = [[] for _person in range(count)]
        self.unread: list[list[str]] = [[] for _person in range(count)]

    def add(self, what: str, problems: Mapping[int, str]) -> None:
        """Note why values of a field or attribute cannot be read."""
        for place, why in problems.items():
            self.problems[place].append((what, why))

    def miss(self, what: str, attribute: str, problems: Mapping[int, str]) -> None:
        """Note that a name or an address cannot be read."""
        self.add(attribute, problems)
        for place in problems:
            self.unread[place].append(what)


def _names(table: Table, naming: Naming, notes: _Notes) -> _Names:
    logins, _unreadable = _texts(table, naming.login)
    names, bad_names = _texts(table, naming.name)
    notes.miss("name", naming.name, bad_names)
    emails, bad_emails = _texts(table, naming.email)
    notes.miss("email", naming.email, bad_emails)
    if not all(names):
        common, _unreadable = _texts(table, "cn")
        names = [name or cn or login for name, cn, login in zip(names, common, logins, strict=True)]
    surnames, _unreadable = _texts(table, "sn")
    in_order = [f"{sn} {name}" for sn, name in zip(surnames, names, strict=True)]
    return _Names(logins, [*map(fold_login, logins)], names, [*map(folded_words, in_order)], emails)


def _texts(table: Table, attribute: str) -> tuple[list[str], dict[int, str]]:
    """Return the lowest value by bytes of each, so that the choice is the same in every run.

    :returns: "" where there is none that can be kept as text; and place -> why it cannot
    """
    found = table.column(attribute)
    plain = plain_texts(found, LONGEST_NAME)
    problems: dict[int, str] = {}
    if plain is not None:
        return plain, problems
    texts = [""] * len(found)
    for place, values in enumerate(found):
        try:
            texts[place] = clean_text(min(values), max_length=LONGEST_NAME) if values else ""
        except InvalidValue as error:
            problems[place] = str(error)
    return texts, problems


def _stamps(table: Table, naming: Naming) -> list[str]:
    found = table.column(naming.stamp)
    return [values[0].decode("ascii", "replace") if values else "" for values in found]


def _matches(table: Table, naming: Naming) -> list[str]:
    """Return what tells the same person in two directories, folded; "" if nothing does."""
    return [*map(fold_login, _texts(table, naming.match)[0])]


def _disabled(table: Table, people: Sequence[Entry], around: Surroundings) -> list[str]:
    """Return which attribute says that an account is switched off; "" if none does."""
    if not any(any(table.column(name)) for name in around.naming.extra):
        return [""] * len(people)
    return [disabled_reason(entry, around.now) for entry in people]


def _values(
    fields: Sequence[MappedField], columns: Sequence[Column], count: int
) -> list[dict[str, str]]:
    """Return field key -> value of each, without empty ones."""
    keys = [each.key for each in fields]
    rows = _rows([column.texts for column in columns], count)
    return [dict(compress(zip(keys, row, strict=True), row)) for row in rows]


def _rows(columns: Sequence[Sequence[str]], count: int) -> Iterable[Sequence[str]]:
    """Return the columns as rows, `count` of them; also where there is no column."""
    return zip(*columns, strict=True) if columns else repeat((), count)


def folded_words(text: str) -> str:
    """Return `text` as it is sorted, its words parted by one blank."""
    words = text.split()
    # most people: one call for all words
    return " ".join(words).casefold() if text.isascii() else " ".join(map(_folded_word, words))
