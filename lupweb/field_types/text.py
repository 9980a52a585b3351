"""One line of text; addresses in it become links. Or a fixed link, made of other fields."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from lupweb.errors import InvalidValue
from lupweb.field_types.base import NOBODY, FieldType, People, PersonLink
from lupweb.field_types.linking import link, link_address, linked_text
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.texts import _

PLACEHOLDER = re.compile(r"\{([A-Za-z0-9][A-Za-z0-9_-]{0,62})\}")
STAND_IN = "x@example.com"


class TextType(FieldType):
    """One line. With the option `link` the value is an address, filled in from other fields."""

    key = "text"
    label = _("One line of text")
    explanation = _("One line. Web and mail addresses in it become links.")
    examples = ("Platform engineering", "https://example.com/a?b=c")
    option_list = (
        TypeOption(
            "link",
            OptionKind.TEXT,
            "",
            _("Fixed link"),
            _("An address with {field key} for values of the person. Nobody edits it then."),
        ),
        TypeOption(
            "link_label", OptionKind.TEXT, "", _("Text of the link"), _("Empty: the address.")
        ),
    )

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse a link that leads nowhere, or whose server a person could choose."""
        template = options.get("link", "")
        if not template:
            if "link_label" in options:
                raise InvalidValue(_("A text of the link needs the link."))
            return
        if not PLACEHOLDER.search(template) or not _is_fixed(template):
            raise InvalidValue(
                _(
                    "The link begins with https://, http://, mailto: or tel: and has a"
                    " {field key} behind the name of the server."
                )
            )

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the keys of the fields that the link is made of."""
        if "link" not in self.options:  # as a rule; a first load asks for every value
            return ()
        return tuple(dict.fromkeys(PLACEHOLDER.findall(self.option("link"))))

    def compute(self, values: Mapping[str, str]) -> str:
        """Return the address, or "" where one of its fields is empty."""
        if not all(values.get(key) for key in self.sources):
            return ""
        return PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe="@"), self.option("link"))

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return the line with links in it, or the fixed link under its own text."""
        if self.sources:
            return link(link_address(value), self.text(value))
        return linked_text(value)

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the line, or the text of the fixed link."""
        return self.option("link_label") or value if self.sources and value else value

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the line; a fixed link says nothing about anybody."""
        return "" if self.sources else value


def _is_fixed(template: str) -> bool:
    """Return whether a template always leads to the same server, and to an address at all."""
    try:
        server = urlsplit(template).netloc
    except ValueError:
        return False
    digits = PLACEHOLDER.sub("12345", template)
    filled = PLACEHOLDER.sub(STAND_IN, template)
    return "{" not in server and bool(link_address(filled) or link_address(digits))
