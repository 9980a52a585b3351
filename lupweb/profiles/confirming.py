"""What a directory holds now by our own hand becomes the confirmed value."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select, update

from lupweb import clock
from lupweb.database import db
from lupweb.directories import offers
from lupweb.directories.models import Directory, Identity
from lupweb.errors import InvalidValue
from lupweb.ldap.dn import folded_dn
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.values import PICTURE
from lupweb.people.models import Person
from lupweb.people.queries import HUMAN
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.picture_writing import confirm_picture
from lupweb.profiles.pictures import mark_due
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import Hand, store_values


def confirm(
    layout: Layout, message: OutboxMessage, values: Sequence[bytes], *, stamp: str = ""
) -> None:
    """Confirm what a message has brought to the directory; call inside a transaction.

    The value is stored as it was read back, from LDAP, and in the history by whoever entered it.
    Words, charts and all that follows from it follow, as with every change.

    :param message: settled just now; its `base_stamp` is the entry's stamp before the change
    :param values: of the attribute, as they were read back
    :param stamp: the entry's stamp behind the change; "" if it was not changed just now
    """
    if message.field_key == PICTURE:
        confirm_picture(message, values)
    else:
        field = layout.find_field(message.field_key)
        if field is not None and field.id == message.field_id:
            _confirm_value(layout, field, message, _read(field, message, values))
    if stamp:
        _keep_stamp(message, stamp)


def confirm_found(layout: Layout, message: OutboxMessage) -> None:
    """Confirm what the directory holds instead of what was entered; call inside a transaction.

    Its owner has taken it, or it was decided so: nobody of here has entered it.
    """
    if message.field_key == PICTURE:
        mark_due([message.person_id])  # its bytes come with the next run
        return
    field = layout.find_field(message.field_key)
    if field is None:
        return
    person = _person(message)
    value, key = _effective(field, message, person, message.found_value)
    store_values(layout, person, {field.key: value}, _from_ldap(field, key, value))
    db.session.refresh(person)  # it was written without the row that the session holds


def _confirm_value(layout: Layout, field: FieldLayout, message: OutboxMessage, value: str) -> None:
    person = _person(message)
    value, key = _effective(field, message, person, value)
    if values_of(person.document).get(field.key, "") != value:
        hand = _from_ldap(field, key, value, message.created_by)
        store_values(layout, person, {field.key: value}, hand)
        db.session.refresh(person)


def _effective(
    field: FieldLayout, message: OutboxMessage, person: Person, value: str
) -> tuple[str, str]:
    """Return the value that the person has now, and the key of the directory that supplies it.

    Where the entry has none, and the field falls through, it is the next directory's.

    :param value: what the entry of the message holds now
    """
    key = db.session.scalar(select(Directory.key).where(Directory.id == message.directory_id)) or ""
    if not field.falls_through:
        return value, key
    offers.keep_value(message.directory_id, message.unique_id, field.key, value)
    of_person = offers.offers_of([person.id]).get(person.id, [])
    found, supplier = offers.supplied(of_person, field.key, field.directory)
    return (found, supplier) if found else (value, key)


def _from_ldap(field: FieldLayout, directory: str, value: str, by: str = "") -> Hand:
    named = _named(directory, field.type.split(value)) if field.type.names_people else {}
    return Hand(str(Source.LDAP), by, clock.now(), directory=directory, named=named)


def _named(directory: str, items: Sequence[str]) -> Mapping[str, int]:
    """Return whom DNs name in the directory; one that two entries have names nobody."""
    keys = {folded: item for item in items if (folded := folded_dn(item))}
    rows = select(Identity.dn_folded, Identity.person_id).where(
        Identity.directory_id
        == (select(Directory.id).where(Directory.key == directory).scalar_subquery()),
        Identity.dn_folded.in_(keys),
        Identity.is_gone.is_(False),
    )
    found = db.session.execute(rows).all()
    once = Counter(key for key, _person_id in found)
    return {keys[key]: person_id for key, person_id in found if once[key] == 1}


def _read(field: FieldLayout, message: OutboxMessage, values: Sequence[bytes]) -> str:
    """Return what the field reads; what was entered, where it cannot read its own value."""
    try:
        return field.type.read(values)
    except InvalidValue:
        return message.new_value


def _person(message: OutboxMessage) -> Person:
    whose = select(HUMAN).where(Person.id == message.person_id)
    row = select(Person).where(Person.id == whose.scalar_subquery()).with_for_update()
    return db.session.execute(row, execution_options={"populate_existing": True}).scalar_one()


def _keep_stamp(message: OutboxMessage, stamp: str) -> None:
    """Let the next run see that nobody changed the entry behind our own change.

    Only if nobody changed it before either: what others wrote has not been read yet then.
    """
    db.session.execute(
        update(Identity)
        .where(
            Identity.directory_id == message.directory_id,
            Identity.unique_id == message.unique_id,
            Identity.stamp == message.base_stamp,
        )
        .values(stamp=stamp)
    )
