"""Several lines of text, line breaks kept."""

from markupsafe import Markup, escape

from lupweb.field_types.base import LONGEST, FieldType, PersonLink
from lupweb.ldap.cleaning import clean_text
from lupweb.texts import _


class MultilineType(FieldType):
    """Several lines."""

    key = "multiline"
    label = _("Several lines of text")

    def read_one(self, value: bytes) -> str:
        """Return the lines as they are stored.

        A postal address of the directory separates its lines with `$` (RFC 4517 section 3.3.28).
        """
        text = clean_text(value, max_length=LONGEST, multiline=True)
        if self.options.get("postal_address"):
            lines = [part.replace("\\24", "$").replace("\\5C", "\\") for part in text.split("$")]
            text = "\n".join(line.strip() for line in lines)
        return text

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return the lines, broken where they were broken."""
        return Markup("<br>").join(escape(line) for line in value.splitlines())
