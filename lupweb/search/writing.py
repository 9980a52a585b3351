"""From a person to the words that are stored: fast, since a first load has a hundred thousand."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple, Protocol

from lupweb.database import compact_json
from lupweb.field_types.phone import PhoneType
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.newcomers import Named
from lupweb.profiles.visibility import is_public_in_search
from lupweb.search.entries import INSIDE
from lupweb.search.numbers import numbers_in
from lupweb.search.words import address_words, phone_words, suffixes, words_of

LONGEST_VALUE = 2_000
"""Characters of one value that people are found by."""
MOST_STORED = 3_000
"""Words of one person; the name comes first. PostgreSQL holds a megabyte of them."""
MOST_KNOWN = 4_096
"""Values of one field whose words are kept in memory."""


NOTHING = ("", "")
Groups = frozenset[int] | None
"""The groups that a person belongs to."""


class Row(Protocol):
    """What is read of a person; `profiles.service.PersonRow` is one."""

    @property
    def login(self) -> str:
        """Return the login."""

    @property
    def name(self) -> str:
        """Return the shown name."""

    @property
    def email(self) -> str:
        """Return the mail address."""

    @property
    def values(self) -> Mapping[str, str]:
        """Return the stored values by the keys of their fields."""


class _Names(NamedTuple):
    """What some people are called, by which everybody finds them.

    :param addresses: in lower case
    """

    names: Sequence[str]
    addresses: Sequence[str]


class _Found(NamedTuple):
    """By what a field finds each of some people."""

    words: Sequence[str]
    numbers: Sequence[str]


@dataclass(frozen=True, eq=False)
class _Searched:
    """A field that people are found by.

    :param text: makes the text that people search of a value
    :param prefix: stands before each of its words, if not everybody may find them
    :param region: of telephone numbers; None: the values are none
    :param known: words and numbers of values met before: most are those of many people
    """

    key: str
    text: Callable[[str], str]
    applies_to: frozenset[int]
    prefix: str
    region: str | None
    known: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, layout: FieldLayout) -> "_Searched":
        is_phone = isinstance(layout.type, PhoneType)
        return cls(
            layout.key,
            layout.type.words,
            layout.applies_to,
            prefix="" if is_public_in_search(layout) else f"{layout.id}:",
            region=str(layout.type.options.get("region") or "") if is_phone else None,
        )

    def read(self, value: str, name: str = "", address: str = "") -> tuple[str, str]:
        """Return the words and the numbers of a value; of a restricted field as words only.

        :param name: of a person who is found by all its words, and by the `address`; words that
            find nobody else are left out then
        """
        text = self.text(value)[:LONGEST_VALUE]
        numbers = " ".join(numbers_in(text, self.region))
        if self.region is None and not self.prefix and _is_said(text, name, address):
            return "", numbers
        words = words_of(text) if self.region is None else phone_words(text)
        found = (self._scoped(words, numbers), "") if self.prefix else (words, numbers)
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[value] = found
        return found

    def column(self, values: Sequence[str], named: "_Names") -> "_Found":
        """Return what `read` does of the value of each person; nothing where it is ""."""
        known, read = self.known, self.read
        found = [
            (known.get(value) or read(value, name, address)) if value else NOTHING
            for value, name, address in zip(values, *named, strict=True)
        ]
        return _Found(*zip(*found, strict=True))

    def words(self, value: str) -> tuple[str, str]:
        """Return what `read` does, from memory where it is known."""
        return self.known.get(value) or self.read(value)

    def _scoped(self, words: str, numbers: str) -> str:
        inside = (INSIDE + each for number in numbers.split() for each in suffixes(number))
        return " ".join(self.prefix + word for word in (*words.split(), *inside))


class Part(NamedTuple):
    """One thing that a person is found by.

    :param scope: stands before each of its words; "" if everybody may find them
    :param words: returns its words, and its numbers where everybody may find them
    """

    scope: str
    text: str
    words: Callable[[str], tuple[str, str]]


@dataclass(frozen=True)
class NamedRows:
    """Rows of people as columns."""

    rows: Sequence[Row]

    @property
    def logins(self) -> Sequence[str]:
        """Return their logins."""
        return [row.login for row in self.rows]

    @property
    def names(self) -> Sequence[str]:
        """Return their shown names."""
        return [row.name for row in self.rows]

    @property
    def emails(self) -> Sequence[str]:
        """Return their mail addresses."""
        return [row.email for row in self.rows]

    def column(self, key: str) -> Sequence[str]:
        """Return the value of this field of each, "" where there is none."""
        return [row.values.get(key, "") for row in self.rows]


@dataclass(frozen=True)
class Writer:
    """Makes the entries of people from the profile as administrators built it.

    :param asks_groups: whether it matters which groups a person belongs to
    """

    fields: Sequence[_Searched]
    asks_groups: bool

    def columns(self, people: Named, groups: Sequence[Groups]) -> list[list[str]]:
        """Return words, numbers and restricted words of people, field by field.

        :param groups: those of each person; None or nothing if there are none
        """
        count = len(people.names)
        addresses = [email.lower() for email in people.emails]
        words: list[Sequence[str]] = [
            [*map(words_of, people.names)],
            [*map(address_words, addresses)],
            [
                "" if _is_start(login, address) else words_of(login)
                for login, address in zip(people.logins, addresses, strict=True)
            ],
        ]
        numbers: list[Sequence[str]] = []
        scoped: list[Sequence[str]] = []
        for each in self.fields:
            found = each.column(_values(each, people, groups), _Names(people.names, addresses))
            if any(found.words):
                (scoped if each.prefix else words).append(found.words)
            if any(found.numbers):
                numbers.append(found.numbers)
        public, inside, restricted = (_joined(of, count) for of in (words, numbers, scoped))
        return [[*map(_limited, public)], [*inside], [*map(_limited, restricted)]]

    def made_of(self, people: Named) -> list[list[str]]:
        """Return the same of people who belong to no group."""
        return self.columns(people, [None] * len(people.names))

    def parts(self, row: Row, groups: frozenset[int]) -> Iterator[Part]:
        """Yield what a person of these groups is found by, one thing after the other.

        The words of all parts are those of the entry, beside a few that are found otherwise there.
        """
        for text in (row.name, row.email, row.login):
            yield Part("", text, _plain_words)
        values = row.values
        for each in self.fields:
            value = values.get(each.key)
            if value and (not each.applies_to or each.applies_to & groups):
                yield Part(each.prefix, value, each.words)


def writer_of(layout: Layout) -> Writer:
    """Return the writer of a profile; the same one for the same profile, with what it knows."""
    fields = [each for each in layout.fields() if each.searchable and not each.type.names_people]
    kinds = [(each.type.key, compact_json(dict(each.type.options))) for each in fields]
    limits = [(each.id, each.applies_to, is_public_in_search(each)) for each in fields]
    return _writer(_Profile((tuple(kinds), tuple(limits)), fields))


@dataclass(frozen=True)
class _Profile:
    """The fields, told apart by whatever decides about words."""

    signature: tuple[object, ...]
    fields: Sequence[FieldLayout] = field(compare=False)


@lru_cache(maxsize=2)
def _writer(profile: _Profile) -> Writer:
    return Writer(
        fields=[_Searched.of(each) for each in profile.fields],
        asks_groups=any(each.applies_to for each in profile.fields),
    )


def _plain_words(text: str) -> tuple[str, str]:
    return words_of(text), ""


def _values(searched: _Searched, people: Named, groups: Sequence[Groups]) -> Sequence[str]:
    """Return the value of each person, "" where there is none or the field is not theirs."""
    column, applies_to = people.column(searched.key), searched.applies_to
    if not applies_to:
        return column
    return [
        value if of_one and applies_to & of_one else ""
        for value, of_one in zip(column, groups, strict=True)
    ]


def _joined(columns: Sequence[Sequence[str]], count: int) -> Iterable[str]:
    """Return what stands in the columns for each of `count` people, parted by blanks."""
    if not columns:
        return repeat("", count)
    return [" ".join(filter(None, of_one)) for of_one in zip(*columns, strict=True)]


def _limited(words: str) -> str:
    """Return at most the first `MOST_STORED` of these words."""
    return words if len(words) < MOST_STORED else " ".join(words.split()[:MOST_STORED])


def _is_said(text: str, name: str, address: str) -> bool:
    """Return whether name or address have all words of a text: first names do, and family names."""
    return f" {text} " in f" {name} " or _is_start(text, address)


def _is_start(value: str, address: str) -> bool:
    """Return whether everything that finds `value` finds the address as well.

    Logins and chat names are the starts of addresses in most companies.
    """
    return value.isascii() and address.startswith(value.lower().lstrip("@"))
