"""Which fields have a column: those that people are chosen or ordered by, and anniversaries."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from lupweb.database import compact_json, db
from lupweb.field_types import field_type
from lupweb.field_types.base import FieldType
from lupweb.field_types.date import NO_ANNIVERSARY, DateType
from lupweb.profiles.layout import FieldLayout, groups_having
from lupweb.profiles.models import CategoryGroup, GroupPurpose, ProfileField


@dataclass(frozen=True)
class ChoiceField:
    """A field as its column needs it.

    :param meaning: differs when the codes have to be made anew
    """

    id: int
    key: str
    type: FieldType
    applies_to: frozenset[int]
    meaning: str


def has_column(field: FieldLayout) -> bool:
    """Return whether people may be ordered by this field, and chosen by it if it is a facet."""
    return (field.facet or field.in_table) and _has_choices(field.type)


def choice_fields() -> list[ChoiceField]:
    """Return every field that is to have a column; two queries."""
    table = ProfileField.__table__.c
    has_place = or_(table.facet, table.in_table).label("has_place")
    rows = db.session.execute(
        select(
            table.id, table.key, table.type_key, table.options, table.category_id, has_place
        ).where(table.removed_at.is_(None))
    ).all()
    kinds = {row.key: field_type(row.type_key, row.options) for row in rows}
    wanted = [
        row
        for row in rows
        if (row.has_place and _has_choices(kinds[row.key])) or is_anniversary(kinds[row.key])
    ]
    groups = _applies_to() if wanted else {}
    own = {row.key: groups.get(row.category_id, frozenset()) for row in rows}
    sources = {key: kind.sources for key, kind in kinds.items()}
    return [
        _choice_field(row, kinds[row.key], groups_having(row.key, own, sources)) for row in wanted
    ]


def is_anniversary(kind: FieldType) -> bool:
    """Return whether days of this type come back every year, and everybody's are looked for."""
    return isinstance(kind, DateType) and kind.anniversary != NO_ANNIVERSARY


def _has_choices(kind: FieldType) -> bool:
    # whom a value names is not known when it is stored, and may be hidden
    return kind.is_facet and not (kind.refers_to_person or kind.refers_to_people)


def _choice_field(row: Any, kind: FieldType, applies_to: frozenset[int]) -> ChoiceField:
    meaning = compact_json([row.key, row.type_key, row.options, sorted(applies_to)])
    return ChoiceField(row.id, row.key, kind, applies_to, meaning)


def _applies_to() -> dict[int, frozenset[int]]:
    table = CategoryGroup.__table__.c
    found: dict[int, set[int]] = defaultdict(set)
    rows = select(table.category_id, table.group_id).where(table.purpose == GroupPurpose.APPLIES_TO)
    for category_id, group_id in db.session.execute(rows):
        found[category_id].add(group_id)
    return {category_id: frozenset(ids) for category_id, ids in found.items()}
