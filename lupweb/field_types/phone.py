"""A telephone number: shown and dialled in its international form."""

import re
from functools import lru_cache
from types import MappingProxyType

import phonenumbers
from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY, FieldType, People, PersonLink
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.texts import _

LONGEST_NUMBER = 64
"""Characters; longer texts are no numbers, and Active Directory holds no more."""
LONGEST_SHORT = 6
REMEMBERED = 4096
INTERNATIONAL = re.compile(r"(?=(?:\D*\d){8,15}\D*$)\+[1-9][0-9]{0,2}(?:[ -][0-9]+)+", re.ASCII)
"""A number that says all: it is shown with the blanks that it has, and dialled as it is written
(RFC 3966). To analyse those of 24 people costs as much as a page."""


class PhoneType(FieldType):
    """A telephone number. What a directory delivers is kept as delivered."""

    key = "phone"
    label = _("Phone number")
    explanation = _("A telephone number, checked and shown with its country code; a click calls.")
    examples = ("0611 20570", "+49 611 20570 ext. 12")
    example_options = MappingProxyType({"region": "DE"})
    option_list = (
        TypeOption(
            "region",
            OptionKind.TEXT,
            "",
            _("Country"),
            _("Country (ISO 3166) of numbers without “+”. Empty: that of the site."),
        ),
        TypeOption(
            "short_numbers",
            OptionKind.SWITCH,
            False,
            _("Extensions alone"),
            _("Also take numbers that work inside the house only, such as 1234."),
        ),
    )
    input_type = "tel"
    is_facet = False

    def parse_one(self, text: str) -> str:
        """Return the number as it is shown, and as a directory gets it.

        An extension alone is refused unless the field takes them (writeback.md section 13).
        """
        shown = shown_number(text, self._region())
        if shown:
            return shown
        if self.option("short_numbers") and text.isdecimal() and len(text) <= LONGEST_SHORT:
            return text
        raise InvalidValue(
            _(
                "This is no full telephone number. An example: +49 611 20570. An extension goes"
                " behind it, as in +49 611 20570 ext. 12."
            )
        )

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return the number as a link that dials it; a text that is no number stays text."""
        link = dial_link(value, self._region())
        if not link:
            return escape(value)
        return Markup('<a class="num" href="{}">{}</a>').format(link, self.text(value))

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the number with its country code; with one, or no number, as it is delivered."""
        if INTERNATIONAL.fullmatch(value):
            return value
        return shown_number(value, self._region()) or value

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the number as it is stored; the search knows all forms of it."""
        return value

    def _region(self) -> str:
        return str(self.option("region"))


def number_of(text: str, region: str | None = None) -> phonenumbers.PhoneNumber | None:
    """Return the number in `text`, or None if it is no full number.

    :param region: ISO 3166 code assumed for numbers without "+"
    """
    if len(text) > LONGEST_NUMBER:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def dial_link(text: str, region: str | None = None) -> str:
    """Return the `tel:` address (RFC 3966) that dials the number in `text`, or ""."""
    if INTERNATIONAL.fullmatch(text):
        return "tel:" + text.replace(" ", "-")
    return _written(text, region, phonenumbers.PhoneNumberFormat.RFC3966)


def shown_number(text: str, region: str | None = None) -> str:
    """Return the number in `text` in its international form, such as “+49 611 20570”, or ""."""
    return _written(text, region, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@lru_cache(REMEMBERED)
def _written(text: str, region: str | None, form: int) -> str:
    number = number_of(text, region)
    return "" if number is None else phonenumbers.format_number(number, form)
