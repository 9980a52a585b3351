"""What a person entered and the directory does not have yet: for the person alone to see."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from markupsafe import Markup
from sqlalchemy import select

from lupweb.accounts.actors import actor_names
from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.directories.models import Directory
from lupweb.field_types.base import People, PersonLink
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import told_messages
from lupweb.outbox.states import OPEN, OutboxState
from lupweb.outbox.values import PICTURE
from lupweb.people.queries import groups_of
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.desk import names_people
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.naming import people_meant
from lupweb.profiles.visibility import may_see


@dataclass(frozen=True)
class PendingValue:
    """One value on its way to the directory, as its owner sees it.

    :param field: None for the picture, whose values are hashes
    :param message: as it is stored; nothing of the server's words in it is for the owner
    :param directory: its name
    :param by: the name of who entered it; "" for the owner
    """

    field: FieldLayout | None
    message: OutboxMessage
    directory: str
    by: str
    people: People

    @property
    def key(self) -> str:
        """Return the field's key, or `@picture`."""
        return self.message.field_key

    @property
    def state(self) -> OutboxState:
        """Return where it stands."""
        return OutboxState(self.message.state)

    @property
    def is_conflict(self) -> bool:
        """Return whether the directory has another value, and the owner has to choose."""
        return self.state is OutboxState.CONFLICT

    @property
    def value(self) -> str:
        """Return what was entered, as documents store it."""
        return self.message.new_value

    @property
    def next_try(self) -> datetime | None:
        """Return when it is tried again; None unless it waits."""
        return self.message.not_before if self.state is OutboxState.WAITING else None

    @property
    def mine(self) -> str:
        """Return what was entered, as plain text; "" if it was emptied."""
        return self._text(self.message.new_value)

    @property
    def theirs(self) -> str:
        """Return what the directory has instead, as plain text; "" for nothing."""
        return self._text(self.message.found_value)

    @property
    def was(self) -> str:
        """Return what it was before the owner began, as plain text; "" for nothing."""
        return self._text(self.message.old_value)

    @property
    def seen(self) -> str:
        """Return what differs as soon as the directory has another value than is shown here."""
        message = self.message
        told = f"{message.id} {message.state} {message.found_value}"
        return blake2b(told.encode(), digest_size=12).hexdigest()

    def link(self) -> PersonLink | None:
        """Return whom what was entered names, where it names one person."""
        return self.people.get(self.message.new_value)

    def shown(self) -> Markup:
        """Return what was entered as markup; "" if it was emptied."""
        if self.field is None or not self.value:
            return Markup("")
        return self.field.type.render(self.value, self.link(), self.people)

    def _text(self, value: str) -> str:
        if self.field is None or not value:
            return ""
        return self.field.type.text(value, self.people.get(value), self.people)


def pending_values(viewer: Viewer, layout: Layout, person_id: int) -> list[PendingValue]:
    """Return what the directory does not have yet of the viewer's own profile, in its order.

    Nobody else is told: others see what is confirmed (writeback.md section 8). One query, and five
    more at most where there is something.
    """
    if viewer.person_id != person_id or viewer.behind:
        return []
    told = told_messages([person_id]).get(person_id)
    if not told:
        return []
    groups = groups_of([person_id])[person_id]
    fields = [each for each in layout.fields() if may_see(viewer, each, person_id, groups)]
    order: list[FieldLayout | None] = [None, *fields]
    found = [(each, told[key]) for each in order if (key := each.key if each else PICTURE) in told]
    people = _people(found)
    directories = _directory_names({each.directory_id for _field, each in found})
    names = actor_names({each.created_by for _field, each in found} - {viewer.actor})
    return [
        PendingValue(
            field, each, directories[each.directory_id], names.get(each.created_by, ""), people
        )
        for field, each in found
    ]


def with_pending(
    values: Mapping[FieldLayout, str], pending: Sequence[PendingValue]
) -> dict[FieldLayout, str]:
    """Return values of a profile with what is on its way in their place; "" where it is emptied."""
    return {**values, **{each.field: each.value for each in pending if each.field}}


def card_with_pending(card: PersonCard, pending: PendingValue | None) -> PersonCard:
    """Return the owner's card with the picture that is on its way."""
    if pending is None or pending.state not in OPEN:
        return card
    return replace(card, picture=pending.value)


def _directory_names(ids: Set[int]) -> dict[int, str]:
    rows = select(Directory.id, Directory.name).where(Directory.id.in_(ids))
    return dict(db.session.execute(rows).all())


def _people(found: Sequence[tuple[FieldLayout | None, OutboxMessage]]) -> dict[str, PersonLink]:
    """Return whom the values name: one of several values, or the whole value -> person."""
    texts = [
        text
        for field, message in found
        if field and names_people(field)
        for value in (message.new_value, message.found_value, message.old_value)
        for text in field.type.split(value)
    ]
    return people_meant(texts) if texts else {}
