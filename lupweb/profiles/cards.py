"""The card of a person: what stands for them in lists, chains and heads of pages."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol

from markupsafe import Markup
from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.field_types.base import People, PersonLink
from lupweb.field_types.email import is_address
from lupweb.people.models import Person
from lupweb.people.names import colour_of, handle_of, initials_of
from lupweb.people.queries import groups_of, shared_logins
from lupweb.people.states import SHOWN
from lupweb.people.summaries import PersonSummary
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.naming import several_named
from lupweb.profiles.reaching import Seen, chat_href, phone_href
from lupweb.profiles.reporting import MANAGER
from lupweb.profiles.visibility import Sight, may_see

TEAM, ROOM = "team", "room"
"""Keys of fields that stand beside department and place, where a site has them."""
MOST_EXTRA = 4
NO_GROUPS: frozenset[int] = frozenset()


class Shown(Protocol):
    """Somebody as far as a card shows them: a person, or a summary of one."""

    @property
    def id(self) -> int:
        """Return the number."""

    @property
    def login(self) -> str:
        """Return the login."""

    @property
    def login_folded(self) -> str:
        """Return the login as it is compared."""

    @property
    def name(self) -> str:
        """Return the name."""

    @property
    def email(self) -> str:
        """Return the mail address, or what a directory delivered as one."""

    @property
    def document(self) -> Mapping[str, Any]:
        """Return the document, with all values."""

    @property
    def picture_hash(self) -> str:
        """Return the hash of the picture, or ""."""


@dataclass(frozen=True)
class CardLine:
    """One more field of a card."""

    label: str
    value: Markup


@dataclass(frozen=True)
class PersonCard:
    """What a viewer sees of a person at a glance; "" where there is nothing, or nothing to see.

    :param location: the place, by the field that administrators chose for it
    :param picture: the hash that names the picture
    :param time_zone: as it was delivered; may be no zone at all
    :param extra: at most four lines
    :param manager: only where the card was asked for with it
    """

    id: int
    name: str
    handle: str
    login: str
    initials: str
    colour: int
    subline: str
    department: str
    location: str
    email: str
    phone_href: str
    chat_href: str
    picture: str
    pronouns: str = ""
    team: str = ""
    room: str = ""
    time_zone: str = ""
    extra: Sequence[CardLine] = ()
    manager: PersonLink | None = None

    @property
    def link(self) -> PersonLink:
        """Return this person as other people's values name them."""
        return PersonLink(self.name, self.login, f"/people/{self.handle}")


def cards(
    viewer: Viewer, layout: Layout, people: Sequence[Shown], *, with_manager: bool = False
) -> list[PersonCard]:
    """Return the cards of `people` in their order; three queries at most, however many they are,
    and two more where a field of the card names several people.

    One finds whom values name: only with the manager, or where a field of the card is a person.
    One finds groups: only where a field of the card belongs to the profiles of some groups.
    One finds who shares a login: only for people who are no summaries.
    """
    if not people:
        return []
    maker = card_maker(viewer, layout, people, with_manager=with_manager)
    return [maker.card(person) for person in people]


def card_maker(
    viewer: Viewer, layout: Layout, people: Sequence[Shown], *, with_manager: bool = False
) -> "CardMaker":
    """Return what makes the cards of `people`; as many queries as `cards`."""
    ids = [person.id for person in people]
    extra = extra_fields(layout)
    fields = _fields_of_card(layout, extra)
    groups = groups_of(ids) if any(field.applies_to for field in fields) else {}
    naming = sorted(_naming_fields(layout, with_manager=with_manager))
    named = people_named(ids, naming)
    shared = _shared_logins([*people, *named.values()])
    sight = Sight(viewer, fields)
    listed = [each for each in fields if each.type.refers_to_people]
    several = several_named(_values(each, listed) for each in people if listed)
    return CardMaker(layout, sight, groups, shared, named, naming, extra, with_manager, several)


def extra_fields(layout: Layout) -> list[FieldLayout]:
    """Return the further fields of a card: those chosen for it, else those marked for it."""
    chosen = layout.card
    by_key = {field.key: field for field in layout.fields()}
    if chosen.extra:
        return [by_key[key] for key in chosen.extra if key in by_key][:MOST_EXTRA]
    there = {chosen.subline, chosen.place, chosen.pronouns, chosen.time_zone, "department"}
    return [each for key, each in by_key.items() if each.on_card and key not in there][:MOST_EXTRA]


def people_named(
    person_ids: Collection[int], field_ids: Collection[int]
) -> dict[tuple[int, int], Person]:
    """Return whom values name, of those who are shown: (person id, field id) -> person.

    Says nothing about who may know; no query without fields.
    """
    if not field_ids:
        return {}
    rows = (
        select(IndexedValue.person_id, IndexedValue.field_id, Person)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(
            IndexedValue.person_id.in_(person_ids),
            IndexedValue.field_id.in_(field_ids),
            Person.state.in_(SHOWN),
        )
    )
    return {(person, field): who for person, field, who in db.session.execute(rows)}


