"""The attribute and value by which a directory says that somebody is switched off. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text

LONGEST = 255
"""Characters of a value; a longer one says something else."""


@dataclass(frozen=True)
class SwitchedOff:
    """What an administrator named: whoever has this value there is switched off.

    :param value: as `folded_value` gives it
    """

    attribute: str
    value: str

    def is_among(self, values: Iterable[bytes]) -> bool:
        """Return whether one of the values of the attribute is the one that switches off."""
        return any(folded_value(each) == self.value for each in values)


def folded_value(value: bytes | str) -> str:
    """Return a value in the form that is compared: clean, whatever its case; "" if it is no text.

    :param value: what an entry holds, or what an administrator typed
    """
    try:
        return clean_text(value, max_length=LONGEST).casefold()
    except InvalidValue:
        return ""


def switched_off_by(attribute: str, value: str) -> SwitchedOff | None:
    """Return the rule that two settings make; None unless both say something."""
    name, folded = attribute.strip(), folded_value(value)
    return SwitchedOff(name, folded) if name and folded else None
