"""Everything that is known of one person and one field, before anything is judged. Plain values."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from dataclasses import field as made
from datetime import datetime

from lupweb import clock
from lupweb.diagnosis.asking import Answer, Contact
from lupweb.diagnosis.lately import NOTHING_LATELY, Lately, OtherSource, RunLine
from lupweb.people.states import PersonState
from lupweb.profiles.layout import CategoryLayout, FieldLayout
from lupweb.texts import Text, _


@dataclass(frozen=True)
class Place:
    """A directory, and the entry that a person has there; `unique_id` is "" if none is known.

    :param base_dn: below which people are looked for, with `user_filter`
    :param is_keyed_by_value: the server gives no unique id, so that nothing is saved there
    """

    id: int
    key: str
    name: str
    is_enabled: bool
    pattern: str
    last_full_at: datetime | None
    last_read_at: datetime | None
    unique_id: str = ""
    dn: str = ""
    stamp: str = ""
    is_gone: bool = False
    disabled_reason: str = ""
    base_dn: str = ""
    user_filter: str = ""
    is_keyed_by_value: bool = False

    @property
    def holds(self) -> bool:
        """Return whether the last reading had an entry of the person here."""
        return bool(self.unique_id) and not self.is_gone


@dataclass(frozen=True)
class Somebody:
    """The person that is asked about."""

    id: int
    name: str
    login: str
    state: PersonState
    is_listed: bool
    is_licensed: bool
    is_local: bool

    @property
    def handle(self) -> str:
        """Return what addresses call the person."""
        return f"id:{self.id}"


@dataclass(frozen=True)
class Namesake:
    """One of several people whom a login names.

    :param directories: names of those that hold the person
    """

    id: int
    name: str
    directories: Sequence[str]

    @property
    def line(self) -> Text:
        """Return who it is, with what names this person alone."""
        named = {"id": self.id, "name": self.name}
        if not self.directories:
            return _("id:%(id)s is %(name)s, in no directory", **named)
        return _("id:%(id)s is %(name)s in %(places)s", places=", ".join(self.directories), **named)


@dataclass(frozen=True)
class Sight:
    """What may be seen, by whom.

    :param has_it: the person's profile has the field at all
    :param sees: whoever it is about sees the value there
    :param is_told: who asks may be told the value, and what follows from it
    :param is_told_raw: and what the directory holds, which other fields may be made of as well
    :param groups: names of the groups that decide
    """

    has_it: bool = True
    sees: bool = True
    is_told: bool = True
    is_told_raw: bool = True
    groups: Sequence[str] = ()


@dataclass(frozen=True)
class Case:
    """What is known, as plain values: no transaction stays open for it.

    :param handle: how the person was named
    :param places: the directories that hold, or held, the person, in their order
    :param directories: those that are switched on and supply people, in their order
    :param stored: the value that lupweb has; "" is none
    :param referred: whether the stored value names somebody known; None if it names nobody at all
    :param pending: the state of a value that waits to be saved to the directory; "" if none does
    :param is_unread: the field is not fully read in the directory that supplies it
    :param other: the source that is no directory, and is to supply the field
    :param answers: what directories said now, by key; None: they were not asked
    :param namesakes: whom the handle names, if they are several; `person` is None then
    :param shared: directory -> how many people it has whom one that goes before it has as well
    :param offered: keys of the directories whose entry had a value when it was read last; of fields
        that fall through
    :param doings: of those: key of a directory -> what its runs did, and when the next one is
    :param at_work: where the person is unknown: key of each directory that is read now -> the run
    """

    handle: str
    category: CategoryLayout
    field: FieldLayout
    person: Somebody | None = None
    sight: Sight = Sight()
    places: Sequence[Place] = ()
    directories: Sequence[Place] = ()
    stored: str = ""
    source: str = ""
    since: datetime | None = None
    referred: bool | None = None
    pending: str = ""
    lately: Lately = NOTHING_LATELY
    next_at: datetime | None = None
    is_unread: bool = False
    is_read_only: bool = False
    zone: str = "UTC"
    answers: Mapping[str, Answer] | None = None
    seer: str = ""
    source_names: Sequence[str] = ()
    other: OtherSource | None = None
    namesakes: Sequence[Namesake] = ()
    shared: Mapping[str, int] = made(default_factory=dict)
    at_work: Mapping[str, RunLine] = made(default_factory=dict)
    offered: Set[str] = frozenset()
    doings: Mapping[str, tuple[Lately, datetime | None]] = made(default_factory=dict)

    @property
    def holders(self) -> list[Place]:
        """Return the directories in use that hold the person; the first one supplies."""
        return [each for each in self.places if each.holds and each.is_enabled]

    @property
    def asked(self) -> Sequence[Place]:
        """Return the directories to ask: those that hold the person, or did, or all of them."""
        if self.person is None:
            return () if self.namesakes else self.directories
        return self.holders or [each for each in self.places if each.is_enabled]

    @property
    def only(self) -> str:
        """Return the key of the one directory that supplies the field; "": the first that can."""
        return "" if self.falls_through else self._asked_first

    @property
    def falls_through(self) -> bool:
        """Return whether the next directory supplies the field where one has no value."""
        return self.field.falls_through and self.field.source.is_directory

    @property
    def in_turn(self) -> list[Place]:
        """Return the holders as they are asked for a field that falls through."""
        first = self._asked_first
        return sorted(self.holders, key=lambda each: bool(first) and each.key != first)

    @property
    def supplier(self) -> Place | None:
        """Return the directory that supplies this field of the person; None if none in use does."""
        if self.falls_through:
            in_turn = self.in_turn
            return next(filter(self.has_value, in_turn), in_turn[0] if in_turn else None)
        return next((each for each in self.holders if self.only in {"", each.key}), None)

    def has_value(self, place: Place) -> bool:
        """Return whether an entry has a value: now if it was asked, else when it was read last.

        False where who asks may not know.
        """
        if not self.sight.is_told_raw:
            return False
        answer = (self.answers or {}).get(place.key)
        if answer is not None and answer.contact is Contact.ANSWERS:
            return bool(answer.values)
        return place.key in self.offered

    def told_now(self, answers: Mapping[str, Answer]) -> "Case":
        """Return the same with what the directories say now."""
        found = replace(self, answers=answers)
        if found.supplier is None or found.supplier.key not in self.doings:
            return found
        known, next_at = self.doings[found.supplier.key]
        return replace(found, lately=known, next_at=next_at)

    @property
    def answer(self) -> Answer | None:
        """Return what the supplier said now; None if it was not asked."""
        if self.answers is None or self.supplier is None:
            return None
        return self.answers.get(self.supplier.key)

    @property
    def _asked_first(self) -> str:
        return self.field.directory if self.field.source.is_directory else ""

    def told(self, instant: datetime | None) -> Text | str:
        """Return an instant as the site's clocks show it; "–" for none."""
        if instant is None:
            return "–"
        zone = clock.zone_of(self.zone)
        here = instant.astimezone(zone)
        if here.date() == clock.now().astimezone(zone).date():
            return _("%(time)s today", time=f"{here:%H:%M}")
        return f"{here:%Y-%m-%d %H:%M}"
