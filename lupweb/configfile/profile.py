"""Store categories and fields as a configuration file says; in a transaction.

Whoever calls this calls `tell_everybody_changed` afterwards, so that restrictions count at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from sqlalchemy import delete, select

from lupweb import clock
from lupweb.configfile.field_settings import stored_options
from lupweb.configfile.stored import FIELD_COLUMNS
from lupweb.database import db
from lupweb.directories.offers import forget_offers
from lupweb.field_types import field_type
from lupweb.field_types.base import FieldType
from lupweb.options.service import options
from lupweb.people.queries import groups_by_key
from lupweb.profiles.bulk import insert_rows
from lupweb.profiles.field_changes import (
    compute_values,
    convert_values,
    values_kept,
    values_of_field,
)
from lupweb.profiles.layout import Layout, load_layout
from lupweb.profiles.models import (
    Category,
    CategoryGroup,
    FieldGroup,
    GroupPurpose,
    IndexedValue,
    ProfileField,
)
from lupweb.profiles.references import REFERENCE_COLUMNS, references_in
from lupweb.profiles.removal import forget_fields
from lupweb.profiles.sources import Source
from lupweb.profiles.writing import Hand
from lupweb.sync.fingerprints import forget_fields as forget_readings
from lupweb.sync.links import resolve
from lupweb.texts import Text, ngettext

LAST = 1_000_000  # behind everything, until all are put in order


def store_category(key: str, entry: Mapping[str, Any]) -> None:
    """Add a category or change it; its groups are there already."""
    category = db.session.scalar(select(Category).where(Category.key == key))
    if category is None:
        category = Category(key=key, position=LAST)
        db.session.add(category)
    category.name = entry["name"]
    category.names = entry["names"]
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


def store_field(key: str, entry: Mapping[str, Any], actor: str = "") -> None:
    """Add a field or change it; its category and groups are there already.

    A field that comes back has its values at once: they stayed in the documents. Under another
    type they become what they are there, as far as they fit.

    :param actor: who does it, as `Viewer.actor` says
    """
    field = db.session.scalar(select(ProfileField).where(ProfileField.key == key))
    if field is None:
        field = ProfileField(key=key, position=LAST, options={}, directory="", falls_through=False)
    was, filled = _Was.of(field), _filled_by(field)
    is_another = (field.attribute, field.type_key) != (entry["attribute"], entry["type"])
    if field.falls_through and (is_another or not entry["fall_through"]):
        forget_offers([key])  # who may read the field from now on is not told what it was before
    for name, column in FIELD_COLUMNS.items():
        setattr(field, column, entry[name])
    field.removed_at = None
    field.source = Source(entry["source"])
    field.max_length = entry["max_length"] or None
    field.category_id = db.session.scalars(
        select(Category.id).where(Category.key == entry["category"])
    ).one()
    field.options = stored_options(entry)
    db.session.add(field)
    db.session.flush()
    if _filled_by(field) != filled:
        forget_readings([key])
    _narrow(field, entry["visible_to"])
    _bring_values_along(field, was, Hand("field", actor, clock.now()))


def remove_fields(keys: Sequence[str]) -> list[Text]:
    """Take fields away; what stands in the documents stays, and comes back with the field.

    For 30 days; `profiles.removal` forgets them then.
    """
    counts = {key: values_kept(key) for key in keys}
    now = clock.now()
    forget_readings(keys)  # runs leave them out until they come back
    for field in db.session.scalars(select(ProfileField).where(ProfileField.key.in_(keys))):
        db.session.execute(delete(IndexedValue).where(IndexedValue.field_id == field.id))
        field.removed_at = now
    db.session.flush()
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
    """Take categories away that hold no field any more.

    Fields that were deleted from one cannot come back then: it said who may read them.
    """
    for category_id in db.session.scalars(select(Category.id).where(Category.key.in_(keys))).all():
        left = ProfileField.category_id == category_id
        forget_fields(db.session.scalars(select(ProfileField.key).where(left)).all())
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


@dataclass(frozen=True)
class _Was:
    """A field before it was changed; `type` is None for one that was not there."""

    type: FieldType | None = None
    options: Mapping[str, Any] = attribute(default_factory=dict)
    names_people: bool = False
    was_away: bool = False

    @classmethod
    def of(cls, stored: ProfileField) -> "_Was":
        if stored.id is None:
            return cls()
        kind = _type_of(stored)
        is_there = stored.removed_at is None
        return cls(kind, stored.options, kind.names_people and is_there, not is_there)


def _filled_by(field: ProfileField) -> tuple[object, ...]:
    """Return what decides where the values of a field come from, and what becomes of them."""
    is_there = field.id is not None and field.removed_at is None
    made = field.attribute, field.type_key, field.options
    return is_there, field.source, *made, field.directory, field.falls_through


def _bring_values_along(field: ProfileField, was: _Was, hand: Hand) -> None:
    """Let the values of people follow their field."""
    now = _type_of(field)
    is_other = was.type is not None and was.type.key != now.key
    if is_other and was.type and now.is_editable:
        convert_values(_layout(), field.key, was.type, now, hand)
    is_new = was.type is None or was.was_away or is_other or was.options != field.options
    if now.sources and is_new:
        layout = _layout()
        computed = layout.find_field(field.key)
        if computed:
            compute_values(layout, computed, hand)
    if now.names_people != was.names_people or (is_other and now.names_people):
        _index_references(field)


def _layout() -> Layout:
    return load_layout(options()["phone_region"])


def _type_of(field: ProfileField) -> FieldType:
    return field_type(field.type_key, {"region": options()["phone_region"], **field.options})


def _narrow(field: ProfileField, groups: Iterable[str]) -> None:
    db.session.execute(delete(FieldGroup).where(FieldGroup.field_id == field.id))
    ids = groups_by_key()
    db.session.add_all(FieldGroup(field_id=field.id, group_id=ids[group]) for group in groups)
    db.session.flush()


def _index_references(field: ProfileField) -> None:
    """Make the index of a field anew that began to name people, or ended to."""
    db.session.execute(delete(IndexedValue).where(IndexedValue.field_id == field.id))
    kind = _type_of(field)
    if not kind.names_people:
        return
    rows = [
        (person_id, field.id, each.place, each.value, each.key, each.is_dn, None)
        for person_id, value in values_of_field(field.key)
        for each in references_in(field.id, kind, value)
    ]
    insert_rows(IndexedValue, REFERENCE_COLUMNS, rows)
    resolve(field.id)
