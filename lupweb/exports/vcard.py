"""One person as a vCard 4.0 (RFC 6350), as one viewer sees them."""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from lupweb import clock
from lupweb.accounts.viewers import Viewer
from lupweb.errors import NotFound
from lupweb.field_types.email import is_address
from lupweb.field_types.linking import web_address
from lupweb.field_types.phone import dial_link
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.people.states import SHOWN
from lupweb.profiles.cards import cards, visible_values
from lupweb.profiles.editor import IN_VCARD as OWN_PROPERTY
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.origins import came_at
from lupweb.profiles.pictures import picture_of
from lupweb.profiles.readers import NOTHING_ASKED, Asked, get_shown, seen_as
from lupweb.profiles.reporting import MANAGER
from lupweb.search.folding import fold
from lupweb.texts import _

LINE = 75
"""Octets of a line before it is folded (RFC 6350 section 3.2)."""
PHOTO_SIZE = 256
SPECIAL = re.compile(r"([\\,;])")
LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True)
class Contact:
    """What somebody may take along of a person; "" where there is nothing, or nothing to see.

    :param uid: the same for this person on this site, whatever changes
    :param phone_href, chat_href: addresses that call and open a chat
    :param photo: JPEG
    :param others: further properties: property and parameters, and the value as it is written
    :param note: what else there is, in lines such as “Room: 3.14”
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
    others: Sequence[tuple[str, str]] = ()
    note: str = ""


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
    viewer = seen_as(viewer, person, asked)
    card = cards(viewer, layout, [person], with_manager=True)[0]
    visible = visible_values(viewer, layout, person, groups_of([person.id])[person.id])
    seen = {field: value for field, value in visible.items() if field.in_vcard}
    taken = {field.key for field in seen}
    texts = {
        field.key: field.type.text(value)
        for field, value in seen.items()
        if not field.type.names_people
    }
    others, notes = _further(seen)
    picture = picture_of(person, PHOTO_SIZE)
    given, family = name_parts(person.name, person.sort_name)
    return Contact(
        uid=uuid5(NAMESPACE_URL, f"{site}/people/id:{person.id}").urn,
        login=person.login,
        name=person.name,
        given=given,
        family=family,
        email=card.email,
        phone=texts.get("phone", ""),
        phone_href=card.phone_href if "phone" in taken else "",
        chat=texts.get("im", ""),
        chat_href=card.chat_href if "im" in taken else "",
        website=web_address(texts.get("website", "")) or "",
        position=texts.get("position", ""),
        department=texts.get("department", ""),
        location=texts.get("location", ""),
        manager=card.manager.name if card.manager and MANAGER in taken else "",
        changed_at=_changed_at(person, seen),
        photo=picture.content if picture else b"",
        others=others,
        note="\n".join(notes),
    )


def vcard(contact: Contact) -> bytes:
    """Return the contact as a file of one vCard 4.0: UTF-8, lines folded."""
    return "".join(_folded(line) for line in _lines(contact)).encode()


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


def escaped(text: str) -> str:
    """Return `text` as a value of a vCard; no line of it begins another property (RFC 6350 3.4)."""
    lines = LINE_BREAKS.sub("\n", text)
    clean = "".join(
        each for each in lines if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}
    )
    return SPECIAL.sub(r"\\\1", clean).replace("\n", "\\n")


def _lines(contact: Contact) -> Iterator[str]:
    yield from ("BEGIN:VCARD", "VERSION:4.0", "KIND:individual")
    yield f"UID:{contact.uid}"
    yield f"REV:{contact.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"FN:{escaped(contact.name)}"
    yield f"N:{escaped(contact.family)};{escaped(contact.given)};;;"
    for prefix, value in _properties(contact).items():
        if value:
            yield f"{prefix}:{value}"
    for prefix, value in contact.others:
        yield f"{prefix}:{value}"
    if contact.note:
        yield f"NOTE:{escaped(contact.note)}"
    yield "END:VCARD"


def _properties(contact: Contact) -> Mapping[str, str]:
    """Return property and parameters -> value as it is written; "" where there is none."""
    photo = b64encode(contact.photo).decode()
    department, location = escaped(contact.department), escaped(contact.location)
    return {
        "EMAIL;TYPE=work": escaped(contact.email),
        'TEL;VALUE=uri;TYPE="work,voice"': contact.phone_href,
        "TEL;VALUE=text;TYPE=work": "" if contact.phone_href else escaped(contact.phone),
        "IMPP;TYPE=work": contact.chat_href,
        # RFC 9554: a name in a chat of which no address is known
        "SOCIALPROFILE;SERVICE-TYPE=chat;VALUE=text": (
            "" if contact.chat_href else escaped(contact.chat)
        ),
        "URL;TYPE=work": contact.website,
        "TITLE": escaped(contact.position),
        "ORG": f";{department}" if department else "",
        "ADR;TYPE=work": f";;;{location};;;" if location else "",
        "RELATED;TYPE=co-worker;VALUE=text": escaped(contact.manager),
        "PHOTO": f"data:image/jpeg;base64,{photo}" if photo else "",
    }


def _further(seen: Mapping[FieldLayout, str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the properties and the notes of fields that are no standard ones, in their order.

    Whom a value names is left out: a login or a DN says nothing outside.
    """
    others: list[tuple[str, str]] = []
    notes: list[str] = []
    for field, value in seen.items():
        if field.key in OWN_PROPERTY or field.type.names_people:
            continue
        found = _property(field, value)
        if found:
            others.append(found)
        else:
            notes.append(f"{field.name}: {field.type.text(value)}")
    return others, notes


def _property(field: FieldLayout, value: str) -> tuple[str, str] | None:
    """Return a value as a property that other programs understand; None: it is a note."""
    match field.type.key:
        case "phone" if dialled := dial_link(value, field.type.options.get("region")):
            return "TEL;VALUE=uri;TYPE=work", dialled
        case "email" if is_address(value):
            return "EMAIL;TYPE=work", escaped(value)
        case "url" if address := web_address(value):
            return "URL;TYPE=work", address
    return None


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, none of which cuts a character."""
    pieces, room = [""], LINE
    for sign in line:
        octets = len(sign.encode())
        if octets > room:
            pieces.append(" ")
            room = LINE - 1
        pieces[-1] += sign
        room -= octets
    return "\r\n".join(pieces) + "\r\n"


def _changed_at(person: Person, seen: Mapping[FieldLayout, str]) -> datetime:
    """Return when the youngest of the values that are seen came; now, if none says."""
    times = (came_at(person.provenance, field.key) for field in seen)
    return max(filter(None, times), default=clock.now())
