"""One entry and what is known of its person -> what is to be changed. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.ldap.dn import fold_dn
from lupweb.ldap.entry import Entry, folded_name
from lupweb.people.names import fold_login
from lupweb.people.states import PersonState
from lupweb.profiles.document import content_hash, document_of
from lupweb.search.folding import fold
from lupweb.sync.disabled import disabled_reason
from lupweb.sync.fields import MappedField, Problem, read_values
from lupweb.texts import _

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


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about the person of an entry, but for the document.

    :param identity_id: None if the person is known by another directory only
    :param is_shadowed: a directory that goes first holds the person, and supplies
    :param is_new: this very run has made the person, before it had to begin again
    :param content_hash: of the stored document and names
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
    content_hash: bytes


@dataclass(slots=True)
class Plan:
    """What is to become of one person. Not frozen, since a run makes a hundred thousand of them.

    :param known: None for somebody new
    :param document: JSON of the delivered values, without those that cannot be read; "" once they
        were compared
    :param content_hash: of that document and the names
    :param changes: field key -> new value; "" takes the value away
    :param before: field key -> stored value, of those that change
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
    known: Known | None
    document: str
    content_hash: bytes
    changes: dict[str, str]
    before: dict[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()

    @property
    def person_id(self) -> int:
        """Return the id of the person who is known."""
        return self._stored.person_id

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
    def changes_anything(self) -> bool:
        """Return whether anything is to be written."""
        return self.known is None or self.changes_person or self.changes_identity

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

    :param fields: in any order; kept in that of their keys, in which a document is written
    :param listed: unique ids that pass the person filter; None: all do
    """

    naming: Naming
    fields: Sequence[MappedField]
    now: datetime
    listed: Set[str] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", sorted(self.fields, key=lambda each: each.key))


def plan(entry: Entry, unique_id: str, known: Known | None, around: Surroundings) -> Plan:
    """Return what an entry says; whoever is known has to be compared with it (`compare`).

    :raises InvalidValue: if the entry has no login, so that nobody could be named
    """
    naming = around.naming
    login = _text(entry, naming.login)
    login_folded = fold_login(login)
    if not login_folded:
        raise InvalidValue(_("The entry has no “%(attribute)s”: no login.", attribute=naming.login))
    is_shadowed = known is not None and known.is_shadowed
    values, members, problems = read_values(entry, () if is_shadowed else around.fields)
    stored_name, stored_email = (known.name, known.email) if known else ("", "")
    name = _kept(entry, naming.name, stored_name, problems) or _text(entry, "cn") or login
    email = _kept(entry, naming.email, stored_email, problems)
    sort_name = " ".join(map(_folded_word, f"{_text(entry, 'sn')} {name}".split()))
    document = document_of(members)
    return Plan(
        unique_id=unique_id,
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
        known=known,
        document=document,
        content_hash=content_hash(document, login, name, sort_name, email),
        changes=values,
        problems=() if is_shadowed else problems,
    )


def may_differ(plan: Plan) -> bool:
    """Return whether the stored values have to be looked at to know what changes."""
    known = plan.known
    if known is None or known.is_shadowed:
        return False
    return bool(plan.problems) or plan.content_hash != known.content_hash


def compare(plan: Plan, fields: Sequence[MappedField], stored: Mapping[str, str] | None) -> None:
    """Reduce the plan of somebody who is known to what changes of the stored values.

    An attribute that was asked for and is absent takes the value away; one that cannot be read
    leaves it as it is.

    :param stored: field key -> value; None: the same as what was delivered
    """
    delivered, plan.changes, plan.document = plan.changes, {}, ""
    if stored is None:
        return
    unread = {problem.field for problem in plan.problems}
    for each in fields:
        before, after = stored.get(each.key, ""), delivered.get(each.key, "")
        if before != after and each.key not in unread:
            plan.changes[each.key], plan.before[each.key] = after, before


def match_of(entry: Entry, naming: Naming) -> str:
    """Return what tells the same person in two directories, folded; "" if nothing does."""
    return fold_login(_text(entry, naming.match))


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
    values = entry.by_name.get(folded_name(attribute)) if attribute else None
    return clean_text(min(values), max_length=LONGEST_NAME) if values else ""
