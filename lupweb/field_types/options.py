"""What an administrator can choose for one field of a type: declared, checked, documented."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.texts import Text, _

MOST_LINES = 5_000
LONGEST_LINE = 1_000


class OptionKind(StrEnum):
    """What an option holds."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "true or false"
    LINES = "list"
    FIELD = "key of a field"


@dataclass(frozen=True)
class TypeOption:
    """An option that fields of a type have.

    :param choices: the only texts that it may hold; none: any text
    """

    name: str
    kind: OptionKind
    default: Any
    label: Text
    help: Text
    choices: tuple[str, ...] = ()

    def read(self, raw: Any) -> Any:
        """Return what was chosen, as it is stored.

        :raises InvalidValue: if it is of another kind, or none of the choices
        """
        value = _READERS[self.kind](raw)
        if self.choices and value not in self.choices:
            raise InvalidValue(
                _(
                    "“%(name)s” may be %(choices)s.",
                    name=self.name,
                    choices=", ".join(f"“{choice}”" for choice in self.choices),
                )
            )
        return value


def checked_options(declared: Sequence[TypeOption], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `given` as it is stored, without what is at its default.

    :raises InvalidValue: if an option is unknown or of another kind
    """
    known = {option.name: option for option in declared}
    checked = {}
    for name, raw in given.items():
        if name not in known:
            raise InvalidValue(_unknown(name, list(known)))
        value = known[name].read(raw)
        if value != known[name].default:
            checked[name] = value
    return checked


def _unknown(name: str, known: list[str]) -> Text:
    near = get_close_matches(name, known, n=1)
    if near:
        return _(
            "This type has no setting “%(name)s”. Is “%(near)s” meant?",
            name=name[:63],
            near=near[0],
        )
    if known:
        return _(
            "This type has no setting “%(name)s”. It has %(known)s.",
            name=name[:63],
            known=", ".join(known),
        )
    return _("This type has no settings; take “%(name)s” out.", name=name[:63])


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise InvalidValue(_("A text is expected here."))
    return clean_text(raw, max_length=LONGEST_LINE)


def _number(raw: Any) -> int | float | None:
    if raw is not None and (isinstance(raw, bool) or not isinstance(raw, int | float)):
        raise InvalidValue(_("A number is expected here."))
    return raw


def _switch(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise InvalidValue(_("Here it is true or false."))
    return raw


def _lines(raw: Any) -> list[str]:
    if not isinstance(raw, list | tuple):
        raise InvalidValue(_("A list of texts is expected here."))
    if len(raw) > MOST_LINES:
        raise InvalidValue(_("There is room for %(most)s lines.", most=MOST_LINES))
    return [line for line in map(_text, raw) if line]


_READERS: Mapping[OptionKind, Callable[[Any], Any]] = {
    OptionKind.TEXT: _text,
    OptionKind.NUMBER: _number,
    OptionKind.SWITCH: _switch,
    OptionKind.LINES: _lines,
    OptionKind.FIELD: _text,
}
