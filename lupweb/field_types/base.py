"""What a type of field promises to every surface that shows, finds or reads its values."""

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import clean_text
from lupweb.texts import Text

LONGEST = 10_000
"""Characters of one value that are taken from outside."""


@dataclass(frozen=True)
class PersonLink:
    """A person that a value names: what to show, and the address of the profile."""

    name: str
    login: str
    address: str


@dataclass(frozen=True)
class FieldType(ABC):
    """A kind of value. Values are text; an empty text means that there is none.

    :param options: the administrator's choices for one field of this type
    """

    options: Mapping[str, Any]

    key: ClassVar[str]
    label: ClassVar[Text]
    refers_to_person: ClassVar[bool] = False

    def read(self, values: Sequence[bytes]) -> str:
        """Return the value that a source delivered, cleaned; "" if it delivered none.

        Of several values the lowest by bytes is taken, so that the choice does not change when a
        server returns them in another order (sync.md section 3).

        :raises InvalidValue: if the chosen value cannot be kept as text
        """
        return self.read_one(min(values)) if values else ""

    def read_one(self, value: bytes) -> str:
        """Return one delivered value as it is stored.

        :raises InvalidValue: if it cannot be kept as text
        """
        return clean_text(value, max_length=LONGEST)

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return `value` as markup.

        :param person: whom the value names, for types that refer to people
        """
        return escape(value)

    def text(self, value: str, person: PersonLink | None = None) -> str:
        """Return `value` as plain text, as people read and search it."""
        return value


__all__ = ["FieldType", "InvalidValue", "PersonLink"]
