"""Several people."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from lupweb.field_types.base import (
    NOBODY,
    Control,
    FieldType,
    People,
    PersonLink,
    typed_text,
)
from lupweb.field_types.referring import (
    dn_of,
    each_once,
    person_link,
    plain_name,
    refuse_number,
)
from lupweb.texts import _

BETWEEN = Markup(", ")


class MultiUserSelectType(FieldType):
    """Several people, one in each line; what names nobody known is kept, and shown in words.

    Whom somebody means who types a name, is settled before (`profiles/choosing.py`).
    """

    key = "multi_user_select"
    label = _("Several people")
    explanation = _("Any number of people of the site, with links to their profiles.")
    examples = ("uid=ada,ou=people,dc=example,dc=com\nuid=ines,dc=example",)
    is_facet = False
    control = Control.PEOPLE
    is_multiple = True
    refers_to_people = True

    def read_one(self, value: bytes) -> str:
        """Return what names somebody, as it is stored.

        :raises InvalidValue: if it cannot be kept as text, or reads like the number of a person
        """
        return refuse_number(super().read_one(value))

    def write(self, value: str, dns: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """Return the DNs of the people's entries.

        :raises InvalidValue: if one of them has none in this directory
        """
        return [dn_of(item, dns) for item in self.split(value)]

    def parse_all(self, typed: Sequence[str], stored: str) -> str:
        """Return the people, each once; a text holds several in lines."""
        texts = [part for text in typed for part in text.split("\n")]
        return self.joined(map(typed_text, texts))

    def render(
        self, value: str, person: PersonLink | None = None, people: People = NOBODY
    ) -> Markup:
        """Return links to the people's profiles."""
        items = each_once(self.split(value), people)
        return BETWEEN.join(person_link(item, people.get(item)) for item in items)

    def text(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the people's names."""
        return ", ".join(
            people[item].name if item in people else str(plain_name(item))
            for item in each_once(self.split(value), people)
        )

    def words(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> str:
        """Return the names of those whom somebody knows."""
        return ", ".join(people[item].name for item in self.split(value) if item in people)

    def export(self, value: str, person: PersonLink | None = None, people: People = NOBODY) -> Any:
        """Return the people's logins; without those whom nobody knows."""
        return [people[item].login for item in self.split(value) if item in people]
