"""Keep the text in which people are found, one row for each kind of reader."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from lupweb.database import db
from lupweb.options.service import options
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import Layout, load_layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.visibility import applies, is_public_in_search
from lupweb.search.folding import folded_text
from lupweb.search.models import PUBLIC, SearchText


def renew(ids: Sequence[int], **_extra: Any) -> None:
    """Write the search text of these people anew; a receiver of `profiles.changed`."""
    layout = load_layout(options()["phone_region"])
    people = db.session.scalars(select(Person).where(Person.id.in_(ids))).all()
    groups = groups_of([person.id for person in people])
    named = _names_referred_to(ids)
    rows = [
        row
        for person in people
        for row in _rows(layout, person, groups[person.id], named.get(person.id, {}))
    ]
    db.session.execute(delete(SearchText).where(SearchText.person_id.in_(ids)))
    if rows:
        db.session.execute(insert(SearchText), rows)
    db.session.expire_all()


def _rows(
    layout: Layout, person: Person, groups: frozenset[int], named: dict[int, str]
) -> list[dict[str, Any]]:
    values = values_of(person.document)
    texts: dict[int, list[str]] = {PUBLIC: [person.name, person.login, person.email]}
    for field in layout.fields():
        value = values.get(field.key, "")
        if not (value and field.searchable and applies(field, groups)):
            continue
        scope = PUBLIC if is_public_in_search(field) else field.id
        if field.type.refers_to_person:
            value = named.get(field.id, "")
        texts.setdefault(scope, []).append(field.type.text(value))
    return [
        {"person_id": person.id, "scope": scope, "text": f" {folded_text(parts)} "}
        for scope, parts in texts.items()
    ]


def _names_referred_to(ids: Sequence[int]) -> dict[int, dict[int, str]]:
    rows = (
        select(IndexedValue.person_id, IndexedValue.field_id, Person.name)
        .join(Person, Person.id == IndexedValue.referred_id)
        .where(IndexedValue.person_id.in_(ids))
    )
    found: dict[int, dict[int, str]] = {}
    for person_id, field_id, name in db.session.execute(rows):
        found.setdefault(person_id, {})[field_id] = name
    return found
