"""What one entry says and what is known of its person -> what is to be changed. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from lupweb.errors import InvalidValue
from lupweb.people.states import PersonState
from lupweb.profiles.document import as_json, content_hash
from lupweb.sync.delivered import Delivered, Naming
from lupweb.sync.fields import MappedField, Problem
from lupweb.texts import _

Compute = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Returns what the fields that follow from others are to be, where the values say otherwise."""


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
class Falling:
    """What an entry says of fields that fall through to the next directory, and what counts.

    :param said: field key -> value, without empty ones
    :param kept: the same as it is stored; None: that is not known
    :param suppliers: field key -> key of the directory whose value the person has from now on
    :param moved: those whose stored value is from another directory than that
    :param left: those that a directory before this one decides
    """

    said: dict[str, str]
    kept: Mapping[str, str] | None
    suppliers: dict[str, str] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def keep(self, keys: Iterable[str]) -> None:
        """Take it that the entry says of these fields what it said before."""
        for key in keys:
            self.said.pop(key, None)
            if self.kept and key in self.kept:
                self.said[key] = self.kept[key]
            self.moved.discard(key)


@dataclass(slots=True)
class Plan:
    """What is to become of one person. Not frozen, since a run makes a hundred thousand of them.

    The fields are those of `Delivered`, in the same order, as far as nothing else is said.

    :param document: "" once the values were compared
    :param changes: field key -> new value; "" takes the value away
    :param known: None for somebody new
    :param before: field key -> stored value, of those that change
    :param computed: those of `changes` that follow from other values
    :param is_held: a guard holds a part of it; the rest is written
    :param held_stamp: the stamp of an entry that counts as unread because of that
    :param falling: None where no field falls through
    :param is_moved: it is not what the plan says that is being applied; nothing of it is written
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
    changes: dict[str, str]
    problems: Sequence[Problem]
    known: Known | None
    before: dict[str, str] = field(default_factory=dict)
    computed: Set[str] = frozenset()
    is_held: bool = False
    held_stamp: str = ""
    is_moved: bool = False
    falling: Falling | None = None

    def hold_part(self) -> None:
        """Count the entry as unread, so that the next run looks at it again."""
        self.is_held, self.held_stamp, self.stamp = True, self.stamp, ""

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
        return bool(self.changes) or bool(self.renames)

    @property
    def changes_anything(self) -> bool:
        """Return whether anything is to be written."""
        if self.known is None or self.changes_person or self.changes_identity:
            return True
        return self.falling is not None and (self.changes_offers or bool(self.resupplied))

    @property
    def changes_offers(self) -> bool:
        """Return whether the entry says something else of fields that fall through than before."""
        return self.falling is not None and self.falling.said != self.falling.kept

    @property
    def resupplied(self) -> Set[str]:
        """Return the fields whose value stays, and comes from another directory from now on."""
        return self.falling.moved - self.changes.keys() if self.falling else frozenset()

    @property
    def renames(self) -> dict[str, tuple[str, str]]:
        """Return what changes of the person itself: "@name" and the like -> before, after."""
        if self.known is None or self.is_shadowed:
            return {}
        known = self.known
        was = known.login, known.name, known.sort_name, known.email, known.state, known.is_listed
        is_ = self.login, self.name, self.sort_name, self.email, self.state, self.is_listed
        if was == is_:  # as nearly always, and it is asked several times of everybody who changed
            return {}
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


def plan(
    said: Delivered, known: Known | None, naming: Naming, compute: Compute | None = None
) -> Plan:
    """Return what is to become of a person; whoever is known has to be compared (`compare`).

    :param compute: None: no field follows from others
    :raises InvalidValue: if the entry has no login, so that nobody could be named
    """
    if not said.login_folded:
        raise InvalidValue(_("The entry has no “%(attribute)s”: no login.", attribute=naming.login))
    planned = Plan(*said[:-1], known)
    if known is not None and said.unread:
        _keep(planned, said.unread, known)
    if compute:
        _add_computed(planned, compute)
    return planned


def _keep(planned: Plan, unread: Sequence[str], known: Known) -> None:
    """Leave a name or address as it is stored, since what is delivered cannot be read."""
    if "name" in unread and known.name:
        planned.name, planned.sort_name = known.name, known.sort_name
    if "email" in unread:
        planned.email = known.email
    _hash_anew(planned)


def _add_computed(planned: Plan, compute: Compute) -> None:
    """Add what follows from the delivered values, as if it had been delivered with them.

    So whoever has no other values is still known by the hash alone to be unchanged.
    """
    computed = compute(planned.changes)
    if computed:
        planned.changes = {**planned.changes, **computed}
        planned.computed = computed.keys()
        planned.document = as_json(planned.changes)
        _hash_anew(planned)


def _hash_anew(planned: Plan) -> None:
    names = (planned.login, planned.name, planned.sort_name, planned.email)
    planned.content_hash = content_hash(planned.document, *names)


def may_differ(plan: Plan, *, has_own: bool = False) -> bool:
    """Return whether the stored values have to be looked at to know what changes.

    :param has_own: some fields count here, whichever directory supplies the person
    """
    known = plan.known
    if known is None:
        return False
    if known.is_shadowed:
        return has_own
    return bool(plan.problems) or plan.content_hash != known.content_hash


def compare(
    plan: Plan,
    fields: Sequence[MappedField],
    stored: Mapping[str, str] | None,
    compute: Compute | None = None,
) -> None:
    """Reduce the plan of somebody who is known to what changes of the stored values.

    An attribute that was asked for and is absent takes the value away; one that cannot be read
    leaves it as it is. What follows from other values follows them as they will be stored, whoever
    entered them. Of somebody whom another directory supplies, only the fields that are of this one
    alone count, and those that fall through.

    :param stored: field key -> value; None: the same as what was delivered
    """
    if plan.is_shadowed:
        fields = [each for each in fields if each.is_read_behind]
        own = {each.key for each in fields}
        plan.problems = [problem for problem in plan.problems if problem[0] in own]
    delivered, plan.changes, plan.computed, plan.document = plan.changes, {}, frozenset(), ""
    if stored is None:
        return
    unread = {field for field, _why in plan.problems}
    if plan.falling:
        unread |= plan.falling.left
    for each in fields:
        before, after = stored.get(each.key, ""), delivered.get(each.key, "")
        if before != after and each.key not in unread:
            plan.changes[each.key], plan.before[each.key] = after, before
    if compute:
        computed = compute({**stored, **plan.changes})
        plan.before |= {key: stored.get(key, "") for key in computed}
        plan.changes |= computed
        plan.computed = computed.keys()
