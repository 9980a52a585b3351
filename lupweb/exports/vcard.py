"""People as vCards 4.0 (RFC 6350)."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC

from lupweb.exports.contacts import Contact, Further
from lupweb.profiles.content_lines import escaped, folded

PROPERTIES = {
    "phone": "TEL;VALUE=uri;TYPE=work",
    "cell": "TEL;VALUE=uri;TYPE=cell",
    "fax": "TEL;VALUE=uri;TYPE=fax",
    "home": "TEL;VALUE=uri;TYPE=home",
    "pager": "TEL;VALUE=uri;TYPE=pager",
    "email": "EMAIL;TYPE=work",
    "url": "URL;TYPE=work",
}
"""Kind of a further value -> the property that it becomes, with its parameters."""


def vcard(contact: Contact) -> bytes:
    """Return the contact as a file of one vCard 4.0: UTF-8, lines folded."""
    return "".join(folded(line) for line in _lines(contact)).encode()


def vcards(blocks: Iterable[Iterable[Contact]]) -> Iterator[bytes]:
    """Yield the vCards of each block of people, one behind the other."""
    for block in blocks:
        yield b"".join(map(vcard, block))


def _lines(contact: Contact) -> Iterator[str]:
    yield from ("BEGIN:VCARD", "VERSION:4.0", "KIND:individual")
    yield f"UID:{contact.uid}"
    yield f"REV:{contact.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"FN:{escaped(contact.name)}"
    yield f"N:{escaped(contact.family)};{escaped(contact.given)};;;"
    for prefix, value in _properties(contact).items():
        if value:
            yield f"{prefix}:{value}"
    for each in contact.others:
        if each.kind:
            yield f"{PROPERTIES[each.kind]}:{_written(each)}"
    notes = "\n".join(f"{each.label}: {each.value}" for each in contact.others if not each.kind)
    if notes:
        yield f"NOTE:{escaped(notes)}"
    yield "END:VCARD"


def _written(further: Further) -> str:
    """Return the value of a property: an address as it is, text with its escapes."""
    return escaped(further.value) if further.kind == "email" else further.value


def _properties(contact: Contact) -> Mapping[str, str]:
    """Return property and parameters -> value as it is written; "" where there is none."""
    photo = b64encode(contact.photo).decode()
    department, location = escaped(contact.department), escaped(contact.location)
    street, company = escaped(contact.street), escaped(contact.company)
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
        "ORG": ";".join(filter(None, (company, department))),  # an empty one is shown as a line
        "ADR;TYPE=work": f";;{street};{location};;;" if street or location else "",
        "RELATED;TYPE=co-worker;VALUE=text": escaped(contact.manager),
        "PHOTO": f"data:image/jpeg;base64,{photo}" if photo else "",
    }
