"""Read everything that is known of a person and a field, or all of them; no directory is asked."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.diagnosis.case import Case, Place, Sight, Somebody
from lupweb.diagnosis.lately import (
    OfPerson,
    OtherSource,
    at_work,
    lately,
    next_time,
    other_source,
)
from lupweb.diagnosis.namesakes import namesakes_of, shared_with
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.directories.offers import newest_each, offers_of
from lupweb.errors import NotFound
from lupweb.ldap.dn import join
from lupweb.options.service import options
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OPEN
from lupweb.people.models import Person
from lupweb.people.policies import unlicensed_among
from lupweb.people.queries import find_person, group_names, groups_of
from lupweb.people.states import PersonState
from lupweb.profiles.document import origin_of_value, values_of
from lupweb.profiles.layout import CategoryLayout, FieldLayout, Layout, load_layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.origins import came_at
from lupweb.profiles.sources import Source
from lupweb.profiles.visibility import applies, may_see
from lupweb.sources import alternative, xml_file
from lupweb.sync.fingerprints import unread_fields
from lupweb.texts import _


def find_place(layout: Layout, key: str) -> tuple[CategoryLayout, FieldLayout]:
    """Return a field with its category.

    :raises NotFound: if there is no such field
    """
    for category in layout.categories:
        for each in category.fields:
            if each.key == key:
                return category, each
    raise NotFound(_("There is no field “%(key)s”.", key=key[:63]))


def load_cases(
    handle: str,
    field_key: str | None,
    eyes: tuple[Viewer, Viewer],
    *,
    is_read_only: bool,
) -> list[Case]:
    """Return what is known of a person's field, or of all fields; no directory is asked.

    :param field_key: None: all of them. A dozen queries for one, two more for all the others
    :param eyes: who asks and may be told; for whom the value is not here
    :param is_read_only: read-only mode is switched on outside of the database
    :raises NotFound: if there is no such field
    """
    chosen = options()
    layout = load_layout(chosen["phone_region"])
    about = (
        [(category, each) for category in layout.categories for each in category.fields]
        if field_key is None
        else [find_place(layout, field_key)]
    )
    directories = _directories()
    others = _other_sources({shown.source for _category, shown in about}, chosen)
    cases = [
        Case(
            handle,
            category,
            shown,
            directories=directories,
            is_read_only=is_read_only or chosen["read_only"],
            zone=chosen["time_zone"],
            source_names=[each.name for each in layout.fields() if each.key in shown.type.sources],
            other=others.get(shown.source),
        )
        for category, shown in about
    ]
    person = find_person(handle)
    return _of_nobody(cases) if person is None else _of_person(cases, person, layout, eyes)


def _of_nobody(cases: Sequence[Case]) -> list[Case]:
    """Return the cases with who else may be meant, and with what is read just now."""
    namesakes = namesakes_of(cases[0].handle) if cases else []
    working = {
        each.key: run
        for case in cases[:1]
        for each in case.directories
        if (run := at_work(f"directory:{each.key}")) is not None
    }
    return [replace(each, namesakes=namesakes, at_work=working) for each in cases]


def _other_sources(wanted: Set[Source], chosen: Mapping[str, Any]) -> dict[Source, OtherSource]:
    """Return how the sources stand that are no directories, of those that fields name."""
    found = {}
    if Source.XML in wanted:
        found[Source.XML] = other_source(xml_file.SUBJECT if chosen["xml_file"] else "")
    if Source.ALTERNATIVE_LDAP in wanted:
        directory = alternative.alternative()
        subject = alternative.PREFIX + directory.key if directory else ""
        found[Source.ALTERNATIVE_LDAP] = other_source(subject)
    return found


def _of_person(
    cases: Sequence[Case], person: Person, layout: Layout, eyes: tuple[Viewer, Viewer]
) -> list[Case]:
    places = _places(person.id)
    somebody = _somebody(person, places)
    sight = _Sights(layout, person.id, eyes)
    referred, pending = _referred(person.id), _pending(person.id)
    shared = shared_with([each.id for each in places if each.holds and each.is_enabled])
    found = [
        replace(
            each,
            sight=sight.of(each.field),
            person=somebody,
            places=places,
            shared=shared,
            stored=values_of(person.document).get(each.field.key, ""),
            source=str(origin_of_value(person.provenance, each.field.key).get("source", "")),
            since=came_at(person.provenance, each.field.key),
            pending=pending.get(each.field.key, ""),
            referred=referred.get(each.field.id) if each.field.type.refers_to_person else None,
        )
        for each in cases
    ]
    found = _with_offers(found, person)
    concerned = {place.key: place for each in found for place in _concerned(each)}
    doings = {key: _doings(place, person) for key, place in concerned.items()}
    return [doings[each.supplier.key].of(each, doings) if each.supplier else each for each in found]


def _with_offers(cases: list[Case], person: Person) -> list[Case]:
    """Return the cases with which directories have values of fields that fall through."""
    if not any(each.falls_through for each in cases):
        return cases
    offers = newest_each(offers_of([person.id]).get(person.id, ()))
    return [
        replace(each, offered={it.directory for it in offers if it.values.get(each.field.key)})
        if each.falls_through
        else each
        for each in cases
    ]


def _concerned(case: Case) -> list[Place]:
    """Return the directories whose runs decide about the field."""
    if case.falls_through:
        return case.in_turn
    return [case.supplier] if case.supplier else []


@dataclass(frozen=True)
class _Doings:
    """What one directory does, for all fields of a person that it supplies."""

    known: OfPerson
    next_at: datetime | None
    unread: Set[str]

    def of(self, case: Case, doings: "Mapping[str, _Doings]") -> Case:
        """Return the case with them; `doings` are of each directory that is concerned."""
        key = case.field.key
        known, is_unread = self.known.about(key), key in self.unread
        if not case.falls_through:
            return replace(case, lately=known, next_at=self.next_at, is_unread=is_unread)
        of_places = {each.key: doings[each.key] for each in case.in_turn}
        return replace(
            case,
            lately=known,
            next_at=self.next_at,
            is_unread=any(key in each.unread for each in of_places.values()),
            doings={
                name: (each.known.about(key), each.next_at) for name, each in of_places.items()
            },
        )


def _doings(place: Place, person: Person) -> _Doings:
    subject = f"directory:{place.key}"
    known = lately(subject, person.id, person.login)
    return _Doings(known, next_time(subject), unread_fields(place.id))


def _directories() -> list[Place]:
    rows = (
        select(Directory)
        .where(Directory.is_enabled, Directory.role != DirectoryRole.ALTERNATIVE)
        .order_by(Directory.position)
    )
    return [_place(each) for each in db.session.scalars(rows)]


def _place(directory: Directory) -> Place:
    return Place(
        directory.id,
        directory.key,
        directory.name,
        directory.is_enabled,
        directory.timestamp_pattern,
        directory.last_full_at,
        directory.last_read_at,
        base_dn=join(directory.additional_user_dn, directory.base_dn),
        user_filter=directory.user_filter,
        is_keyed_by_value=directory.is_keyed_by_value,
    )


def _places(person_id: int) -> list[Place]:
    rows = (
        select(Directory, Identity)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(Identity.person_id == person_id, Directory.role != DirectoryRole.ALTERNATIVE)
        .order_by(Directory.position, Identity.is_gone, Identity.id.desc())
    )
    return [
        replace(
            _place(directory),
            unique_id=identity.unique_id,
            dn=identity.dn,
            stamp=identity.stamp,
            is_gone=identity.is_gone,
            disabled_reason=identity.disabled_reason,
        )
        for directory, identity in db.session.execute(rows)
    ]


def _somebody(person: Person, places: Sequence[Place]) -> Somebody:
    return Somebody(
        id=person.id,
        name=person.name,
        login=person.login,
        state=PersonState(person.state),
        is_listed=person.is_listed,
        is_licensed=person.id not in unlicensed_among([person.id], options()),
        is_local=not places,
    )


class _Sights:
    """Who may see what of one person, field by field; two queries for all of them."""

    def __init__(self, layout: Layout, person_id: int, eyes: tuple[Viewer, Viewer]) -> None:
        self._layout, self._person_id, self._eyes = layout, person_id, eyes
        self._groups = groups_of([person_id])[person_id]
        self._names = group_names()

    def of(self, shown: FieldLayout) -> Sight:
        viewer, seer = self._eyes
        same = [shown]
        if shown.attribute:
            folded = shown.attribute.casefold()
            same += [e for e in self._layout.fields() if e.attribute.casefold() == folded]
        sees = self._may_see(seer, shown)
        is_told = sees and self._may_see(viewer, shown)
        decides = next(filter(None, (shown.visible_to, *shown.readers)), shown.applies_to)
        return Sight(
            has_it=applies(shown, self._groups),
            sees=sees,
            is_told=is_told,
            is_told_raw=is_told
            and all(self._may_see(eye, each) for eye in self._eyes for each in same),
            groups=sorted(self._names[each] for each in decides if each in self._names),
        )

    def _may_see(self, eye: Viewer, shown: FieldLayout) -> bool:
        return may_see(eye, shown, self._person_id, self._groups)


def _referred(person_id: int) -> dict[int, bool]:
    """Return field id -> whether its value names somebody known; one query."""
    rows = select(IndexedValue.field_id, IndexedValue.referred_id).where(
        IndexedValue.person_id == person_id
    )
    return {field_id: referred is not None for field_id, referred in db.session.execute(rows)}


def _pending(person_id: int) -> dict[str, str]:
    """Return field key -> state of the value that waits to be saved to a directory; one query."""
    rows = select(OutboxMessage.field_key, OutboxMessage.state).where(
        OutboxMessage.person_id == person_id, OutboxMessage.state.in_(OPEN)
    )
    return {key: str(state) for key, state in db.session.execute(rows)}
