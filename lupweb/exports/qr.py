"""A person as a QR code for the camera of a phone."""

from io import BytesIO

import segno

from lupweb.exports.contacts import Contact
from lupweb.profiles.content_lines import escaped

LONGEST = 45
"""Characters of one value."""
ROOM = 350
"""Octets of the whole card; more make dots that a camera does not tell apart on a screen."""
QUIET_ZONE = 4
"""Modules without a dot around the code (ISO/IEC 18004)."""


def qr_svg(contact: Contact) -> bytes:
    """Return a drawing that a camera reads as a contact: dark dots on white in every theme."""
    code = segno.make(small_card(contact), error="l", micro=False, encoding="utf-8")
    drawing = BytesIO()
    code.save(
        drawing,
        kind="svg",
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        xmldecl=False,
        omitsize=True,
        svgclass=None,
        lineclass=None,
    )
    return drawing.getvalue()


def small_card(contact: Contact) -> str:
    """Return a vCard 3.0 (RFC 2426), which cameras know: what is needed to call and to write.

    A text that is too long is cut. An address that is too long is left out, and so is what finds
    no room any more.
    """
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{_short(contact.family)};{_short(contact.given)}",
        f"FN:{_short(contact.name)}",
    ]
    wanted = {
        "TEL;TYPE=WORK": _short(contact.phone),
        "EMAIL": _whole(contact.email),
        "ORG": ";".join(filter(None, map(_short, (contact.company, contact.department)))),
        "TITLE": _short(contact.position),
        "URL": _whole(contact.website),
    }
    for name, value in wanted.items():
        line = f"{name}:{value}"
        if value and len("\n".join([*lines, line]).encode()) <= ROOM:
            lines.append(line)
    return "\n".join([*lines, "END:VCARD"])


def _short(text: str) -> str:
    return escaped(" ".join(text[:LONGEST].split()))


def _whole(address: str) -> str:
    return escaped(address) if len(address) <= LONGEST else ""
