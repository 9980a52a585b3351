"""A mail address."""

from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY, FieldType, People, PersonLink
from lupweb.field_types.linking import is_address, mail_link
from lupweb.texts import _


class EmailType(FieldType):
    """A mail address."""

    key = "email"
    label = _("Email address")
    explanation = _("A mail address; a click writes to it.")
    examples = ("ines@example.com", "jdoe@corp.local")
    input_type = "email"
    is_facet = False

    def parse_one(self, text: str) -> str:
        """Return the address."""
        if not is_address(text):
            raise InvalidValue(_("This is no mail address. An example: ines@example.com."))
        return text

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return the address as a link to write to it; a text that is no address stays text."""
        return mail_link(value) if is_address(value) else escape(value)


__all__ = ["EmailType", "is_address"]
