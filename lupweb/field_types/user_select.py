"""Exactly one person. A directory names them by DN; login and mail are understood as well."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from lupweb.field_types.base import (
    NOBODY,
    Control,
    FieldType,
    People,
    PersonLink,
)
from lupweb.field_types.referring import dn_of, person_link, plain_name, refuse_number
from lupweb.texts import _


class UserSelectType(FieldType):
    """One person; what names nobody known is kept, and shown in words.

    Whom somebody means who types a name, is settled before (`profiles/choosing.py`).
    """

    key = "user_select"
    label = _("Person")
    explanation = _("Exactly one person of the site, with a link to the profile.")
    examples = ("uid=ada,ou=people,dc=example,dc=com",)
    is_facet = False
    control = Control.PERSON
    refers_to_person = True

    def read_one(self, value: bytes) -> str:
        """Return what names somebody, as it is stored.

        :raises InvalidValue: if it cannot be kept as text, or reads like the number of a person
        """
        return refuse_number(super().read_one(value))

    def write(self, value: str, dns: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """Return the DN of the person's entry.

        :raises InvalidValue: if the person has none in this directory
        """
        return [dn_of(value, dns)] if value else []

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return a link to the person's profile."""
        return person_link(value, person or people.get(value))

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the person's name."""
        named = person or people.get(value)
        return named.name if named else str(plain_name(value))

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the person's name; what names nobody known is found by nothing."""
        return self.text(value, person, people) if person or value in people else ""

    def export(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> Any:
        """Return the person's login; nothing for nobody known."""
        named = person or people.get(value)
        return named.login if named else None
