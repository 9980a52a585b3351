"""The addresses by which a card lets people be reached. Pure."""

import re
from collections.abc import Mapping

from lupweb.field_types.instant_messenger import InstantMessengerType
from lupweb.field_types.phone import dial_link
from lupweb.profiles.layout import FieldLayout

INTERNATIONAL = re.compile(r"(?=(?:\D*\d){8,15}\D*$)\+[1-9][0-9]{0,2}(?:[ -][0-9]+)+", re.ASCII)
"""A number that is dialled as it is written (RFC 3966): to analyse 24 costs as much as a page."""
Seen = Mapping[str, tuple[FieldLayout, str]]
"""Field key -> field and value, of those that may be seen."""


def phone_href(seen: Seen) -> str:
    """Return the link that calls somebody; "" if there is no number, or none that is seen."""
    if "phone" not in seen:
        return ""
    field, value = seen["phone"]
    if INTERNATIONAL.fullmatch(value):
        return "tel:" + value.replace(" ", "-")
    return dial_link(value, field.type.options.get("region"))


def chat_href(seen: Seen) -> str:
    """Return the link that opens a chat with somebody; "" if there is none."""
    if "im" not in seen:
        return ""
    field, value = seen["im"]
    return field.type.address(value) if isinstance(field.type, InstantMessengerType) else ""
