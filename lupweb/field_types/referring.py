"""What the types whose values are people have in common."""

from collections.abc import Mapping

from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.field_types.base import PersonLink
from lupweb.ldap.dn import is_dn
from lupweb.texts import _


def person_link(value: str, person: PersonLink | None) -> Markup:
    """Return a person's name as a link to the profile; what names nobody known as text."""
    if person is None:
        return escape(value)
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(person.address, person.name)


def dn_of(value: str, dns: Mapping[str, str]) -> bytes:
    """Return the DN that names a stored person in a directory.

    :param dns: stored value -> DN of the entry in that directory
    :raises InvalidValue: if there is none
    """
    dn = dns.get(value) or (value if is_dn(value) else "")
    if not dn:
        raise InvalidValue(
            _(
                "“%(value)s” has no entry in this directory, so it cannot be saved there. It is"
                " kept here.",
                value=value[:200],
            )
        )
    return dn.encode()
