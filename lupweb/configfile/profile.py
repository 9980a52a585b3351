"""Store categories and fields as a configuration file says; in a transaction.

Whoever calls this calls `tell_everybody_changed` afterwards, so that restrictions count at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from lupweb.configfile.stored import FIELD_COLUMNS
from lupweb.database import db
from lupweb.field_types import field_type
from lupweb.people.models import Person
from lupweb.people.queries import groups_by_key
from lupweb.profiles.document import values_of
from lupweb.profiles.models import (
    Category,
    CategoryGroup,
    FieldGroup,
    GroupPurpose,
    IndexedValue,
    ProfileField,
)
from lupweb.profiles.sources import Source
from lupweb.sync.known import people_index
from lupweb.texts import Text, ngettext

LAST = 1_000_000  # behind everything, until all are put in order


def store_category(key: str, entry: Mapping[str, Any]) -> None:
    """Add a category or change it; its groups are there already."""
    category = db.session.scalar(select(Category).where(Category.key == key))
    if category is None:
        category = Category(key=key, position=LAST)
        db.session.add(category)
    category.name = entry["name"]
    category.searchable_when_restricted = entry["searchable_when_restricted"]
    db.session.flush()
    db.session.execute(delete(CategoryGroup).where(CategoryGroup.category_id == category.id))
    ids = groups_by_key()
    db.session.add_all(
        CategoryGroup(category_id=category.id, purpose=purpose, group_id=ids[group])
        for purpose in GroupPurpose
        for group in entry[purpose]
    )
    db.session.flush()


def store_field(key: str, entry: Mapping[str, Any]) -> None:
    """Add a field or change it; its category and groups are there already.

    A field that comes back has its values at once: they stayed in the documents.
    """
    field = db.session.scalar(select(ProfileField).where(ProfileField.key == key))
    if field is None:
        field = ProfileField(key=key, position=LAST, options={})
    referred = _refers_to_person(field.type_key) if field.id else False
    for name, column in FIELD_COLUMNS.items():
        setattr(field, column, entry[name])
    field.source = Source(entry["source"])
    field.max_length = entry["max_length"] or None
    field.category_id = db.session.scalars(
        select(Category.id).where(Category.key == entry["category"])
    ).one()
    others = {name: value for name, value in field.options.items() if name != "choices"}
    field.options = {**others, "choices": list(entry["options"])} if entry["options"] else others
    db.session.add(field)
    db.session.flush()
    _narrow(field, entry["visible_to"])
    if _refers_to_person(field.type_key) != referred:
        _index_references(field)


def remove_fields(keys: Sequence[str]) -> list[Text]:
    """Take fields away; what stands in the documents stays, and comes back with the field."""
    counts = _holders(keys) if keys else {}
    for field_id in db.session.scalars(select(ProfileField.id).where(ProfileField.key.in_(keys))):
        db.session.execute(delete(IndexedValue).where(IndexedValue.field_id == field_id))
        db.session.execute(delete(FieldGroup).where(FieldGroup.field_id == field_id))
        db.session.execute(delete(ProfileField).where(ProfileField.id == field_id))
    return [
        ngettext(
            "The field “%(key)s” is gone. The value of %(n)s person is kept, and comes back with"
            " the field.",
            "The field “%(key)s” is gone. The values of %(n)s people are kept, and come back with"
            " the field.",
            count,
            key=key,
        )
        for key, count in counts.items()
    ]


def remove_categories(keys: Collection[str]) -> None:
    """Take categories away that hold no field any more."""
    for category_id in db.session.scalars(select(Category.id).where(Category.key.in_(keys))):
        db.session.execute(delete(CategoryGroup).where(CategoryGroup.category_id == category_id))
        db.session.execute(delete(Category).where(Category.id == category_id))


def put_profile_in_order(categories: Sequence[str], fields: Sequence[str]) -> None:
    """Let categories and fields stand in these orders."""
    rows: list[Category | ProfileField] = [
        *db.session.scalars(select(Category)),
        *db.session.scalars(select(ProfileField)),
    ]
    orders = {Category: categories, ProfileField: fields}
    places = {
        (model, key): place
        for model, keys in orders.items()
        for place, key in enumerate(keys, start=1)
    }
    for row in rows:
        row.position = places.get((type(row), row.key), row.position)


def _narrow(field: ProfileField, groups: Iterable[str]) -> None:
    db.session.execute(delete(FieldGroup).where(FieldGroup.field_id == field.id))
    ids = groups_by_key()
    db.session.add_all(FieldGroup(field_id=field.id, group_id=ids[group]) for group in groups)
    db.session.flush()


def _refers_to_person(type_key: str) -> bool:
    return field_type(type_key).refers_to_person


def _index_references(field: ProfileField) -> None:
    """Make the index of a field anew that began to name people, or ended to."""
    db.session.execute(delete(IndexedValue).where(IndexedValue.field_id == field.id))
    if not _refers_to_person(field.type_key):
        return
    index = people_index()
    rows = [
        {
            "person_id": person_id,
            "field_id": field.id,
            "value": value,
            "referred_id": index.reference(value, person_id),
        }
        for person_id, value in _values(field.key)
    ]
    if rows:
        db.session.execute(insert(IndexedValue), rows)


def _values(key: str) -> list[tuple[int, str]]:
    documents = db.session.execute(select(Person.id, Person.document)).all()
    found = ((person_id, values_of(document).get(key, "")) for person_id, document in documents)
    return [(person_id, value) for person_id, value in found if value]


def _holders(keys: Sequence[str]) -> dict[str, int]:
    """Return how many people have a value of each of these fields."""
    counts = dict.fromkeys(keys, 0)
    for document in db.session.scalars(select(Person.document)):
        for key in values_of(document).keys() & counts.keys():
            counts[key] += 1
    return counts
