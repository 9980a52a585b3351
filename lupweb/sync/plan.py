"""One entry and what is known of its person -> what is to be changed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.people.names import fold_login
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.search.folding import fold
from lupweb.texts import _

LONGEST_NAME = 512


class ValueReader(Protocol):
    """Turns delivered values into the stored one: what a field type does with them."""

    def __call__(self, values: Sequence[bytes], /) -> str:
        """Return the stored value. :raises InvalidValue: if it cannot be kept"""


@dataclass(frozen=True)
class MappedField:
    """A field that the directory fills."""

    key: str
    attribute: str
    read: ValueReader


@dataclass(frozen=True)
class Naming:
    """The attributes that say what an entry and its person are called."""

    unique_id: str
    stamp: str
    login: str
    name: str
    email: str

    def attributes(self) -> list[str]:
        """Return the names to ask for; "cn" and "sn" serve where the name is empty."""
        return [self.unique_id, self.stamp, self.login, self.name, self.email, "cn", "sn"]


@dataclass(frozen=True)
class Known:
    """What is stored about the person of an entry."""

    identity_id: int
    person_id: int
    dn: str
    stamp: str
    login: str
    name: str
    sort_name: str
    email: str
    state: PersonState
    document: Mapping[str, Any]
    provenance: Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """A value that could not be taken; the stored one stays."""

    field: str
    text: str


@dataclass(frozen=True)
class Plan:
    """What is to become of one person.

    :param known: None for somebody new
    :param changes: field key -> new value; "" takes the value away
    """

    unique_id: str
    dn: str
    dn_folded: str
    stamp: str
    login: str
    name: str
    sort_name: str
    email: str
    known: Known | None
    changes: Mapping[str, str]
    problems: Sequence[Problem] = field(default_factory=tuple)

    @property
    def is_back(self) -> bool:
        """Return whether the person had been missing."""
        return self.known is not None and self.known.state is PersonState.MISSING

    @property
    def changes_person(self) -> bool:
        """Return whether anything that people see changes."""
        known = self.known
        if known is None or self.is_back or self.changes:
            return True
        named = (self.login, self.name, self.sort_name, self.email)
        return named != (known.login, known.name, known.sort_name, known.email)

    @property
    def moves(self) -> bool:
        """Return whether only what identifies the entry is new: its DN or its stamp."""
        known = self.known
        return known is not None and (self.dn, self.stamp) != (known.dn, known.stamp)


def plan(
    entry: Entry, unique_id: str, known: Known | None, fields: Sequence[MappedField], naming: Naming
) -> Plan:
    """Compare an entry with what is stored.

    An attribute that was asked for and is absent takes the value away; one that cannot be read
    leaves it as it is, and is listed.

    :raises InvalidValue: if the entry has no login, so that nobody could be named
    """
    login = _text(entry, naming.login)
    if not login or not fold_login(login):
        raise InvalidValue(
            _("%(dn)s has no “%(attribute)s”: no login.", dn=entry.dn[:80], attribute=naming.login)
        )
    name = _text(entry, naming.name) or _text(entry, "cn") or login
    changes, problems = _changes(entry, known, fields)
    return Plan(
        unique_id=unique_id,
        dn=entry.dn,
        dn_folded=fold_dn(entry.dn),
        stamp=(entry.first(naming.stamp) or b"").decode("ascii", "replace"),
        login=login,
        name=name,
        sort_name=fold(f"{_text(entry, 'sn')} {name}").strip(),
        email=_text(entry, naming.email),
        known=known,
        changes=changes,
        problems=problems,
    )


def _changes(
    entry: Entry, known: Known | None, fields: Sequence[MappedField]
) -> tuple[dict[str, str], list[Problem]]:
    stored = values_of(known.document) if known else {}
    changes: dict[str, str] = {}
    problems: list[Problem] = []
    for each in fields:
        try:
            value = each.read(entry.values(each.attribute))
        except InvalidValue as error:
            problems.append(Problem(each.key, str(error)))
            continue
        if value != stored.get(each.key, ""):
            changes[each.key] = value
    return changes, problems


def _text(entry: Entry, attribute: str) -> str:
    """Return the lowest value by bytes, so that the choice is the same in every run."""
    values = entry.values(attribute) if attribute else []
    if not values:
        return ""
    try:
        return clean_text(min(values), max_length=LONGEST_NAME)
    except InvalidValue:
        return ""