def visible_values(
    viewer: Viewer, layout: Layout, person: Shown, groups: Set[int]
) -> Mapping[FieldLayout, str]:
    """Return the values of `person` that `viewer` may see, in the order of the profile."""
    values = values_of(person.document)
    return {
        field: values[field.key]
        for field in layout.fields()
        if field.key in values and may_see(viewer, field, person.id, groups)
    }


def _values(person: Shown, fields: Iterable[FieldLayout]) -> dict[FieldLayout, str]:
    values = values_of(person.document)
    return {field: values[field.key] for field in fields if field.key in values}


@dataclass(frozen=True)
class CardMaker:
    """What the cards of one list have in common.

    :param groups: person's id -> their groups, where these decide what is shown
    :param naming: ids of the fields whose values name somebody on the card
    """

    layout: Layout
    sight: Sight
    groups: Mapping[int, frozenset[int]]
    shared: Set[str]
    named: Mapping[tuple[int, int], Person]
    naming: Sequence[int]
    extra: Sequence[FieldLayout]
    with_manager: bool
    several: People

    def key(self, person: PersonSummary) -> Hashable:
        """Return all that the card of `person` is made of, and who may see how much of it.

        Equal keys are equal cards, whoever looks. None: it cannot be said.
        """
        if self.layout.version is None:
            return None
        links = tuple(self._link(self.named.get((person.id, each))) for each in self.naming)
        seen = tuple(field.id for field in self._seen_fields(person))
        several = frozenset(self.several.items())
        return self.layout.version, seen, person, links, self.with_manager, several

    def card(self, person: Shown) -> PersonCard:
        """Return the card of `person`."""
        seen = _values(person, self._seen_fields(person))
        by_key = {field.key: (field, value) for field, value in seen.items()}
        chosen = self.layout.card
        return PersonCard(
            id=person.id,
            name=person.name,
            handle=self._handle(person),
            login=person.login,
            initials=initials_of(person.name),
            colour=colour_of(person.id),
            subline=self._text(person, by_key, chosen.subline),
            department=self._text(person, by_key, "department"),
            location=self._text(person, by_key, chosen.place),
            email=person.email if is_address(person.email) else "",
            phone_href=phone_href(by_key),
            chat_href=chat_href(by_key),
            picture=person.picture_hash,
            pronouns=self._text(person, by_key, chosen.pronouns),
            team=self._text(person, by_key, TEAM),
            room=self._text(person, by_key, ROOM),
            time_zone=by_key[chosen.time_zone][1] if chosen.time_zone in by_key else "",
            extra=[self._line(person, each, seen[each]) for each in self.extra if each in seen],
            manager=self._manager(person, by_key),
        )

    def _seen_fields(self, person: Shown) -> tuple[FieldLayout, ...]:
        return self.sight.fields(person.id, self.groups.get(person.id, NO_GROUPS))

    def _text(self, person: Shown, by_key: Seen, key: str) -> str:
        if key not in by_key:
            return ""
        field, value = by_key[key]
        return field.type.text(value, self._named_by(person, field), self.several)

    def _manager(self, person: Shown, by_key: Seen) -> PersonLink | None:
        if not self.with_manager or MANAGER not in by_key:
            return None
        return self._named_by(person, by_key[MANAGER][0])

    def _handle(self, person: Shown) -> str:
        is_unique = person.login_folded not in self.shared
        return handle_of(person.id, person.login, is_unique=is_unique)

    def _line(self, person: Shown, field: FieldLayout, value: str) -> CardLine:
        named = self._named_by(person, field)
        return CardLine(field.name, field.type.render(value, named, self.several))

    def _named_by(self, person: Shown, field: FieldLayout) -> PersonLink | None:
        return self._link(self.named.get((person.id, field.id)))

    def _link(self, who: Person | None) -> PersonLink | None:
        return PersonLink(who.name, who.login, f"/people/{self._handle(who)}") if who else None


def _shared_logins(people: Sequence[Shown]) -> Set[str]:
    """Return the logins that somebody else has as well; no query about summaries."""
    known = {each.login_folded for each in people if isinstance(each, PersonSummary)}
    unknown = [each for each in people if each.login_folded not in known]
    shared = {each.login_folded for each in people if getattr(each, "has_twin", False)}
    return shared | shared_logins(unknown) if unknown else shared


def _fields_of_card(layout: Layout, extra: Sequence[FieldLayout]) -> list[FieldLayout]:
    """Return the fields that a card may show: nobody asks about the others 24 times."""
    card = layout.card
    keys = {"department", "phone", "im", MANAGER, TEAM, ROOM}
    keys |= {card.subline, card.place, card.pronouns, card.time_zone}
    keys |= {field.key for field in extra}
    return [field for field in layout.fields() if field.key in keys]


def _naming_fields(layout: Layout, *, with_manager: bool) -> set[int]:
    """Return the ids of those fields of a card that name a person."""
    keys = {layout.card.subline, layout.card.place, layout.card.pronouns}
    keys |= {MANAGER} if with_manager else set()
    fields = [each for each in layout.fields() if each.key in keys]
    return {each.id for each in (*fields, *extra_fields(layout)) if each.type.refers_to_person}
