"""Several of the administrator's options."""

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


class MultiSelectType(ChoosingType):
    """Several options of a list, always in the order of the list."""

    key = "multi_select"
    label = _("Several options of a list")
    explanation = _("Any number of the options that you list, in your order.")
    examples = ("Porto", "Hamburg")
    example_options = MappingProxyType({"choices": ["Hamburg", "Porto"]})
    control = Control.CHECKBOXES
    is_multiple = True

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return the options that were ticked."""
        texts = filter(None, map(typed_text, typed))
        return self.joined(self.checked(text, stored) for text in texts)

    def ordered(self, items: list[str]) -> list[str]:
        """Return the options in the order of the list, behind them what is none."""
        return sorted(items, key=self.place)

    def sort_key(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> str:
        """Return the places of the options in the list."""
        return " ".join(map(self.place, self.split(value)))
