"""Pictures on their way to a directory: promised, made for the attribute, confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import delete, insert, select

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.audit.service import Change, record
from lupweb.database import db
from lupweb.directories.fitting import most_bytes
from lupweb.directories.knowing import kept_known, target_of
from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType
from lupweb.options.service import options
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.queries import open_messages
from lupweb.outbox.service import promise, settle_as
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import PICTURE, Claimed, Place, Wanted, unpacked
from lupweb.people.models import Person
from lupweb.profiles.models import Picture, PictureSource
from lupweb.profiles.pictures import Delivery, drop_unused, hash_of
from lupweb.profiles.sources import Source
from lupweb.profiles.supply import Supplier
from lupweb.texts import _

KB = 1024
THUMBNAIL = "thumbnailphoto"
LIMITS = {THUMBNAIL: (96, 10 * KB)}
"""Folded attribute -> longest side in pixels and most bytes (writeback.md section 13)."""
USUAL_LIMIT = (512, 200 * KB)
DOES_NOT_FIT = _("This picture cannot be saved to the directory. Choose another one.")


class PictureValues(FieldType):
    """Reads the values of a picture attribute as the hash of them all, and writes nothing."""

    is_multiple = True

    def read(self, values: Sequence[bytes]) -> str:
        """Return what stands for these values in any order; "" for none."""
        return hash_of(values).hex() if values else ""

    def write(self, value: str, dns: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """Return the hash that `read` gives, as bytes, where a message keeps it."""
        return [bytes.fromhex(value)] if value else []


PICTURE_VALUES = PictureValues({})


def pending_picture(viewer: Viewer, person_id: int) -> OutboxMessage | None:
    """Return the picture that the viewer chose and the directory does not have yet; one query.

    Others see the confirmed one.
    """
    if viewer.person_id != person_id or viewer.behind:
        return None
    return open_messages([person_id]).get(person_id, {}).get(PICTURE)


def refuse_unfit(supplier: Supplier, attribute: str, sizes: Mapping[int, bytes]) -> None:
    """Refuse a picture that the directory could not hold; it is not asked. One query.

    :param sizes: the squares that the picture was made into: pixels -> JPEG
    :raises InvalidValue: in words for whoever chose it
    """
    target = target_of(supplier.directory_id, supplier.unique_id, options())
    refusal = target.refusal_of_picture(attribute)
    if refusal:
        raise InvalidValue(refusal)
    if largest_that_fits(sizes, attribute, most_bytes(target.known, attribute)) is None:
        raise InvalidValue(DOES_NOT_FIT)


def largest_that_fits(
    sizes: Mapping[int, bytes], attribute: str, most: int | None = None
) -> bytes | None:
    """Return the largest of the squares that an attribute takes; None if none is small enough.

    :param most: bytes that the directory says it takes there; None: it says nothing
    """
    longest, usual = LIMITS.get(attribute.casefold(), USUAL_LIMIT)
    limit = min(usual, most) if most else usual
    squares = sorted((size for size in sizes if 0 < size <= longest), reverse=True)
    return next((sizes[size] for size in squares if len(sizes[size]) <= limit), None)


def promise_picture(
    person: Person, supplier: Supplier, attribute: str, new_hash: str, by: str
) -> bool:
    """Promise a stored picture, or that there is none; return whether anything is to be saved.

    :param attribute: where the directory keeps pictures
    :param new_hash: of a picture that is stored; "" takes the picture away
    """
    place = Place(supplier.directory_id, supplier.unique_id, person.id, None, PICTURE, attribute)
    standing = open_messages([person.id]).get(person.id, {}).get(PICTURE)
    replaced = standing.new_value if standing else ""
    old, expected = person.picture_hash, _delivered(person.id)
    if standing is not None and standing.state == OutboxState.CONFLICT:
        old, expected = standing.found_value, PICTURE_VALUES.write(standing.found_value)
    desired = [new_hash.encode()] if new_hash else []
    is_promised = promise(place, Wanted(old, new_hash, expected, desired, by)) is not None
    drop_unused({replaced} - {"", new_hash})
    return is_promised


def with_picture(claimed: Claimed) -> Claimed:
    """Return a claimed message about a picture with the bytes that the directory is to hold.

    It is then compared by hashes, as `PICTURE_VALUES` reads them. Two queries.

    :raises InvalidValue: if the picture is not there any more, or is too large however small
    """
    wanted, place = claimed.wanted, claimed.place
    desired = _made_for(place.directory_id, place.attribute, wanted.new_value)
    made = replace(
        wanted,
        old_value=b"".join(wanted.expected).hex(),
        new_value=PICTURE_VALUES.read(desired),
        desired=desired,
    )
    sent = (
        _sent_again(place.directory_id, place.attribute, each.value) for each in claimed.in_flight
    )
    in_flight = tuple(
        replace(each, value=PICTURE_VALUES.read(values), desired=tuple(values))
        for each, values in zip(claimed.in_flight, sent, strict=True)
    )
    return replace(claimed, wanted=made, in_flight=in_flight)


def confirm_picture(message: OutboxMessage, values: Sequence[bytes]) -> None:
    """Confirm the picture that a message has brought to the directory; inside a transaction.

    :param values: of the attribute, as they were read back
    """
    _confirm(message, hash_of(values))


def settle_deliveries(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Compare pictures that were read with those on their way; return those that are to be kept.

    Inside the transaction that keeps them. What is wanted is written; another one is a conflict.
    One query where none is on its way.
    """
    waiting = open_messages([each.person_id for each in deliveries]) if deliveries else {}
    return [
        each
        for each in deliveries
        if (message := waiting.get(each.person_id, {}).get(PICTURE)) is None
        or not _is_ours(message, each)
    ]


