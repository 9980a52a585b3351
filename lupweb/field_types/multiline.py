"""Several lines of text, line breaks kept."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from markupsafe import Markup, escape

from lupweb.field_types.base import (
    LONGEST,
    NOBODY,
    Control,
    FieldType,
    People,
    PersonLink,
    typed_text,
)
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.ldap.cleaning import clean_text
from lupweb.texts import _

ESCAPED = re.compile(r"\\(24|5[Cc])")


class MultilineType(FieldType):
    """Several lines."""

    key = "multiline"
    label = _("Several lines of text")
    explanation = _("Text of several lines, shown with its line breaks.")
    examples = ("Rua do Farol 12\n4150 Porto",)
    option_list = (
        TypeOption(
            "postal_address",
            OptionKind.SWITCH,
            False,
            _("Postal address"),
            _("The attribute separates lines with “$”, as postalAddress does (RFC 4517)."),
        ),
    )
    control = Control.LINES
    is_facet = False

    @property
    def leaves_lines_clean(self) -> bool:
        """Return whether `read` gives lines of clean text back as they are."""
        return not self.option("postal_address")

    def read_one(self, value: bytes) -> str:
        """Return the lines as they are stored.

        A postal address of the directory separates its lines with `$` (RFC 4517 section 3.3.28).
        """
        text = clean_text(value, max_length=LONGEST, multiline=True)
        if not self.option("postal_address"):
            return text
        lines = [ESCAPED.sub(_unescaped, line).strip() for line in text.split("$")]
        return "\n".join(lines).strip()

    def write(self, value: str, dns: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """Return one value; a postal address in the directory's own form."""
        if not self.option("postal_address"):
            return super().write(value)
        escaped = value.replace("\\", "\\5C").replace("$", "\\24")
        return [escaped.replace("\n", "$").encode()] if escaped else []

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return the lines without blanks at their ends."""
        text = typed_text(typed[0], multiline=True) if typed else ""
        return "\n".join(line.rstrip() for line in text.split("\n"))

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return the lines, broken where they were broken."""
        return Markup("<br>").join(escape(line) for line in value.split("\n"))

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the lines."""
        return value


def _unescaped(found: re.Match[str]) -> str:
    return "$" if found[1] == "24" else "\\"
