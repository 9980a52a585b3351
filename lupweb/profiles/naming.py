"""Whom the values of fields for several people name; those for one person have a table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from lupweb.database import db
from lupweb.directories.models import Identity
from lupweb.field_types.base import NOBODY, People, PersonLink
from lupweb.field_types.referring import plain_name
from lupweb.ldap.dn import folded_dn
from lupweb.people.models import Person
from lupweb.people.states import SHOWN
from lupweb.profiles.choosing import link_of, people_numbered
from lupweb.profiles.layout import FieldLayout

BLOCK = 1_000


def people_meant(items: Iterable[str]) -> dict[str, PersonLink]:
    """Return whom these single values name: by number, as in `id:7`, or by DN.

    Who is not shown on the site is nobody, and so is a DN that two people have in two directories.
    Two queries for a thousand values, none where nothing names anybody.
    """
    texts = set(items)
    return {**_people_by_dn(texts), **people_numbered(texts)}


def people_or_entries(items: Iterable[str]) -> dict[str, PersonLink]:
    """Return what `people_meant` does, and a DN that names nobody as itself: for administrators.

    They read in reports what a directory delivered, of people as well who are not here yet.
    """
    texts = set(items)
    entries = {item: PersonLink(item, "", "") for item in texts if folded_dn(item)}
    return {**entries, **people_meant(texts)}


def names_in_control(items: Sequence[str], people: People) -> list[str]:
    """Return what stands in a control for single values: names, which can be sent back as they are.

    Where several people are not shown, each but the first has a number, so that each can stay.
    """
    names: list[str] = []
    hidden = 0
    for item in items:
        name = people[item].name if item in people else str(plain_name(item))
        if item not in people and name != item:
            hidden += 1
            name = f"{name} ({hidden})" if hidden > 1 else name
        names.append(name)
    return names


def several_named(values: Iterable[Mapping[FieldLayout, str]]) -> People:
    """Return whom the fields for several people name, of one profile or of a list of them.

    :param values: of each person, those that are to be shown
    """
    items = {
        item
        for each in values
        for field, value in each.items()
        if field.type.refers_to_people
        for item in field.type.split(value)
    }
    return people_meant(items) if items else NOBODY


def _people_by_dn(items: Iterable[str]) -> dict[str, PersonLink]:
    keys = {item: key for item in items if (key := folded_dn(item))}
    wanted = sorted(set(keys.values()))
    found: dict[str, dict[int, Person]] = defaultdict(dict)
    for start in range(0, len(wanted), BLOCK):
        rows = (
            select(Identity.dn_folded, Person)
            .join(Person, Person.id == Identity.person_id)
            .where(
                Identity.dn_folded.in_(wanted[start : start + BLOCK]),
                Identity.is_gone.is_(False),
                Person.state.in_(SHOWN),
            )
        )
        for key, person in db.session.execute(rows):
            found[key][person.id] = person
    return {
        item: link_of(next(iter(found[key].values())))
        for item, key in keys.items()
        if len(found[key]) == 1
    }
