"""Pictures of people: kept in four sizes, named by the hash of what they were made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import bindparam, case, delete, insert, select, union, update

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.errors import InvalidValue, NotFound
from lupweb.outbox.queries import open_messages, pictures_needed
from lupweb.outbox.values import PICTURE
from lupweb.people.models import Person
from lupweb.profiles.models import Picture, PictureSource
from lupweb.profiles.picture_maker import MOST_BYTES, SIZES, PictureMaker
from lupweb.profiles.picture_past import note_replaced
from lupweb.profiles.readers import get_shown
from lupweb.texts import _

MOST_TRIED = 3  # each may take seconds before it turns out to be none
BEYOND = 10_000  # larger than any size


@dataclass(frozen=True)
class PreparedPicture:
    """A picture that was made anew, ready to be kept.

    :param hash: of the bytes that it was made of, in hexadecimal
    :param sizes: size -> JPEG
    """

    hash: str
    sizes: dict[int, bytes]


@dataclass(frozen=True)
class Delivery:
    """What a source delivered for one person, worked out.

    :param source_hash: of everything that was delivered, see `hash_of`
    :param picture: None: the source has none, or, if there is a `problem`, none of any use
    :param problem: why nothing could be used, "" otherwise
    """

    person_id: int
    source_hash: bytes
    picture: PreparedPicture | None = None
    problem: str = ""


@dataclass(frozen=True)
class ShownPicture:
    """A picture as it is sent: JPEG."""

    content: bytes
    hash: str
    size: int
    login: str


def prepared(content: bytes, maker: PictureMaker) -> PreparedPicture:
    """Return the picture made anew, by a child process; call outside of transactions.

    :raises InvalidValue: if it cannot be used; the sentence says why
    """
    return PreparedPicture(blake2b(content, digest_size=16).hexdigest(), maker.make(content))


def delivery_of(person_id: int, values: Sequence[bytes], maker: PictureMaker) -> Delivery:
    """Return the largest of the delivered pictures that works, whatever their order.

    Only the three largest of at most 10 MiB are tried. Call outside of transactions.
    """
    source_hash = hash_of(values)
    largest_first = sorted(values, key=lambda value: (len(value), value), reverse=True)
    usable = [value for value in largest_first if 0 < len(value) <= MOST_BYTES]
    problem = ""
    for content in (usable or largest_first)[:MOST_TRIED]:
        try:
            return Delivery(person_id, source_hash, prepared(content, maker))
        except InvalidValue as error:
            problem = problem or str(error)
    return Delivery(person_id, source_hash, problem=problem)


def hash_of(values: Collection[bytes]) -> bytes:
    """Return what stands for these values in any order; 16 bytes."""
    each = sorted(blake2b(value, digest_size=16).digest() for value in values)
    return blake2b(b"".join(each), digest_size=16).digest()


def keep(
    deliveries: Sequence[Delivery], run_id: int | None = None, *, source: str = "ldap"
) -> list[int]:
    """Store what was delivered; call inside a transaction. Eight statements at most.

    Where there is a problem, the picture of before stays. Pictures that nobody has any more go.

    :param run_id: a run that can be taken back: what it replaces stays for that, and is noted
    :param source: where they come from, as in the history
    :returns: ids of the people whose picture is another one now
    """
    if not deliveries:
        return []
    found = select(Person.id, Person.picture_hash).where(
        Person.id.in_([each.person_id for each in deliveries])
    )
    before = dict(db.session.execute(found).all())
    known = [each for each in deliveries if each.person_id in before]
    changed = {
        each.person_id: _hash(each)
        for each in known
        if not each.problem and _hash(each) != before[each.person_id]
    }
    store_pictures([each.picture for each in known if each.picture])
    _name(changed)
    _note_sources(known)
    if run_id is None:
        drop_unused({before[person_id] for person_id in changed} - {""})
    else:
        note_replaced(before, changed, run_id, source)
    return sorted(changed)


def put_back(hashes: Mapping[int, str], *, asks_again: bool) -> None:
    """Give people pictures that they had; call inside a transaction.

    :param hashes: person -> one of `picture_past.kept`, or "" for none
    :param asks_again: take what their sources deliver in the next run, whatever that was last;
        else only what they did not deliver last
    """
    _name(hashes)
    if hashes and asks_again:
        db.session.execute(delete(PictureSource).where(PictureSource.person_id.in_(hashes)))


def settle(person_ids: Sequence[int]) -> None:
    """Note that these people's sources were asked, and delivered what was known."""
    _set_due(person_ids, is_due=False)


