"""What somebody may take along of people, as one viewer sees them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func, select

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.errors import NotFound
from lupweb.field_types.email import is_address
from lupweb.field_types.linking import web_address
from lupweb.field_types.phone import dial_link
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.cards import PersonCard, cards, visible_values
from lupweb.profiles.editor import IN_VCARD as OWN_PROPERTY
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.models import Picture
from lupweb.profiles.origins import came_at
from lupweb.profiles.readers import NOTHING_ASKED, Asked, get_shown, seen_as
from lupweb.profiles.reporting import MANAGER
from lupweb.search.folding import fold
from lupweb.texts import _

PHOTO_SIZE = 256
STREET, COMPANY = "street", "company"
"""Keys of the fields that postal address and organisation have a place for, where they exist."""
KINDS_OF_NUMBERS = {
    "mobile": "cell",
    "mobiletelephonenumber": "cell",
    "facsimiletelephonenumber": "fax",
    "fax": "fax",
    "homephone": "home",
    "pager": "pager",
}
"""Attribute of a directory, or key of a field -> what kind of number it holds (RFC 4524, 4519)."""


@dataclass(frozen=True)
class Further:
    """A value that is no standard one.

    :param kind: "phone", "cell", "fax", "home", "pager", "email" or "url" where other programs know
        it as one; "" for a note
    :param value: as such a property has it: a tel: address, an address; else text
    """

    kind: str
    label: str
    value: str


@dataclass(frozen=True)
class Contact:
    """What somebody may take along of a person; "" where there is nothing, or nothing to see.

    :param uid: the same for this person on this site, whatever changes
    :param phone_href, chat_href: addresses that call and open a chat
    :param photo: JPEG
    :param others: what else there is, in the order of the profile
    """

    uid: str
    login: str
    name: str
    given: str
    family: str
    email: str
    phone: str
    phone_href: str
    chat: str
    chat_href: str
    website: str
    position: str
    department: str
    location: str
    manager: str
    changed_at: datetime
    photo: bytes = b""
    others: Sequence[Further] = ()
    street: str = ""
    company: str = ""


def contact_of(
    viewer: Viewer, layout: Layout, handle: str, site: str, asked: Asked = NOTHING_ASKED
) -> Contact:
    """Return what `viewer` may take along of the person whom `handle` names.

    :param site: the address of the site; a person has another `uid` on another site
    :raises NotFound: if there is nobody, or nobody who is active and whom this viewer may see
    """
    person = get_shown(viewer, handle)
    if person.state not in SHOWN:
        raise NotFound(_("Nobody is called “%(handle)s” here.", handle=handle))
    return contacts_of(seen_as(viewer, person, asked), layout, [person], site)[0]


def contacts_of(
    viewer: Viewer, layout: Layout, people: Sequence[Person], site: str
) -> list[Contact]:
    """Return what `viewer` may take along of each of these people, who are active; seven queries.

    :param site: as in `contact_of`
    """
    groups = groups_of([person.id for person in people])
    photos = _photos({person.picture_hash for person in people} - {""})
    found = []
    for person, card in zip(people, cards(viewer, layout, people, with_manager=True), strict=True):
        seen = visible_values(viewer, layout, person, groups[person.id])
        taken = {field: value for field, value in seen.items() if field.in_vcard}
        found.append(_contact(person, card, taken, site, photos.get(person.picture_hash, b"")))
    return found


def name_parts(name: str, sort_name: str) -> tuple[str, str]:
    """Return given and family name.

    :param sort_name: begins with the family name as the directory has it, folded; without one the
        last word is taken
    """
    words = name.split()
    family = sort_name.removesuffix(fold(name)).strip()
    for cut in range(len(words) if family else 0):
        before, after = " ".join(words[:cut]), " ".join(words[cut:])
        if fold(after) == family:
            return before, after
        if before and fold(before.rstrip(",")) == family:
            return after, before.rstrip(",")
    return " ".join(words[:-1]), " ".join(words[-1:])


def kind_of_number(attribute: str, key: str) -> str:
    """Return what kind of number a field holds: "phone" where nothing says it.

    :param attribute: that fills the field; it goes before its key
    """
    names = (attribute.lower(), key.replace("_", ""))
    return next((KINDS_OF_NUMBERS[name] for name in names if name in KINDS_OF_NUMBERS), "phone")


def _contact(
    person: Person, card: PersonCard, seen: Mapping[FieldLayout, str], site: str, photo: bytes
) -> Contact:
    keys = {field.key for field in seen}
    texts = {
        field.key: field.type.text(value)
        for field, value in seen.items()
        if not field.type.names_people
    }
    given, family = name_parts(person.name, person.sort_name)
    return Contact(
        uid=uuid5(NAMESPACE_URL, f"{site}/people/id:{person.id}").urn,
        login=person.login,
        name=person.name,
        given=given,
        family=family,
        email=card.email,
        phone=texts.get("phone", ""),
        phone_href=card.phone_href if "phone" in keys else "",
        chat=texts.get("im", ""),
        chat_href=card.chat_href if "im" in keys else "",
        website=web_address(texts.get("website", "")) or "",
        position=texts.get("position", ""),
        department=texts.get("department", ""),
        location=texts.get("location", ""),
        manager=card.manager.name if card.manager and MANAGER in keys else "",
        changed_at=_changed_at(person, seen),
        photo=photo,
        others=_others(seen),
        street=texts.get(STREET, ""),
        company=texts.get(COMPANY, ""),
    )


def _photos(hashes: Collection[str]) -> dict[str, bytes]:
    """Return the largest picture of each hash that fits into a contact; one query at most."""
    if not hashes:
        return {}
    largest = (
        select(Picture.hash, func.max(Picture.size).label("size"))
        .where(Picture.hash.in_(hashes), Picture.size <= PHOTO_SIZE)
        .group_by(Picture.hash)
        .subquery()
    )
    is_largest = (Picture.hash == largest.c.hash) & (Picture.size == largest.c.size)
    rows = select(Picture.hash, Picture.content).join(largest, is_largest)
    return dict(db.session.execute(rows).all())


def _others(seen: Mapping[FieldLayout, str]) -> list[Further]:
    """Return the values of fields that are no standard ones, in their order.

    Whom a value names is left out: a login or a DN says nothing outside.
    """
    return [
        _further(field, value)
        for field, value in seen.items()
        if field.key not in {*OWN_PROPERTY, STREET, COMPANY} and not field.type.names_people
    ]


def _further(field: FieldLayout, value: str) -> Further:
    match field.type.key:
        case "phone" if dialled := dial_link(value, field.type.options.get("region")):
            return Further(kind_of_number(field.attribute, field.key), field.name, dialled)
        case "email" if is_address(value):
            return Further("email", field.name, value)
        case "url" if address := web_address(value):
            return Further("url", field.name, address)
    return Further("", field.name, field.type.text(value))


def _changed_at(person: Person, seen: Mapping[FieldLayout, str]) -> datetime:
    """Return when the youngest of the values that are seen came; now, if none says."""
    times = (came_at(person.provenance, field.key) for field in seen)
    return max(filter(None, times), default=clock.now())
