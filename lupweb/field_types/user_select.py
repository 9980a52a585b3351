"""Exactly one person. A directory names them by DN; login and mail are understood as well."""

from markupsafe import Markup, escape

from lupweb.field_types.base import FieldType, PersonLink
from lupweb.texts import _


class UserSelectType(FieldType):
    """One person; what names nobody known is kept, and shown as it was delivered."""

    key = "user_select"
    label = _("Person")
    refers_to_person = True

    def render(self, value: str, person: PersonLink | None = None) -> Markup:
        """Return a link to the person's profile."""
        if person is None:
            return escape(value)
        return Markup('<a href="{}"><bdi>{}</bdi></a>').format(person.address, person.name)

    def text(self, value: str, person: PersonLink | None = None) -> str:
        """Return the person's name."""
        return person.name if person else value
