"""What a profile page shows to one viewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy import func, select

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.errors import NotFound
from lupweb.people.models import Person
from lupweb.people.names import is_addressable
from lupweb.people.queries import BY_NUMBER, get_person, group_names, groups_of
from lupweb.people.states import SHOWN, PersonState
from lupweb.profiles.cards import PersonCard, cards, visible_values
from lupweb.profiles.layout import CategoryLayout, FieldLayout, Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.reporting import reporting_line
from lupweb.texts import _

STALE = timedelta(hours=24)


@dataclass(frozen=True)
class ProfileRow:
    """One field with its value, ready to be shown."""

    key: str
    label: str
    help_text: str
    value: Markup
    badge: str


@dataclass(frozen=True)
class ProfileCategory:
    """One category with the rows that this viewer sees."""

    key: str
    name: str
    is_restricted: bool
    visible_to: Sequence[str]
    rows: Sequence[ProfileRow]


@dataclass(frozen=True)
class Profile:
    """A profile page, as one viewer sees it."""

    card: PersonCard
    is_own: bool
    shows_sources: bool
    state: PersonState
    categories: Sequence[ProfileCategory]
    chain: Sequence[PersonCard]
    chain_cut: bool
    peers: Sequence[PersonCard]
    peer_count: int
    reports: Sequence[PersonCard]
    report_count: int
    read_at: datetime | None
    is_stale: bool
    notes: Sequence[str]


def profile(viewer: Viewer, layout: Layout, handle: str) -> Profile:
    """Return the profile that `handle` names, as `viewer` sees it.

    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    """
    person = get_shown(viewer, handle)
    line = reporting_line(viewer, layout, person)
    groups = groups_of([person.id])[person.id]
    seen = visible_values(viewer, layout, person, groups)
    named = _people_named(person.id, seen)
    people = [person, *line.chain, *line.peers, *line.reports, *named.values()]
    by_id = {card.id: card for card in cards(viewer, layout, _each_once(people))}
    read_at = _read_at(person.id)
    is_own = person.id == viewer.person_id
    shows_sources = is_own or viewer.role.is_administrator
    return Profile(
        card=by_id[person.id],
        is_own=is_own,
        shows_sources=shows_sources,
        state=PersonState(person.state),
        categories=_categories(layout, seen, {key: by_id[who.id] for key, who in named.items()}),
        chain=[by_id[each.id] for each in line.chain],
        chain_cut=line.is_cut,
        peers=[by_id[each.id] for each in line.peers],
        peer_count=line.peer_count,
        reports=[by_id[each.id] for each in line.reports],
        report_count=line.report_count,
        read_at=read_at,
        is_stale=bool(read_at and clock.now() - read_at > STALE),
        notes=_notes(person),
    )


def get_shown(viewer: Viewer, handle: str) -> Person:
    """Return the person; somebody hidden is not there for anybody but administrators."""
    if not (BY_NUMBER.fullmatch(handle) or is_addressable(handle)):
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=handle))
    person = get_person(handle)
    may_know = viewer.role.is_administrator or viewer.is_operator
    if person.state == PersonState.MISSING and not may_know:
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=handle))
    return person


def _read_at(person_id: int) -> datetime | None:
    """Return when a directory that has this person was last read completely."""
    rows = (
        select(func.max(Directory.last_full_at))
        .join(Identity, Identity.directory_id == Directory.id)
        .where(Identity.person_id == person_id)
    )
    return db.session.scalar(rows)


def _notes(person: Person) -> list[str]:
    if person.state == PersonState.MISSING:
        return [str(_("No directory has this person any more. Only administrators see this page."))]
    if person.state == PersonState.DISABLED:
        return [str(_("This person is no longer active."))]
    return []


def _people_named(person_id: int, seen: Mapping[FieldLayout, str]) -> dict[int, Person]:
    """Return whom the visible values of a person name: field id -> person."""
    fields = [field.id for field in seen if field.type.refers_to_person]
    rows = (
        select(IndexedValue.field_id, Person)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(
            IndexedValue.person_id == person_id,
            IndexedValue.field_id.in_(fields),
            Person.state.in_(SHOWN),
        )
    )
    return dict(db.session.execute(rows).all())


def _categories(
    layout: Layout, seen: Mapping[FieldLayout, str], named: Mapping[int, PersonCard]
) -> list[ProfileCategory]:
    names = group_names()
    found = []
    for category in layout.categories:
        rows = [
            _row(field, seen[field], named)
            for field in category.fields
            if field in seen and field.in_profile
        ]
        if rows:
            found.append(_category(category, rows, names))
    return found


def _category(
    category: CategoryLayout, rows: list[ProfileRow], names: Mapping[int, str]
) -> ProfileCategory:
    readers = sorted(names[group_id] for group_id in category.visible_to)
    return ProfileCategory(category.key, category.name, bool(readers), readers, rows)


def _row(field: FieldLayout, value: str, named: Mapping[int, PersonCard]) -> ProfileRow:
    who = named.get(field.id)
    return ProfileRow(
        key=field.key,
        label=field.name,
        help_text=field.help_text,
        value=field.type.render(value, who.link if who else None),
        badge="ldap" if field.source.is_directory else "",
    )


def _each_once(people: Sequence[Person]) -> list[Person]:
    return list({person.id: person for person in people}.values())
