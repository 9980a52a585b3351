"""What the types whose values are people have in common."""

import re
from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from lupweb.errors import InvalidValue
from lupweb.field_types.base import PersonLink
from lupweb.ldap.dn import is_dn
from lupweb.texts import Text, _

NOT_SHOWN = _("somebody who is not shown here")
"""What stands for a person who is hidden, has left, or was never found."""
_number = re.compile(r"id:\d+")


def person_link(value: str, person: PersonLink | None) -> Markup:
    """Return a person's name as a link to the profile; what names nobody known as text."""
    if person is None:
        return escape(plain_name(value))
    return Markup('<a href="{}"><bdi>{}</bdi></a>').format(person.address, person.name)


def plain_name(value: str) -> Text | str:
    """Return what people read where a value names nobody who is shown.

    A number or a DN says nothing to people, and would tell of somebody who is hidden; a name that
    somebody typed is kept.
    """
    return NOT_SHOWN if _number.fullmatch(value) or is_dn(value) else value


def refuse_number(value: str) -> str:
    """Return what a source delivered.

    People are stored by number, as `id:7`, where they were chosen here: nobody else may say so.

    :raises InvalidValue: if it reads like the number of a person
    """
    if _number.fullmatch(value):
        raise InvalidValue(
            _(
                "“%(value)s” reads like the number of a person here, which names nobody elsewhere."
                " The stored value stays. Name the person by DN, login or mail address.",
                value=value[:100],
            )
        )
    return value


def each_once(items: Iterable[str], people: Mapping[str, PersonLink]) -> list[str]:
    """Return those items that read differently; two records of one person may be one by now."""
    seen: dict[str, str] = {}
    for item in items:
        person = people.get(item)
        seen.setdefault((person.address or item) if person else str(plain_name(item)), item)
    return list(seen.values())


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
