"""What a profile page shows to one viewer."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy import func, select

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.audit.models import History
from lupweb.database import db
from lupweb.directories.models import Directory, Identity
from lupweb.field_types.base import People
from lupweb.outbox.values import PICTURE
from lupweb.people.models import Person
from lupweb.people.queries import group_names, groups_of
from lupweb.people.states import SHOWN, PersonState
from lupweb.profiles.cards import TEAM, PersonCard, cards, people_named, visible_values
from lupweb.profiles.layout import CategoryLayout, FieldLayout, Layout
from lupweb.profiles.naming import several_named
from lupweb.profiles.origins import Origin, origin_of
from lupweb.profiles.pending import PendingValue, card_with_pending, pending_values, with_pending
from lupweb.profiles.readers import NOTHING_ASKED, Asked, get_shown, reader_name, seen_as
from lupweb.profiles.reporting import reporting_line
from lupweb.profiles.visibility import may_read

STALE = timedelta(hours=24)


@dataclass(frozen=True)
class ProfilePart:
    """One of several values, or one by which people are chosen.

    :param facet: the value that chooses them in the directory, "" if they are not chosen by it
    """

    text: str
    facet: str


@dataclass(frozen=True)
class ProfileRow:
    """One field with its value, ready to be shown.

    :param parts: the single values, where each is shown by itself; else none
    :param is_multiple: whether there may be more than one
    :param origin: None where the reader neither asked nor is always told
    :param pending: how the value stands on its way to the directory; the owner alone is told
    """

    key: str
    label: str
    help_text: str
    value: Markup
    parts: Sequence[ProfilePart]
    is_multiple: bool
    origin: Origin | None
    pending: PendingValue | None = None


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
    """A profile page, as one viewer sees it.

    :param is_preview: the owner looks at it as colleagues do, an administrator as somebody else
    :param knows_origins: this viewer is always told where values come from
    :param path: field keys with values that lead from everybody to this person's colleagues
    :param missing_since: None unless no directory has this person any more
    :param pending: what the directory does not have yet; for the owner alone
    """

    card: PersonCard
    is_own: bool
    is_preview: bool
    reader: str
    knows_origins: bool
    asked: Asked
    state: PersonState
    missing_since: datetime | None
    path: Sequence[tuple[str, ProfilePart]]
    categories: Sequence[ProfileCategory]
    chain: Sequence[PersonCard]
    chain_cut: bool
    peers: Sequence[PersonCard]
    peer_count: int
    reports: Sequence[PersonCard]
    report_count: int
    read_at: datetime | None
    is_stale: bool
    pending: Sequence[PendingValue] = ()

    @property
    def conflicts(self) -> list[PendingValue]:
        """Return the values that the owner has to choose for."""
        return [each for each in self.pending if each.is_conflict]

    @property
    def is_exported(self) -> bool:
        """Return whether there is a vCard of this person."""
        return self.state in SHOWN


def profile(viewer: Viewer, layout: Layout, handle: str, asked: Asked = NOTHING_ASKED) -> Profile:
    """Return the profile that `handle` names, as `viewer` sees it.

    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    """
    person = get_shown(viewer, handle)
    owner, viewer = viewer, seen_as(viewer, person, asked)
    line = reporting_line(viewer, layout, person)
    groups = groups_of([person.id])[person.id]
    seen = visible_values(viewer, layout, person, groups)
    named = _people_named(person.id, seen)
    people = [person, *line.chain, *line.peers, *line.reports, *named.values()]
    by_id = {card.id: card for card in cards(viewer, layout, _each_once(people))}
    readings = _readings(person.id)
    knows_origins = person.id == viewer.person_id or viewer.role.is_administrator
    pending = pending_values(viewer, layout, person.id)
    picture = next((each for each in pending if each.key == PICTURE), None)
    maker = _RowMaker(
        viewer=viewer,
        person=person,
        directories={each.key: each.name for each in readings},
        written={each.key for each in readings if each.takes_writes},
        named={key: by_id[who.id] for key, who in named.items()},
        several=several_named([seen]),
        tells_origins=knows_origins or asked.sources,
        knows_origins=knows_origins,
        pending={each.key: each for each in pending},
    )
    read_at = max((each.at for each in readings if each.at), default=None)
    return Profile(
        card=card_with_pending(by_id[person.id], picture),
        is_own=person.id == viewer.person_id,
        is_preview=owner is not viewer,
        reader=reader_name(owner, asked),
        knows_origins=knows_origins,
        asked=asked,
        state=PersonState(person.state),
        missing_since=_missing_since(person),
        path=_path(seen, maker),
        categories=_categories(layout, with_pending(seen, pending), maker),
        chain=[by_id[each.id] for each in line.chain],
        chain_cut=line.is_cut,
        peers=[by_id[each.id] for each in line.peers],
        peer_count=line.peer_count,
        reports=[by_id[each.id] for each in line.reports],
        report_count=line.report_count,
        read_at=read_at,
        is_stale=bool(read_at and clock.now() - read_at > STALE),
        pending=pending,
    )


@dataclass(frozen=True)
class _Reading:
    """A directory that has the person, and when it was read last, be it only what had changed."""

    key: str
    name: str
    at: datetime | None
    takes_writes: bool


def _readings(person_id: int) -> list[_Reading]:
    rows = (
        select(Directory)
        .join(Identity, Identity.directory_id == Directory.id)
        .where(Identity.person_id == person_id)
        .order_by(Identity.is_gone, Directory.is_enabled.desc(), Directory.position)
    )
    return [
        _Reading(each.key, each.name, each.last_read_at, each.takes_writes and each.is_enabled)
        for each in db.session.scalars(rows)
    ]


def _missing_since(person: Person) -> datetime | None:
    if person.state != PersonState.MISSING:
        return None
    rows = select(func.max(History.at)).where(
        History.person_id == person.id,
        History.field_key == "@state",
        History.new == PersonState.MISSING,
    )
    return db.session.scalar(rows)


def _people_named(person_id: int, seen: Mapping[FieldLayout, str]) -> dict[int, Person]:
    """Return whom the visible values of a person name: field id -> person."""
    fields = [field.id for field in seen if field.type.refers_to_person]
    named = people_named([person_id], fields)
    return {field_id: who for (_person, field_id), who in named.items()}


@dataclass(frozen=True)
class _RowMaker:
    """What the rows of one profile have in common.

    :param directories: key -> name
    :param written: keys of the directories that take what people enter
    :param named: field id -> whom its value names
    :param several: one of several values -> whom it names
    :param tells_origins: whether it is said where values come from; in full to those who know
    :param pending: field key -> what is on its way
    """

    viewer: Viewer
    person: Person
    directories: Mapping[str, str]
    written: Set[str]
    named: Mapping[int, PersonCard]
    several: People
    tells_origins: bool
    knows_origins: bool
    pending: Mapping[str, PendingValue]

    def row(self, field: FieldLayout, value: str) -> ProfileRow:
        """Return the row of one value."""
        who = self.named.get(field.id)
        pending = self.pending.get(field.key)
        return ProfileRow(
            key=field.key,
            label=field.name,
            help_text=field.help_text,
            value=pending.shown()
            if pending
            else field.type.render(value, who.link if who else None, self.several),
            parts=self.parts(field, value),
            is_multiple=field.type.is_multiple,
            origin=self._origin(field),
            pending=pending,
        )

    def parts(self, field: FieldLayout, value: str) -> list[ProfilePart]:
        """Return the single values that are shown by themselves."""
        kind = field.type
        chosen_by = field.facet and kind.is_facet and may_read(self.viewer, field)
        if kind.refers_to_person or kind.refers_to_people or not (chosen_by or kind.is_multiple):
            return []
        return [ProfilePart(kind.text(one), one if chosen_by else "") for one in kind.split(value)]

    def _origin(self, field: FieldLayout) -> Origin | None:
        if not self.tells_origins:
            return None
        return origin_of(
            field,
            self.person.provenance,
            self.directories,
            in_full=self.knows_origins,
            written=self.written,
        )


def _path(seen: Mapping[FieldLayout, str], maker: _RowMaker) -> list[tuple[str, ProfilePart]]:
    parts = {field.key: maker.parts(field, seen[field]) for field in seen if field.facet}
    return [(key, parts[key][0]) for key in ("department", TEAM) if parts.get(key)]


def _categories(
    layout: Layout, seen: Mapping[FieldLayout, str], maker: _RowMaker
) -> list[ProfileCategory]:
    names = group_names()
    found = []
    for category in layout.categories:
        rows = [
            maker.row(field, seen[field])
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


def _each_once(people: Sequence[Person]) -> list[Person]:
    return list({person.id: person for person in people}.values())
