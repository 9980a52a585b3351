"""One of the administrator's options. Another value from a directory is kept and shown."""

from collections.abc import Sequence
from types import MappingProxyType

from lupweb.field_types.base import (
    NOBODY,
    Control,
    People,
    PersonLink,
    typed_text,
)
from lupweb.field_types.choosing import ChoosingType
from lupweb.texts import _


class SelectType(ChoosingType):
    """One option of a list; `options["choices"]` holds them in their order."""

    key = "select"
    label = _("One option of a list")
    explanation = _("One of the options that you list, in your order.")
    examples = ("Porto", "hamburg")
    example_options = MappingProxyType({"choices": ["Hamburg", "Porto"]})
    control = Control.CHOICES

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return the option that was chosen."""
        text = typed_text(typed[0]) if typed else ""
        return self.checked(text, stored) if text else ""

    def sort_key(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> str:
        """Return the place of the option in the list."""
        return self.place(value) if value else ""
