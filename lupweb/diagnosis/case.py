"""Everything that is known of one person and one field, read before anything is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.clock import zone_of
from lupweb.database import db
from lupweb.diagnosis.asking import Answer
from lupweb.diagnosis.lately import NOTHING_LATELY, Lately, lately, next_time
from lupweb.directories.models import Directory, DirectoryRole, Identity
from lupweb.errors import NotFound
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.policies import unlicensed_among
from lupweb.people.queries import find_person, group_names, groups_of
from lupweb.people.states import PersonState
from lupweb.profiles.document import origin_of_value, values_of
from lupweb.profiles.layout import CategoryLayout, FieldLayout, Layout, load_layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.origins import came_at
from lupweb.profiles.visibility import applies, may_see
from lupweb.sync.fingerprints import unread_fields
from lupweb.texts import _


@dataclass(frozen=True)
class Place:
    """A directory, and the entry that a person has there; `unique_id` is "" if none is known."""

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
    :param is_unread: the field is not fully read in the directory that supplies it
    :param answers: what directories said now, by key; None: they were not asked
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
    lately: Lately = NOTHING_LATELY
    next_at: datetime | None = None
    is_unread: bool = False
    is_read_only: bool = False
    zone: str = "UTC"
    answers: Mapping[str, Answer] | None = None
    seer: str = ""
    source_names: Sequence[str] = ()

    @property
    def holders(self) -> list[Place]:
        """Return the directories in use that hold the person; the first one supplies."""
        return [each for each in self.places if each.holds and each.is_enabled]

    @property
    def supplier(self) -> Place | None:
        """Return the directory that supplies the person; None if none in use does."""
        return next(iter(self.holders), None)

    @property
    def answer(self) -> Answer | None:
        """Return what the supplier said now; None if it was not asked."""
        if self.answers is None or self.supplier is None:
            return None
        return self.answers.get(self.supplier.key)

    def told(self, instant: datetime | None) -> str:
        """Return an instant as the site's clocks show it; "–" for none."""
        return f"{instant.astimezone(zone_of(self.zone)):%Y-%m-%d %H:%M}" if instant else "–"


def load_layout_now() -> Layout:
    """Return the profile's layout."""
    return load_layout(options()["phone_region"])


def find_place(layout: Layout, key: str) -> tuple[CategoryLayout, FieldLayout]:
    """Return a field with its category.

    :raises NotFound: if there is no such field
    """
    for category in layout.categories:
        for each in category.fields:
            if each.key == key:
                return category, each
    raise NotFound(_("There is no field “%(key)s”.", key=key[:63]))


def load_case(
    handle: str, field_key: str, viewer: Viewer, seer: Viewer, *, is_read_only: bool
) -> Case:
    """Return what is known of a person's field; a dozen queries, no directory is asked.

    :param viewer: who asks, and may be told
    :param seer: for whom the value is not here
    :param is_read_only: read-only mode is switched on outside of the database
    :raises NotFound: if there is no such field
    """
    chosen = options()
    layout = load_layout(chosen["phone_region"])
    category, shown = find_place(layout, field_key)
    case = Case(
        handle,
        category,
        shown,
        directories=_directories(),
        is_read_only=is_read_only or chosen["read_only"],
        zone=chosen["time_zone"],
        source_names=[each.name for each in layout.fields() if each.key in shown.type.sources],
    )
    person = find_person(handle)
    if person is None:
        return case
    case = replace(case, sight=_sight(layout, shown, person.id, (viewer, seer)))
    places = _places(person.id)
    return _with_runs(replace(case, person=_somebody(person, places), places=places), person)


def _with_runs(case: Case, person: Person) -> Case:
    values, key = values_of(person.document), case.field.key
    case = replace(
        case,
        stored=values.get(key, ""),
        source=str(origin_of_value(person.provenance, key).get("source", "")),
        since=came_at(person.provenance, key),
        referred=_referred(person.id, case.field),
    )
    place = case.supplier
    if place is None:
        return case
    return replace(
        case,
        lately=lately(f"directory:{place.key}", person.id, person.login, key),
        next_at=next_time(f"directory:{place.key}"),
        is_unread=key in unread_fields(place.id),
    )


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


def _sight(
    layout: Layout, shown: FieldLayout, person_id: int, eyes: tuple[Viewer, Viewer]
) -> Sight:
    groups = groups_of([person_id])[person_id]
    viewer, seer = eyes
    same = [shown]
    if shown.attribute:
        folded = shown.attribute.casefold()
        same += [each for each in layout.fields() if each.attribute.casefold() == folded]
    sees = may_see(seer, shown, person_id, groups)
    is_told = sees and may_see(viewer, shown, person_id, groups)
    decides = next(filter(None, (shown.visible_to, *shown.readers)), shown.applies_to)
    names = group_names() if decides else {}
    return Sight(
        has_it=applies(shown, groups),
        sees=sees,
        is_told=is_told,
        is_told_raw=is_told
        and all(may_see(eye, each, person_id, groups) for eye in eyes for each in same),
        groups=sorted(names[each] for each in decides if each in names),
    )


def _referred(person_id: int, shown: FieldLayout) -> bool | None:
    if not shown.type.refers_to_person:
        return None
    row = db.session.get(IndexedValue, (person_id, shown.id))
    return None if row is None else row.referred_id is not None
