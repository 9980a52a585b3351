"""One line of text; an address of the web becomes a link."""

from markupsafe import Markup

from lupweb.field_types.base import FieldType, PersonLink
from lupweb.field_types.linking import web_link
from lupweb.texts import _


class TextType(FieldType):
    """One line."""

    key = "text"
    label = _("One line of text")

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return the line, a web address as a link."""
        return web_link(value)
