"""Which people a login, a DN or a number means; where several are meant, nobody is."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from sqlalchemy import func, select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.errors import InvalidValue
from lupweb.ldap.dn import folded_dn
from lupweb.people.models import Person
from lupweb.people.names import fold_login
from lupweb.people.states import SHOWN
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.sources import Source

AT_ONCE = 1_000
Item = TypeVar("Item")


def blocks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of `size`; the last one may be shorter."""
    waiting = iter(items)
    while block := list(islice(waiting, size)):
        yield block


def people_by_login(logins: Iterable[str]) -> dict[str, int | None]:
    """Return folded login -> id of the one active person who has it; None where several have.

    :param logins: folded; those that nobody has are left out
    """
    found: dict[str, int | None] = {}
    for some in blocks(logins, AT_ONCE):
        rows = (
            select(Person.login_folded, func.min(Person.id), func.count())
            .where(Person.login_folded.in_(some), Person.state.in_(SHOWN))
            .group_by(Person.login_folded)
        )
        for login, id_, count in db.session.execute(rows):
            found[login] = id_ if count == 1 else None
    return found


def people_by_dn(dns: Iterable[str]) -> dict[str, int | None]:
    """Return folded DN -> id of the one person of any directory whose entry it is."""
    found: dict[str, int | None] = {}
    for some in blocks(dns, AT_ONCE):
        rows = select(Identity.dn_folded, Identity.person_id).where(
            Identity.dn_folded.in_(some), Identity.is_gone.is_(False)
        )
        for dn, id_ in db.session.execute(rows):
            found[dn] = id_ if found.get(dn, id_) == id_ else None
    return found


def fields_of(layout: Layout, source: Source) -> list[FieldLayout]:
    """Return the fields that take their values from a source; those without a mapping do not."""
    return [
        each
        for each in layout.fields()
        if each.source is source and each.attribute and each.type.is_editable
    ]


@dataclass
class Naming:
    """Turns what names people in delivered values into their numbers.

    :param dns: folded DN -> person, as the source itself knows them
    """

    dns: Mapping[str, int | None] = field(default_factory=dict)
    _known: dict[str, int | None] = field(default_factory=dict)

    def learn(self, fields: Collection[FieldLayout], said: Iterable[Mapping[str, str]]) -> None:
        """Look up everybody whom values name; two queries for a thousand of them.

        :param said: field key -> value, of one person after the other
        """
        naming = [each for each in fields if _names_people(each)]
        items = {
            item
            for values in said
            for each in naming
            for item in each.type.split(values.get(each.key, ""))
        }
        dns = {item: folded_dn(item) for item in items}
        by_dn = {**people_by_dn({dn for dn in dns.values() if dn}), **self.dns}
        by_login = people_by_login({fold_login(item) for item in items if not dns[item]})
        for item, dn in dns.items():
            self._known[item] = by_dn.get(dn) if dn else by_login.get(fold_login(item))

    def numbered(self, each: FieldLayout, value: str) -> str:
        """Return a value with the numbers of those whom it names; who is unknown stays as named."""
        if not value or not _names_people(each):
            return value
        items = [self._number(item) for item in each.type.split(value)]
        return "\n".join(dict.fromkeys(items)) if each.type.is_multiple else items[0]

    def _number(self, item: str) -> str:
        id_ = self._known.get(item)
        return item if id_ is None else f"id:{id_}"


def _names_people(each: FieldLayout) -> bool:
    return each.type.refers_to_person or each.type.refers_to_people


Problem = tuple[str, str]
"""The key of a field, and why its value cannot be kept."""


def read_values(
    fields: Sequence[FieldLayout], found: Mapping[str, Sequence[bytes]]
) -> tuple[dict[str, str | None], list[Problem]]:
    """Return what becomes of delivered values: field key -> value, None if it cannot be kept.

    :param found: field key -> values as they were delivered; a field that is not held is left out
    """
    values: dict[str, str | None] = {}
    problems: list[Problem] = []
    for each in fields:
        if each.key not in found:
            continue
        try:
            values[each.key] = each.type.read(found[each.key])
        except InvalidValue as error:
            values[each.key] = None
            problems.append((each.key, str(error)))
    return values, problems
