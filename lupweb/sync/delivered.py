"""What one entry says of its person, whatever is stored. Pure, so that any process can ask it."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from itertools import chain
from typing import Any, NamedTuple

from lupweb.directories.switching import SwitchedOff
from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import PARTING, Found, clean_text, plain_texts
from lupweb.ldap.dn import fold_dns
from lupweb.ldap.entry import Entry
from lupweb.ldap.named_entries import ids_named
from lupweb.ldap.server import unique_id_of, unique_ids_of
from lupweb.people.names import fold_login
from lupweb.profiles.document import content_hash, documents_of
from lupweb.search.folding import fold
from lupweb.sync.disabled import disabled_reason
from lupweb.sync.fields import MappedField, Notes, Problem, Table
from lupweb.sync.handing import packed, unpacked

LONGEST_NAME = 512
_folded_word = lru_cache(maxsize=8_192)(fold)  # names of people come again and again


@dataclass(frozen=True)
class Naming:
    """The attributes that say what an entry and its person are called.

    :param match: the attribute that tells the same person in two directories; "" = none does
    :param extra: attributes that say whether the account is switched off
    :param off: what an administrator named that says so; its attribute is among `extra`
    """

    unique_id: str
    stamp: str
    login: str
    name: str
    email: str
    match: str = ""
    extra: Sequence[str] = ()
    off: SwitchedOff | None = None

    def attributes(self) -> list[str]:
        """Return the names to ask for; "cn" and "sn" serve where the name is empty."""
        names = [self.unique_id, self.stamp, self.login, self.name, self.email, self.match]
        return [name for name in (*names, "cn", "sn", *self.extra) if name]


@dataclass(frozen=True)
class Surroundings:
    """What entries are read with, the same for every entry of a run.

    :param fields: in any order; kept in that of their keys, in which a document is written
    :param listed: unique ids that pass the person filter; None: all do
    :param with_ids: attributes whose values come with the ids of the entries that they name
    """

    naming: Naming
    fields: Sequence[MappedField]
    now: datetime
    listed: Set[str] | None = None
    with_ids: Sequence[str] = ()

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


IS_LISTED = Delivered._fields.index("is_listed")
_made: Callable[[Sequence[Any]], Delivered] = partial(tuple.__new__, Delivered)
"""What `Delivered._make` does, without a call of Python for each person."""
NamedById = dict[str, dict[str, str]]
"""Unique id of an entry -> folded DN that it names -> unique id of the entry of that DN."""
Part = tuple[list[Any], list[tuple[str, str]], NamedById]
"""What some entries say, in types that `marshal` writes: the columns of `Delivered`, each in one
piece; the DN of each entry whose person cannot be told, and why; whom they name, where their
directory tells ids: each entry is in it then."""
Page = Sequence[Part]


def delivered_page(entries: Sequence[Entry], around: Surroundings) -> list[Part]:
    """Return what entries say; `people_of` and `nobody_of` read it.

    Attribute by attribute, not entry by entry: what takes a call for each value of each person
    takes one for all of them here.
    """
    people, ids, nobody = with_unique_ids(entries, around.naming.unique_id)
    named = dict(zip(ids, map(ids_named, people), strict=True)) if around.with_ids else {}
    return [(_said(Table(people), people, ids, around), nobody, named)]


def with_unique_ids(
    entries: Sequence[Entry], attribute: str
) -> tuple[Sequence[Entry], list[str], list[tuple[str, str]]]:
    """Return the entries that have a proper unique id, their ids, and DN and why of the others."""
    found = [entry.attributes.get(attribute, ()) for entry in entries]
    ids = unique_ids_of(found, attribute)
    if ids is not None:
        return entries, ids, []
    told = [(entry, *_told(entry, attribute)) for entry in entries]
    people = [entry for entry, unique_id, _why in told if unique_id]
    nobody = [(entry.dn, why) for entry, _unique_id, why in told if why]
    return people, [unique_id for _entry, unique_id, _why in told if unique_id], nobody


def nobody_of(page: Page) -> list[tuple[str, str]]:
    """Return the DN of each entry whose person cannot be told, and why."""
    return [each for _columns, nobody, _named in page for each in nobody]


def people_of(page: Page) -> Iterator[Delivered]:
    """Yield what the entries of a page say of their people."""
    return chain.from_iterable(_people_of(columns) for columns, _nobody, _named in page if columns)


def _people_of(part: list[Any]) -> Iterator[Delivered]:
    *columns, listed, hashes, keys, values, problems, unread = part
    texts = [unpacked(column) for column in columns]
    count = len(hashes)
    rows = zip(*map(unpacked, values), strict=True) if values else [()] * count
    by_key = [{key: text for key, text in zip(keys, row, strict=False) if text} for row in rows]
    before, behind = texts[:IS_LISTED], texts[IS_LISTED:]
    more = (_placed(problems, count), _placed(unread, count))
    return map(_made, zip(*before, listed, *behind, hashes, by_key, *more, strict=True))


def delivered(entry: Entry, unique_id: str, around: Surroundings) -> Delivered:
    """Return what an entry says."""
    return next(_people_of(_said(Table([entry]), [entry], [unique_id], around)))


def _told(entry: Entry, attribute: str) -> tuple[str, str]:
    """Return the unique id of an entry, or why it has none."""
    try:
        return unique_id_of(entry, attribute), ""
    except InvalidValue as error:
        return "", str(error)


def _placed(noted: Mapping[int, Sequence[Any]], count: int) -> list[Sequence[Any]]:
    """Return what is noted of each person; as a rule nothing."""
    column: list[Sequence[Any]] = [()] * count
    for place, notes in noted.items():
        column[place] = notes
    return column


def _said(
    table: Table, people: Sequence[Entry], ids: Sequence[str], around: Surroundings
) -> list[Any]:
    """Return the columns of `Delivered`: texts, whether they are listed, hashes, values, notes."""
    if not people:
        return []
    naming, listed = around.naming, around.listed
    notes = Notes()
    fields = [each.column(table.column(each.attribute)) for each in around.fields]
    for each, column in zip(around.fields, fields, strict=True):
        notes.add(each.key, column.problems)
    names = _names(table, naming, notes)
    documents = documents_of([each.members for each in fields], len(people))
    dns = [entry.dn for entry in people]
    matches = names.logins_folded if naming.match == naming.login else _matches(table, naming)
    texts = (
        ids,
        dns,
        fold_dns(dns),
        _stamps(table, naming),
        matches,
        _disabled(table, people, around),
    )
    hashes = map(content_hash, documents, names.logins, names.names, names.sorted, names.emails)
    return [
        *map(packed, (*texts, *names, documents)),
        [listed is None or unique_id in listed for unique_id in ids],
        list(hashes),
        [each.key for each in around.fields],
        [packed(column.texts) for column in fields],
        notes.problems,
        notes.unread,
    ]


class _Names(NamedTuple):
    """What the people of a page are called; in the order of `Delivered`."""

    logins: list[str]
    logins_folded: list[str]
    names: list[str]
    sorted: list[str]
    emails: list[str]


def _names(table: Table, naming: Naming, notes: Notes) -> _Names:
    logins, _unreadable = _texts(table, naming.login)
    names, bad_names = _texts(table, naming.name)
    notes.miss("name", naming.name, bad_names)
    emails, bad_emails = _texts(table, naming.email)
    notes.miss("email", naming.email, bad_emails)
    if not all(names):
        common, _unreadable = _texts(table, "cn")
        names = [name or cn or login for name, cn, login in zip(names, common, logins, strict=True)]
    surnames, _unreadable = _texts(table, "sn")
    return _Names(logins, _folded(logins), names, _in_order(surnames, names), emails)


def _folded(logins: Sequence[str]) -> list[str]:
    """Return `fold_login` of cleaned texts."""
    return [each.lower() if each.isascii() else fold_login(each) for each in logins]


def _in_order(surnames: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return by what people are sorted; of cleaned texts, as a rule in few calls for all."""
    in_order = [f"{sn} {name}" for sn, name in zip(surnames, names, strict=True)]
    if not all(surnames) or not all(names):
        return [*map(folded_words, in_order)]
    lower = PARTING.join(in_order).lower().split(PARTING)
    pairs = zip(in_order, lower, strict=True)
    return [folded if text.isascii() else folded_words(text) for text, folded in pairs]


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
    return stamps_of(table.column(naming.stamp))


def stamps_of(found: Found) -> list[str]:
    """Return the stamps of entries, "" where there is none."""
    return [values[0].decode("ascii", "replace") if values else "" for values in found]


def _matches(table: Table, naming: Naming) -> list[str]:
    """Return what tells the same person in two directories, folded; "" if nothing does."""
    return _folded(_texts(table, naming.match)[0])


def _disabled(table: Table, people: Sequence[Entry], around: Surroundings) -> list[str]:
    """Return which attribute says that an account is switched off; "" if none does."""
    if not any(any(table.column(name)) for name in around.naming.extra):
        return [""] * len(people)
    return [disabled_reason(entry, around.now, around.naming.off) for entry in people]


def folded_words(text: str) -> str:
    """Return `text` as it is sorted, its words parted by one blank."""
    words = text.split()
    # most people: one call for all words
    return " ".join(words).casefold() if text.isascii() else " ".join(map(_folded_word, words))
