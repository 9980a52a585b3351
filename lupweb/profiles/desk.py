"""A profile that lies open for editing: every field that the editor sees, and what it is now."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.errors import Forbidden, ReadOnlyMode
from lupweb.field_types.base import NOBODY, People, PersonLink
from lupweb.options.service import options
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import told_messages
from lupweb.outbox.states import OPEN, TROUBLED, OutboxState
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.choosing import link_of, people_numbered
from lupweb.profiles.document import origin_of_value, values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.locks import Lock, Standing, is_saved_to_directory, lock_of
from lupweb.profiles.merging import Mark, Value, controls_digest, digest
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.naming import names_in_control, people_meant
from lupweb.profiles.readers import get_shown
from lupweb.profiles.rights import may_edit
from lupweb.profiles.sources import Source
from lupweb.profiles.supply import NOWHERE, Supplier, Supply, supply_of
from lupweb.profiles.visibility import may_see
from lupweb.texts import _

FROM_OUTSIDE = frozenset({Source.ALTERNATIVE_LDAP, Source.XML})


@dataclass(frozen=True)
class DeskField:
    """One field of one person, as it lies open.

    :param stored: what the editor starts from; "" is none. The confirmed value, or what the owner
        entered and the directory does not have yet; where it has another value instead, that one
    :param confirmed: what everybody else sees
    :param message: what the owner is told of, see `outbox.queries.told_messages`
    :param controls: what stands in the controls: for people their names
    :param people: single value -> whom it names
    """

    field: FieldLayout
    stored: str
    controls: tuple[str, ...]
    people: Mapping[str, PersonLink]
    lock: Lock | None
    goes_to_directory: bool
    confirmed: str = ""
    message: OutboxMessage | None = None

    @property
    def key(self) -> str:
        """Return the field's key."""
        return self.field.key

    @property
    def now(self) -> Value:
        """Return the digests of what it is now."""
        return Value(digest(self.stored), controls_digest(self.controls))

    @property
    def mark(self) -> Mark:
        """Return what a form says that it was made from."""
        return Mark(self.now.stored, self.now.typed, is_editable=self.lock is None)

    @property
    def entered(self) -> str | None:
        """Return what the owner entered and has to look at again; None: there is no such thing."""
        if self.message is None or self.message.state not in TROUBLED:
            return None
        return self.message.new_value

    def controls_of(self, value: str) -> tuple[str, ...]:
        """Return what stands in the controls for a value of this field."""
        return _controls(self.field, value, self.people)

    def shown(self, value: str, people: People = NOBODY) -> Markup:
        """Return a value of this field as markup; "" for none.

        :param people: whom its single values name, beside those of the stored value
        """
        named = {**self.people, **people}
        return self.field.type.render(value, named.get(value), named) if value else Markup("")

    def text(self, value: str, people: People = NOBODY) -> str:
        """Return a value of this field as plain text; "" for none.

        :param people: whom its single values name, beside those of the stored value
        """
        named = {**self.people, **people}
        return self.field.type.text(value, named.get(value), named) if value else ""


@dataclass(frozen=True)
class Desk:
    """The profile of one person, open for one editor.

    :param handle: how the page names the person
    :param fields: those that the editor sees, by key, in the order of the profile
    :param supply: the entries that supply the person, in directories that are in use
    """

    handle: str
    person: Person
    groups: Set[int]
    fields: Mapping[str, DeskField] = field(default_factory=dict)
    supply: Supply = NOWHERE

    @property
    def supplier(self) -> Supplier | None:
        """Return the entry that supplies the person; None if no directory in use does."""
        return self.supply.supplier


def open_desk(
    viewer: Viewer, layout: Layout, handle: str, *, to_write: bool, read_only: bool = False
) -> Desk:
    """Read what editing a profile needs; a constant number of queries.

    :param to_write: hold the person until the transaction ends, so that nobody else writes between
    :param read_only: the installation is in read-only mode, whatever the site's options say
    :raises NotFound: if there is nobody, or nobody whom this viewer may see
    :raises Forbidden: if the viewer may not edit this person
    :raises ReadOnlyMode: if nobody may edit anything now
    """
    person = get_shown(viewer, handle)
    groups = groups_of([person.id])[person.id]
    if not may_edit(viewer, person, groups):
        raise Forbidden(
            _("You may not edit this profile. Ask the person, or an administrator, to change it.")
        )
    if read_only or options()["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing can be changed now."))
    if to_write:
        person = _held(person.id)
    seen = [each for each in layout.fields() if may_see(viewer, each, person.id, groups)]
    supply = supply_of(person.id)
    fields = _Fields(person, seen, standing_of(person, seen, supply))
    told = _told(viewer, person, fields)
    return Desk(handle, person, groups, fields.made(told), supply)