def mark_due(person_ids: Sequence[int]) -> None:
    """Have the sources of these people's pictures asked again; call inside a transaction.

    Belongs into the transaction that stores the new stamp of an entry: a run that is killed
    before it comes to the pictures leaves that to the next one.
    """
    _set_due(person_ids, is_due=True)


def mark_all_due() -> None:
    """Have everybody's picture asked for again, as when another attribute holds it."""
    db.session.execute(update(PictureSource).values(is_due=True))


def get_picture(viewer: Viewer, handle: str, size: int, version: str = "") -> ShownPicture:
    """Return the picture of the person whom `handle` names; four queries at most.

    :param size: pixels; the next larger of the four sizes is taken, or the largest there is
    :param version: hash of the one that is meant; owners see one that the directory does not have
        yet
    :raises NotFound: if there is no picture, or this viewer may not see the person
    """
    person = get_shown(viewer, handle)
    hash_ = person.picture_hash
    if version not in {"", hash_} and _is_pending(viewer, person, version):
        hash_ = version
    found = _shown(person, hash_, size)
    if found is None:
        raise NotFound(_("There is no picture of “%(handle)s” here.", handle=handle))
    return found


def picture_of(person: Person, size: int) -> ShownPicture | None:
    """Return the picture of a person whom the viewer may see, or None; one query at most."""
    return _shown(person, person.picture_hash, size)


def _is_pending(viewer: Viewer, person: Person, version: str) -> bool:
    if viewer.person_id != person.id or viewer.behind:
        return False
    message = open_messages([person.id]).get(person.id, {}).get(PICTURE)
    return message is not None and message.new_value == version


def _shown(person: Person, hash_: str, size: int) -> ShownPicture | None:
    if not hash_:
        return None
    wanted = next((each for each in SIZES if each >= size), SIZES[-1])
    nearest = case((Picture.size >= wanted, Picture.size), else_=BEYOND - Picture.size)
    found = db.session.execute(
        select(Picture.size, Picture.content)
        .where(Picture.hash == hash_)
        .order_by(nearest)
        .limit(1)
    ).first()
    if found is None:
        return None
    return ShownPicture(found.content, hash_, found.size, person.login)


def _hash(delivery: Delivery) -> str:
    return delivery.picture.hash if delivery.picture else ""


def store_pictures(pictures: Sequence[PreparedPicture]) -> None:
    """Store pictures that are not there yet; call inside a transaction."""
    by_hash = {picture.hash: picture for picture in pictures}
    rows = select(Picture.hash).where(Picture.hash.in_(by_hash)).distinct()
    new = by_hash.keys() - set(db.session.scalars(rows))
    if new:
        db.session.execute(
            insert(Picture),
            [
                {"hash": hash_, "size": size, "content": content}
                for hash_ in sorted(new)
                for size, content in by_hash[hash_].sizes.items()
            ],
        )


def _name(hashes: Mapping[int, str]) -> None:
    if hashes:
        db.session.connection().execute(
            update(Person)
            .where(Person.id == bindparam("_id"))
            .values(picture_hash=bindparam("_hash")),
            [{"_id": person_id, "_hash": hash_} for person_id, hash_ in hashes.items()],
        )


def _note_sources(deliveries: Sequence[Delivery]) -> None:
    ids = [each.person_id for each in deliveries]
    db.session.execute(delete(PictureSource).where(PictureSource.person_id.in_(ids)))
    if deliveries:
        db.session.execute(
            insert(PictureSource),
            [
                {
                    "person_id": each.person_id,
                    "source_hash": each.source_hash,
                    "problem": each.problem,
                }
                for each in deliveries
            ],
        )


def drop_unused(hashes: Collection[str]) -> None:
    """Remove those of these pictures that nobody has any more; call inside a transaction."""
    shown = select(Person.picture_hash).where(Person.picture_hash.in_(hashes))
    used = db.session.scalars(union(shown, pictures_needed(hashes)))
    unused = set(hashes) - set(used)
    if unused:
        db.session.execute(delete(Picture).where(Picture.hash.in_(unused)))


def _set_due(person_ids: Sequence[int], *, is_due: bool) -> None:
    if person_ids:
        db.session.execute(
            update(PictureSource)
            .where(PictureSource.person_id.in_(person_ids))
            .values(is_due=is_due)
        )
