"""The profile as administrators built it: categories and fields in their order."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from lupweb.database import db
from lupweb.field_types import field_type
from lupweb.field_types.base import FieldType
from lupweb.outbox.states import OnConflict
from lupweb.profiles.models import (
    Category,
    CategoryGroup,
    FieldGroup,
    GroupPurpose,
    ProfileField,
)
from lupweb.profiles.sources import Source
from lupweb.texts import language

NOBODY = frozenset({0})
"""Stands for groups to which nobody belongs: no group has this number."""


@dataclass(frozen=True, eq=False)
class FieldLayout:
    """One field, with whatever decides who may see it; a key of dictionaries by identity.

    :param directory: key of the one that supplies it; "": the one that supplies the person
    :param falls_through: the next directory supplies it where that one has no value
    :param source_readers: of a computed value: who may read each thing that it is computed from
    """

    id: int
    key: str
    name: str
    type: FieldType
    help_text: str
    source: Source
    attribute: str
    searchable: bool
    in_profile: bool
    in_table: bool
    on_card: bool
    facet: bool
    applies_to: frozenset[int]
    category_visible_to: frozenset[int]
    visible_to: frozenset[int]
    stays_findable: bool
    required: bool = False
    default: str = ""
    pattern: str = ""
    max_length: int | None = None
    writes_back: bool = False
    on_conflict: OnConflict = OnConflict.ASK
    confirm_days: int = 0
    in_vcard: bool = False
    in_completeness: bool = True
    directory: str = ""
    falls_through: bool = False
    source_readers: tuple[frozenset[int], ...] = ()

    @property
    def readers(self) -> tuple[frozenset[int], ...]:
        """Return sets of groups: whoever reads it belongs to one group of each that has any."""
        return (self.category_visible_to, self.visible_to, *self.source_readers)

    @property
    def is_restricted(self) -> bool:
        """Return whether there is anybody who may not see it."""
        return bool(self.applies_to) or any(self.readers)


@dataclass(frozen=True)
class CategoryLayout:
    """One category and its fields, in their order."""

    id: int
    key: str
    name: str
    visible_to: frozenset[int]
    fields: tuple[FieldLayout, ...]
    applies_to: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CardLayout:
    """Which fields feed the head of a profile and the card: keys of fields, "" is none.

    :param extra: more fields of the card; none: those that are marked for it
    """

    subline: str = "position"
    place: str = "location"
    pronouns: str = ""
    time_zone: str = ""
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """All categories, in their order, and what stands on a card.

    :param version: another one whenever anything is different here; None: nobody knows, so that
        nothing that is made from this layout may be kept
    :param manager: key of the field that says whom a person reports to
    """

    categories: tuple[CategoryLayout, ...]
    card: CardLayout = CardLayout()
    version: Hashable = None
    manager: str = "manager"

    def fields(self) -> Iterator[FieldLayout]:
        """Yield every field, in the order of the profile."""
        for category in self.categories:
            yield from category.fields

    def supplied_by(self, directory: str) -> list[FieldLayout]:
        """Return the fields that this directory fills: its own, those of no other, and those that
        fall through.

        :param directory: its key
        """
        return [
            field
            for field in self.fields()
            if field.source.is_directory
            and (field.falls_through or field.directory in {"", directory})
        ]

    def falling(self) -> dict[str, str]:
        """Return key -> the directory that is asked first, of the fields that fall through."""
        read = (field for field in self.fields() if field.source.is_directory)
        return {field.key: field.directory for field in read if field.falls_through}

    def suppliers(self) -> set[str]:
        """Return the keys of the directories that have a field of their own."""
        return {each.directory for each in self.fields() if each.source.is_directory} - {""}

    def find_field(self, key: str) -> FieldLayout | None:
        """Return the field of this key, or None."""
        return next((field for field in self.fields() if field.key == key), None)


GroupsBy = Mapping[Any, frozenset[int]]


def load_layout(
    phone_region: str = "", card: CardLayout = CardLayout(), version: Hashable = None
) -> Layout:
    """Read the whole profile; four queries, however many people there are.

    :param phone_region: ISO 3166 code given to every field type as the option `region`
    :param card: what administrators chose for cards
    :param version: as in `Layout`
    """
    groups = _category_groups()
    narrowed = _field_groups()
    by_category: dict[int, list[ProfileField]] = defaultdict(list)
    present = select(ProfileField).where(ProfileField.removed_at.is_(None))
    for field in db.session.scalars(present.order_by(ProfileField.position, ProfileField.id)):
        by_category[field.category_id].append(field)
    categories = db.session.scalars(select(Category).order_by(Category.position, Category.id))
    built = [
        _category(category, by_category[category.id], groups, narrowed, phone_region)
        for category in categories
    ]
    return Layout(_with_source_readers(built), card, version)


def groups_having(
    key: str, own: Mapping[str, frozenset[int]], sources: Mapping[str, Sequence[str]]
) -> frozenset[int]:
    """Return the groups whose people have a field at all; none: everybody has it.

    What is computed, only those have who have everything that it is computed from.

    :param own: field key -> the groups that its category applies to
    :param sources: field key -> what it is computed from
    """
    found: frozenset[int] = frozenset()
    for each in (key, *_all_sources(key, sources)):
        limits = own.get(each, frozenset())
        if limits:
            found = (found & limits or NOBODY) if found else limits
    return found


def in_readers_language(text: str, translated: Mapping[str, str]) -> str:
    """Return what an administrator wrote, in the language that is spoken, else as it was first.

    :param translated: language -> the same text
    """
    return translated.get(language()) or text


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
        name=in_readers_language(category.name, category.names),
        visible_to=visible_to,
        applies_to=applies_to,
        fields=tuple(
            FieldLayout(
                id=field.id,
                key=field.key,
                name=in_readers_language(field.name, field.names),
                type=field_type(field.type_key, {"region": phone_region, **field.options}),
                help_text=in_readers_language(field.help_text, field.help_texts),
                source=Source(field.source),
                attribute=field.attribute,
                searchable=field.searchable,
                in_profile=field.in_profile,
                in_table=field.in_table,
                on_card=field.on_card,
                facet=field.facet,
                applies_to=applies_to,
                category_visible_to=visible_to,
                visible_to=narrowed.get(field.id, nobody),
                stays_findable=category.searchable_when_restricted,
                required=field.required,
                default=field.default_value,
                pattern=field.pattern,
                max_length=field.max_length,
                writes_back=field.writes_back,
                on_conflict=OnConflict(field.on_conflict),
                confirm_days=field.confirm_days,
                in_vcard=field.in_vcard,
                in_completeness=field.in_completeness,
                directory=field.directory,
                falls_through=field.falls_through,
            )
            for field in fields
        ),
    )


def _with_source_readers(categories: Sequence[CategoryLayout]) -> tuple[CategoryLayout, ...]:
    """Return the categories; what is computed has the limits of all that it is computed from."""
    by_key = {field.key: field for category in categories for field in category.fields}
    own = {key: field.applies_to for key, field in by_key.items()}
    sources = {key: field.type.sources for key, field in by_key.items()}

    def limited(field: FieldLayout) -> FieldLayout:
        met = [by_key[key] for key in _all_sources(field.key, sources) if key in by_key]
        return replace(
            field,
            applies_to=groups_having(field.key, own, sources),
            source_readers=tuple(readers for each in met for readers in each.readers if readers),
        )

    return tuple(
        replace(
            category,
            fields=tuple(
                limited(field) if field.type.sources else field for field in category.fields
            ),
        )
        for category in categories
    )


def _all_sources(key: str, sources: Mapping[str, Sequence[str]]) -> list[str]:
    """Return whatever a field is computed from, over any number of steps."""
    waiting, met = list(sources.get(key, ())), [key]
    while waiting:
        each = waiting.pop()
        if each not in met:
            met.append(each)
            waiting.extend(sources.get(each, ()))
    return met[1:]


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