def _is_ours(message: OutboxMessage, delivery: Delivery) -> bool:
    """Settle a message by what was delivered; return whether that is what it was to bring."""
    found, now = delivery.source_hash, clock.now()
    if message.lease_until and message.lease_until > now:
        return True  # whoever is at work on it reads the entry as well
    values = _sent_again(message.directory_id, message.attribute, message.new_value)
    if found == hash_of(values):
        settle_as(message, OutboxState.WRITTEN)
        _confirm(message, found)
        return True
    if unpacked(message.expected) != (found,):
        none = found == hash_of(())
        settle_as(message, OutboxState.CONFLICT, found_value="" if none else found.hex())
    return False


def _confirm(message: OutboxMessage, source_hash: bytes) -> None:
    row = select(Person).where(Person.id == message.person_id).with_for_update()
    person = db.session.execute(row, execution_options={"populate_existing": True}).scalar_one()
    _note_source(person.id, source_hash)
    if person.picture_hash == message.new_value:
        return
    change = Change(person.id, PICTURE, person.picture_hash, message.new_value)
    person.picture_hash = message.new_value
    person.rev += 1
    db.session.flush()
    drop_unused({change.old} - {""})
    by, now = message.created_by, clock.now()
    record([change], source=str(Source.LDAP), run_id=None, at=now, actor=by)


def _made_for(directory_id: int, attribute: str, hash_: str) -> list[bytes]:
    """Return the largest of the stored squares that the attribute takes; none for no picture.

    :raises InvalidValue: if there is none
    """
    if not hash_:
        return []
    longest, _most = LIMITS.get(attribute.casefold(), USUAL_LIMIT)
    rows = select(Picture.size, Picture.content).where(
        Picture.hash == hash_, Picture.size > 0, Picture.size <= longest
    )
    sizes = {row.size: row.content for row in db.session.execute(rows)}
    found = largest_that_fits(sizes, attribute, most_bytes(kept_known(directory_id), attribute))
    if found is None:
        raise InvalidValue(DOES_NOT_FIT)
    return [found]


def _sent_again(directory_id: int, attribute: str, hash_: str) -> list[bytes]:
    """Return what an earlier message sent, as far as the picture is still there."""
    try:
        return _made_for(directory_id, attribute, hash_)
    except InvalidValue:
        return [hash_.encode()]


def _delivered(person_id: int) -> list[bytes]:
    """Return what stands for what the directory delivered last."""
    rows = select(PictureSource.source_hash).where(PictureSource.person_id == person_id)
    found = db.session.scalar(rows)
    return [found] if found and found != hash_of(()) else []


def _note_source(person_id: int, source_hash: bytes) -> None:
    """Let the next run see that the directory holds what we know."""
    db.session.execute(delete(PictureSource).where(PictureSource.person_id == person_id))
    noted = {"person_id": person_id, "source_hash": source_hash, "problem": ""}
    db.session.execute(insert(PictureSource), [noted])
