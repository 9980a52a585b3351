"""The profile as administrators built it: categories and fields in their order."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lupweb.database import db
from lupweb.field_types import field_type
from lupweb.field_types.base import FieldType
from lupweb.profiles.models import (
    Category,
    CategoryGroup,
    FieldGroup,
    GroupPurpose,
    ProfileField,
)
from lupweb.profiles.sources import Source


@dataclass(frozen=True, eq=False)
class FieldLayout:
    """One field, with whatever decides who may see it; a key of dictionaries by identity."""

    id: int
    key: str
    name: str
    type: FieldType
    help_text: str
    source: Source
    attribute: str
    searchable: bool
    in_profile: bool
    applies_to: frozenset[int]
    category_visible_to: frozenset[int]
    visible_to: frozenset[int]
    stays_findable: bool

    @property
    def is_restricted(self) -> bool:
        """Return whether there is anybody who may not see it."""
        return bool(self.applies_to or self.category_visible_to or self.visible_to)


@dataclass(frozen=True)
class CategoryLayout:
    """One category and its fields, in their order."""

    id: int
    key: str
    name: str
    visible_to: frozenset[int]
    fields: tuple[FieldLayout, ...]


@dataclass(frozen=True)
class Layout:
    """All categories, in their order."""

    categories: tuple[CategoryLayout, ...]

    def fields(self) -> Iterator[FieldLayout]:
        """Yield every field, in the order of the profile."""
        for category in self.categories:
            yield from category.fields

    def find_field(self, key: str) -> FieldLayout | None:
        """Return the field of this key, or None."""
        return next((field for field in self.fields() if field.key == key), None)


GroupsBy = Mapping[Any, frozenset[int]]


def load_layout(phone_region: str = "") -> Layout:
    """Read the whole profile; four queries, however many people there are.

    :param phone_region: ISO 3166 code given to every field type as the option `region`
    """
    groups = _category_groups()
    narrowed = _field_groups()
    by_category: dict[int, list[ProfileField]] = defaultdict(list)
    in_order = select(ProfileField).order_by(ProfileField.position, ProfileField.id)
    for field in db.session.scalars(in_order):
        by_category[field.category_id].append(field)
    categories = db.session.scalars(select(Category).order_by(Category.position, Category.id))
    return Layout(
        tuple(
            _category(category, by_category[category.id], groups, narrowed, phone_region)
            for category in categories
        )
    )


def _category(
    category: Category,
    fields: list[ProfileField],
    groups: GroupsBy,
    narrowed: GroupsBy,
    phone_region: str,
) -> CategoryLayout:
    nobody: frozenset[int] = frozenset()
    applies_to = groups.get((category.id, GroupPurpose.APPLIES_TO), nobody)
    visible_to = groups.get((category.id, GroupPurpose.VISIBLE_TO), nobody)
    return CategoryLayout(
        id=category.id,
        key=category.key,
        name=category.name,
        visible_to=visible_to,
        fields=tuple(
            FieldLayout(
                id=field.id,
                key=field.key,
                name=field.name,
                type=field_type(field.type_key, {"region": phone_region, **field.options}),
                help_text=field.help_text,
                source=Source(field.source),
                attribute=field.attribute,
                searchable=field.searchable,
                in_profile=field.in_profile,
                applies_to=applies_to,
                category_visible_to=visible_to,
                visible_to=narrowed.get(field.id, nobody),
                stays_findable=category.searchable_when_restricted,
            )
            for field in fields
        ),
    )


def _category_groups() -> GroupsBy:
    found: dict[Any, set[int]] = defaultdict(set)
    for row in db.session.scalars(select(CategoryGroup)):
        found[row.category_id, GroupPurpose(row.purpose)].add(row.group_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def _field_groups() -> GroupsBy:
    found: dict[Any, set[int]] = defaultdict(set)
    for row in db.session.scalars(select(FieldGroup)):
        found[row.field_id].add(row.group_id)
    return {key: frozenset(ids) for key, ids in found.items()}
