"""The addresses by which a card lets people be reached. Pure."""

from collections.abc import Mapping

from lupweb.field_types.instant_messenger import InstantMessengerType
from lupweb.field_types.phone import dial_link
from lupweb.profiles.layout import FieldLayout

Seen = Mapping[str, tuple[FieldLayout, str]]
"""Field key -> field and value, of those that may be seen."""


def phone_href(seen: Seen) -> str:
    """Return the link that calls somebody; "" if there is no number, or none that is seen."""
    if "phone" not in seen:
        return ""
    field, value = seen["phone"]
    return dial_link(value, field.type.options.get("region"))


def chat_href(seen: Seen) -> str:
    """Return the link that opens a chat with somebody; "" if there is none."""
    if "im" not in seen:
        return ""
    field, value = seen["im"]
    return field.type.address(value) if isinstance(field.type, InstantMessengerType) else ""
