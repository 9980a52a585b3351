"""A value that follows from that of another field."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lupweb.errors import InvalidValue
from lupweb.field_types.base import FieldType
from lupweb.field_types.choosing import CHOICES
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.field_types.wildcards import fits
from lupweb.texts import _

ARROW = "->"


class DependentType(FieldType):
    """What the first rule `source value -> shown value` says that fits; never edited or written."""

    key = "dependent"
    label = _("Follows from another field")
    explanation = _("Filled from another field by a list “value -> shown”; nobody edits it.")
    examples = ("Human resources",)
    example_options = MappingProxyType(
        {"source": "department", "choices": ["HR* -> Human resources"]}
    )
    option_list = (
        TypeOption(
            "source", OptionKind.FIELD, "", _("Field"), _("Key of the field that it follows.")
        ),
        TypeOption(
            CHOICES,
            OptionKind.LINES,
            [],
            _("Rules"),
            _("Lines such as HR* -> Human resources; ? is one sign, * any. The first counts."),
        ),
        TypeOption(
            "otherwise",
            OptionKind.TEXT,
            "",
            _("Otherwise"),
            _("Shown where no rule fits the value. Empty: nothing."),
        ),
    )
    can_write = False

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse a field without a source, and a line that is no rule."""
        if not options.get("source"):
            raise InvalidValue(_("Name the field that it follows (source)."))
        for line in options.get(CHOICES, ()):
            source, arrow, _shown = line.partition(ARROW)
            if not (arrow and source.strip()):
                raise InvalidValue(
                    _("“%(line)s” is no rule. An example: HR* -> Human resources.", line=line[:100])
                )

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the key of the field that it follows."""
        return (self.option("source"),)

    def compute(self, values: Mapping[str, str]) -> str:
        """Return the shown value of the first rule that fits the source, or one of its values."""
        items = [line for line in values.get(self.option("source"), "").split("\n") if line]
        if not items:
            return ""
        for rule in self.option(CHOICES):
            source, _arrow, shown = rule.partition(ARROW)
            if any(fits(source.strip(), item) for item in items):
                return str(shown.strip())
        return str(self.option("otherwise"))
