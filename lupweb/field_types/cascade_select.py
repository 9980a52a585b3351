"""A leaf of a tree, such as continent, country, town."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lupweb.errors import InvalidValue
from lupweb.field_types.base import (
    NOBODY,
    Choice,
    Control,
    FieldType,
    People,
    PersonLink,
    typed_text,
)
from lupweb.field_types.choosing import BEHIND_ALL, CHOICES
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.field_types.ordering import sort_text
from lupweb.field_types.trees import BETWEEN, Tree, tree_of
from lupweb.texts import _


class CascadeSelectType(FieldType):
    """One leaf; stored as the ids on the way to it: `eu/de/hh`. Read from a directory only."""

    key = "cascade_select"
    label = _("One leaf of a tree")
    explanation = _("One end of a tree that you list, such as continent, country, town.")
    examples = ("Hamburg", "eu/pt")
    example_options = MappingProxyType(
        {"choices": ["eu,Europe,de,Germany,hh,Hamburg", "eu,Europe,pt,Portugal"]}
    )
    option_list = (
        TypeOption(
            CHOICES,
            OptionKind.LINES,
            [],
            _("Tree"),
            _("CSV, a line for each leaf: id,name for each level. Short lines end sooner."),
        ),
    )
    control = Control.TREE
    can_write = False

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse lines that make no tree."""
        tree_of(tuple(options.get(CHOICES, ())))

    def read_one(self, value: bytes) -> str:
        """Return the leaf for its path, its id or its name where these are unique.

        What is no leaf is kept as delivered.
        """
        text = super().read_one(value)
        return self._tree().find(text) or text

    def choices(self, value: str = "") -> list[Choice]:
        """Return the leaves in their order, each under the way to it."""
        leaves = self._tree().leaves
        offered = [
            Choice(path, names[-1], BETWEEN.join(names[:-1])) for path, names in leaves.items()
        ]
        unknown = [Choice(value, value, is_known=False)] if value and value not in leaves else []
        return offered + unknown

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return the leaf that was chosen."""
        text = typed_text(typed[0]) if typed else ""
        leaf = self._tree().find(text)
        if text and not leaf:
            raise InvalidValue(
                _("“%(text)s” is not on the list. Choose one of its ends.", text=text[:200])
            )
        return leaf

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the whole way to the leaf, such as “Europe › Germany › Hamburg”."""
        names = self._tree().leaves.get(value)
        return BETWEEN.join(names) if names else value

    def sort_key(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> str:
        """Return the place of the leaf in the tree."""
        place = self._tree().places.get(value)
        return f"{place:06}" if place is not None else value and BEHIND_ALL + sort_text(value)

    def _tree(self) -> Tree:
        try:
            return tree_of(tuple(self.option(CHOICES)))
        except InvalidValue:  # never stored by a form; a damaged one shows values as they are
            return Tree({})
