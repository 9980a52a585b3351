"""A telephone number: shown as it was delivered, dialled in its international form."""

import phonenumbers
from markupsafe import Markup, escape

from lupweb.field_types.base import FieldType, PersonLink
from lupweb.texts import _


class PhoneType(FieldType):
    """A telephone number."""

    key = "phone"
    label = _("Phone number")

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return the number as a link that dials it; a text that is no number stays text."""
        link = dial_link(value, self.options.get("region"))
        if not link:
            return escape(value)
        return Markup('<a class="num" href="{}">{}</a>').format(link, value)


def number_of(text: str, region: str | None = None) -> phonenumbers.PhoneNumber | None:
    """Return the number in `text`, or None if it is no full number.

    :param region: ISO 3166 code assumed for numbers without "+"
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def dial_link(text: str, region: str | None = None) -> str:
    """Return the `tel:` address (RFC 3966) that dials the number in `text`, or ""."""
    number = number_of(text, region)
    if number is None:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966)
