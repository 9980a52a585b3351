"""Yes or no."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lupweb.errors import InvalidValue
from lupweb.field_types.base import (
    NOBODY,
    Control,
    FieldType,
    People,
    PersonLink,
)
from lupweb.field_types.options import OptionKind, TypeOption
from lupweb.texts import _

TRUE, FALSE = "true", "false"
SHOWN = {TRUE: _("Yes"), FALSE: _("No")}
UNDERSTOOD = {
    **dict.fromkeys(("true", "yes", "y", "1", "on", "ja", "wahr"), TRUE),
    **dict.fromkeys(("false", "no", "n", "0", "off", "nein", "falsch"), FALSE),
}


class CheckboxType(FieldType):
    """Yes, no, or not said; stored as `true` and `false`.

    A box that is not ticked posts nothing, so the form carries a hidden value before it: what
    `unticked` returns. Whoever never touched the box has said nothing.
    """

    key = "checkbox"
    label = _("Yes or no")
    explanation = _("A box to tick. Who never touched it has said neither yes nor no.")
    examples = ("true", "no")
    option_list = (
        TypeOption(
            "ldap_true", OptionKind.TEXT, "TRUE", _("Yes in LDAP"), _("How LDAP writes yes.")
        ),
        TypeOption(
            "ldap_false", OptionKind.TEXT, "FALSE", _("No in LDAP"), _("How LDAP writes no.")
        ),
    )
    control = Control.SWITCH

    @classmethod
    def check_together(cls, options: Mapping[str, Any]) -> None:
        """Refuse one word for both."""
        words = [options.get("ldap_true", "TRUE"), options.get("ldap_false", "FALSE")]
        if "" in words or words[0].casefold() == words[1].casefold():
            raise InvalidValue(_("Yes and no in LDAP need two different words."))

    def read_one(self, value: bytes) -> str:
        """Return yes or no; what is neither is kept as delivered."""
        text = super().read_one(value)
        own = {
            self.option("ldap_true").casefold(): TRUE,
            self.option("ldap_false").casefold(): FALSE,
        }
        return {**UNDERSTOOD, **own}.get(text.casefold(), text)

    def write(self, value: str, dns: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """Return yes or no in the directory's words."""
        words = {TRUE: self.option("ldap_true"), FALSE: self.option("ldap_false")}
        return [words.get(value, value).encode()] if value else []

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return yes if the box was ticked, else what the hidden value says."""
        said = [
            UNDERSTOOD.get(text.casefold(), "")
            for text in map(str.strip, typed)
            if text and text != stored
        ]
        if "" in said:
            raise InvalidValue(_("Tick the box for yes, or leave it empty for no."))
        if TRUE in said or (stored == TRUE and stored in typed):
            return TRUE
        return said[0] if said else stored if stored in typed else ""

    def unticked(self, value: str) -> str:
        """Return what the form posts beside the box, and alone where the box is not ticked."""
        return FALSE if value == TRUE else value

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return yes or no; what is neither as it was delivered."""
        return str(SHOWN.get(value, value))

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return nothing: nobody is looked for by yes or no."""
        return ""

    def sort_key(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> str:
        """Return yes before no."""
        return {TRUE: "0", FALSE: "1"}.get(value, value and "2")

    def export(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> Any:
        """Return true or false; what is neither as text."""
        return {TRUE: True, FALSE: False}.get(value, value)
