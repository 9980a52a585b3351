"""One entry and what is known of its person -> what is to be changed. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry
from lupweb.people.names import fold_login
from lupweb.people.states import PersonState
from lupweb.profiles.document import values_of
from lupweb.search.folding import fold
from lupweb.sync.disabled import disabled_reason
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
class Known:
    """What is stored about the person of an entry.

    :param identity_id: None if the person is known by another directory only
    :param is_shadowed: a directory that goes first holds the person, and supplies
    :param is_new: this very run has made the person, before it had to begin again
    """

    identity_id: int | None
    person_id: int
    dn: str
    stamp: str
    match: str
    disabled_reason: str
    is_gone: bool
    is_shadowed: bool
    is_new: bool
    login: str
    name: str
    sort_name: str
    email: str
    state: PersonState
    is_listed: bool
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
    match: str
    disabled_reason: str
    is_listed: bool
    login: str
    name: str
    sort_name: str
    email: str
    known: Known | None
    changes: Mapping[str, str]
    problems: Sequence[Problem] = field(default_factory=tuple)

    @property
    def state(self) -> PersonState:
        """Return the state in which the directory holds the person."""
        return PersonState.DISABLED if self.disabled_reason else PersonState.ACTIVE

    @property
    def is_shadowed(self) -> bool:
        """Return whether another directory supplies this person."""
        return self.known is not None and self.known.is_shadowed

    @property
    def is_back(self) -> bool:
        """Return whether the person had been missing."""
        return self._supplies_known and self._stored.state is PersonState.MISSING

    @property
    def disables(self) -> bool:
        """Return whether somebody who is shown now would no longer be."""
        is_shown = self._supplies_known and self._stored.state is PersonState.ACTIVE
        return is_shown and self.state is PersonState.DISABLED

    @property
    def changes_person(self) -> bool:
        """Return whether anything that people see changes."""
        if self.known is None:
            return True
        return not self.is_shadowed and (bool(self.changes) or bool(self.renames))

    @property
    def renames(self) -> dict[str, tuple[str, str]]:
        """Return what changes of the person itself: "@name" and the like -> before, after."""
        if self.known is None or self.is_shadowed:
            return {}
        known = self.known
        pairs = {
            "@login": (known.login, self.login),
            "@name": (known.name, self.name),
            "@sort_name": (known.sort_name, self.sort_name),
            "@email": (known.email, self.email),
            "@state": (str(known.state), str(self.state)),
            "@listed": (str(known.is_listed), str(self.is_listed)),
        }
        return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}

    @property
    def changes_identity(self) -> bool:
        """Return whether what is kept about the entry is to be written."""
        known = self.known
        if known is None or known.identity_id is None or known.is_gone:
            return True
        kept = (known.dn, known.stamp, known.match, known.disabled_reason)
        return kept != (self.dn, self.stamp, self.match, self.disabled_reason)

    @property
    def _supplies_known(self) -> bool:
        return self.known is not None and not self.known.is_shadowed

    @property
    def _stored(self) -> Known:
        assert self.known is not None  # noqa: S101 for the type checker; asked only where it is
        return self.known


@dataclass(frozen=True)
class Surroundings:
    """What a plan is made with, the same for every entry of a run.

    :param listed: unique ids that pass the person filter; None: all do
    """

    naming: Naming
    fields: Sequence[MappedField]
    now: datetime
    listed: Set[str] | None = None


def plan(entry: Entry, unique_id: str, known: Known | None, around: Surroundings) -> Plan:
    """Compare an entry with what is stored.

    An attribute that was asked for and is absent takes the value away; one that cannot be read
    leaves it as it is, and is listed.

    :raises InvalidValue: if the entry has no login, so that nobody could be named
    """
    naming = around.naming
    login = _text(entry, naming.login)
    if not login or not fold_login(login):
        raise InvalidValue(_("The entry has no “%(attribute)s”: no login.", attribute=naming.login))
    is_shadowed = known is not None and known.is_shadowed
    changes, problems = ({}, []) if is_shadowed else _changes(entry, known, around.fields)
    stored_name, stored_email = (known.name, known.email) if known else ("", "")
    name = _kept(entry, naming.name, stored_name, problems) or _text(entry, "cn") or login
    email = _kept(entry, naming.email, stored_email, problems)
    return Plan(
        unique_id=unique_id,
        dn=entry.dn,
        dn_folded=fold_dn(entry.dn),
        stamp=(entry.first(naming.stamp) or b"").decode("ascii", "replace"),
        match=match_of(entry, naming),
        disabled_reason=disabled_reason(entry, around.now),
        is_listed=around.listed is None or unique_id in around.listed,
        login=login,
        name=name,
        sort_name=fold(f"{_text(entry, 'sn')} {name}").strip(),
        email=email,
        known=known,
        changes=changes,
        problems=() if is_shadowed else problems,
    )


def match_of(entry: Entry, naming: Naming) -> str:
    """Return what tells the same person in two directories, folded; "" if nothing does."""
    return fold_login(_text(entry, naming.match))


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


def _kept(entry: Entry, attribute: str, stored: str, problems: list[Problem]) -> str:
    """Return a name or address; where it cannot be read, note that and return the stored one."""
    try:
        return _read(entry, attribute)
    except InvalidValue as error:
        problems.append(Problem(attribute, str(error)))
        return stored


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
    values = entry.values(attribute) if attribute else []
    return clean_text(min(values), max_length=LONGEST_NAME) if values else ""
