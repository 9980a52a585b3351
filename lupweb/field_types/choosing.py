"""What the types that choose from a list of the administrator's have in common."""

from collections.abc import Mapping
from typing import Any

from lupweb.errors import InvalidValue
from lupweb.field_types.base import Choice, FieldType
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.field_types.ordering import sort_text
from lupweb.texts import _

CHOICES = "choices"
"""Name of the option that the configuration file calls `options`."""
BEHIND_ALL = "~"


class ChoosingType(FieldType):
    """Options in the administrator's order; another value from a directory is kept and shown."""

    option_list = (
        TypeOption(
            CHOICES, OptionKind.LINES, [], _("Options"), _("What may be chosen, in this order.")
        ),
        TypeOption(
            "add_unknown",
            OptionKind.SWITCH,
            False,
            _("Take up what LDAP delivers"),
            _("A value from LDAP that is no option becomes one; otherwise it is listed."),
        ),
    )

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse two options that differ by case only: a directory's value could be either."""
        seen: set[str] = set()
        for choice in options.get(CHOICES, ()):
            if choice.casefold() in seen:
                raise InvalidValue(_("The option “%(choice)s” is there twice.", choice=choice))
            seen.add(choice.casefold())

    def read_one(self, value: bytes) -> str:
        """Return the option as the administrator spells it; an unknown one as delivered."""
        text = super().read_one(value)
        return self._spelled().get(text.casefold(), text)

    def choices(self, value: str = "") -> list[Choice]:
        """Return the options in their order, and behind them what is stored and is none."""
        offered = [Choice(choice, choice) for choice in self.option(CHOICES)]
        return offered + [Choice(item, item, is_known=False) for item in self.unknown(value)]

    def unknown(self, value: str) -> list[str]:
        """Return those of the stored values that are no option: an administrator sees them."""
        known = set(self.option(CHOICES))
        return [item for item in self.split(value) if item not in known]

    def with_added(self, value: str) -> dict[str, Any]:
        """Return the field's options with the unknown values of `value` taken up among them."""
        return {**self.options, CHOICES: [*self.option(CHOICES), *self.unknown(value)]}

    def checked(self, text: str, stored: str) -> str:
        """Return the option that `text` means; what was stored may stay, option or not.

        :raises InvalidValue: if it is neither
        """
        found = self._spelled().get(text.casefold())
        if found is not None:
            return found
        if text in self.split(stored):
            return text
        raise InvalidValue(
            _("“%(text)s” is not on the list. Choose one of its options.", text=text[:200])
        )

    def place(self, item: str) -> str:
        """Return a text that stands where one option belongs among the others."""
        offered = self.option(CHOICES)
        if item in offered:
            return f"{offered.index(item):06}"
        return BEHIND_ALL + sort_text(item)

    def _spelled(self) -> dict[str, str]:
        return {choice.casefold(): choice for choice in self.option(CHOICES)}