def standing_of(
    person: Person, layout_fields: Sequence[FieldLayout], supply: Supply | None = None
) -> Standing:
    """Return how a person stands to the places where values come from; one query at most.

    What an XML file or another LDAP holds, its last import wrote into the provenance, also where it
    is empty; one that holds it no more writes `is_released`.

    :param supply: what `supply_of` says, where that is known already
    """
    known = supply or supply_of(person.id)
    return Standing(
        in_directory=known.is_held,
        takes_writes=known.takes_writes,
        held_by=known.suppliers.keys(),
        written_by=known.written_by,
        used_by={key for key, each in known.suppliers.items() if each},
        delivered={
            each.key
            for each in layout_fields
            if each.source in FROM_OUTSIDE and _is_delivered(each, person.provenance)
        },
    )


def _is_delivered(each: FieldLayout, provenance: Mapping[str, Any]) -> bool:
    origin = origin_of_value(provenance, each.key)
    return origin.get("source") == str(each.source) and not origin.get("is_released")


def _held(person_id: int) -> Person:
    row = select(Person).where(Person.id == person_id).with_for_update()
    return db.session.execute(row, execution_options={"populate_existing": True}).scalar_one()


def names_people(each: FieldLayout) -> bool:
    """Return whether values of this field name one person, or several."""
    return each.type.refers_to_person or each.type.refers_to_people


@dataclass(frozen=True)
class _Fields:
    """The fields of one person, before they lie open."""

    person: Person
    seen: Sequence[FieldLayout]
    standing: Standing

    @property
    def has_written(self) -> bool:
        """Return whether any of them is saved to a directory."""
        return any(is_saved_to_directory(each, self.standing) for each in self.seen)

    def made(self, told: Mapping[str, OutboxMessage]) -> dict[str, DeskField]:
        """Return them as they lie open.

        :param told: field key -> what the editor is told of
        """
        confirmed = values_of(self.person.document)
        messages = {
            each.key: told[each.key]
            for each in self.seen
            if each.key in told and is_saved_to_directory(each, self.standing)
        }
        started = confirmed | {key: _start(each, confirmed) for key, each in messages.items()}
        naming = [each for each in self.seen if names_people(each)]
        named = _people_named(self.person, naming, started)
        for each in naming:
            if each.key in messages:
                named[each.id] |= _people_sent(each, messages[each.key])
        return {
            each.key: DeskField(
                field=each,
                stored=(stored := started.get(each.key, "")),
                controls=_controls(each, stored, people := named.get(each.id, {})),
                people=people,
                lock=lock_of(each, self.standing, is_computed=not each.type.is_editable),
                goes_to_directory=is_saved_to_directory(each, self.standing),
                confirmed=confirmed.get(each.key, ""),
                message=messages.get(each.key),
            )
            for each in self.seen
        }


def _controls(each: FieldLayout, value: str, people: Mapping[str, PersonLink]) -> tuple[str, ...]:
    items = each.type.form_values(value)
    if names_people(each):
        items = names_in_control(items, people)
    return tuple(items)


def _told(viewer: Viewer, person: Person, fields: _Fields) -> Mapping[str, OutboxMessage]:
    """Return what the editor is told of: the owner alone; one query, where anything is saved."""
    if viewer.person_id != person.id or viewer.behind or not fields.has_written:
        return {}
    return told_messages([person.id]).get(person.id, {})


def _start(message: OutboxMessage, confirmed: Mapping[str, str]) -> str:
    """Return what the owner of a message starts from."""
    if message.state == OutboxState.CONFLICT:
        return message.found_value
    if message.state in OPEN:
        return message.new_value
    return confirmed.get(message.field_key, "")


def _people_sent(each: FieldLayout, message: OutboxMessage) -> dict[str, PersonLink]:
    values = (message.old_value, message.new_value, message.found_value)
    return people_meant(item for value in values for item in each.type.split(value))


def _people_named(
    person: Person, fields: Sequence[FieldLayout], values: Mapping[str, str]
) -> dict[int, dict[str, PersonLink]]:
    """Return whom the values of these fields name: field id -> single value -> person.

    By number, or as the last run resolved what a directory delivered; who is not shown is nobody.
    """
    if not fields:
        return {}
    resolved = _resolved(person.id, [each.id for each in fields])
    items = {each.id: each.type.split(values.get(each.key, "")) for each in fields}
    several = {each.id for each in fields if each.type.refers_to_people}
    numbered = people_numbered(item for id_ in items.keys() - several for item in items[id_])
    numbered |= people_meant(item for id_ in several for item in items[id_])
    return {
        field_id: {
            item: link
            for item in found
            if (link := numbered.get(item) or resolved.get((field_id, item)))
        }
        for field_id, found in items.items()
    }


def _resolved(person_id: int, field_ids: Sequence[int]) -> dict[tuple[int, str], PersonLink]:
    rows = (
        select(IndexedValue.field_id, IndexedValue.value, Person)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(
            IndexedValue.person_id == person_id,
            IndexedValue.field_id.in_(field_ids),
            Person.state.in_(SHOWN),
        )
    )
    return {(field_id, value): link_of(who) for field_id, value, who in db.session.execute(rows)}
