"""The address of a web page."""

from markupsafe import Markup

from lupweb.field_types.base import FieldType, PersonLink
from lupweb.field_types.linking import web_link
from lupweb.texts import _


class UrlType(FieldType):
    """A web address; only http and https become links."""

    key = "url"
    label = _("Web address")

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return the address as a link."""
        return web_link(value)
