"""The address of a web page."""

import re

from markupsafe import Markup

from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY, FieldType, People, PersonLink
from lupweb.field_types.linking import link_address, web_link
from lupweb.texts import _

WITHOUT_SCHEME = re.compile(r"[^\s:/?#@]+\.[^\s:/?#@.]+(?:[/?#]\S*)?")


class UrlType(FieldType):
    """A web address; http, https, mailto and tel become links, nothing else does."""

    key = "url"
    label = _("Web address")
    explanation = _("A link: a web address, or one that begins with mailto: or tel:.")
    examples = (
        "https://example.com/ines",
        "example.com",
        "mailto:ines@example.com",
        "tel:+49611 20570",
    )
    input_type = "url"
    is_facet = False

    def parse_one(self, text: str) -> str:
        """Return the address; one that was typed without https:// gets it."""
        address = f"https://{text}" if WITHOUT_SCHEME.fullmatch(text) else text
        if link_address(address) is None:
            raise InvalidValue(
                _("This is no web address. It begins with https://, http://, mailto: or tel:.")
            )
        return address

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return the address as a link."""
        return web_link(value)
