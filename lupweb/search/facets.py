"""Facets: by what people can be chosen, and how many each choice would leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lupweb.accounts.viewers import Viewer
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.census import Census, Choices
from lupweb.search.column_fields import has_column
from lupweb.search.columns import Column, StoredColumns
from lupweb.search.folding import fold
from lupweb.search.request import Facet, FacetOption
from lupweb.search.selection import Codes, Condition
from lupweb.texts import _


@dataclass(frozen=True)
class ChoosableField:
    """A field that a viewer may choose people by."""

    field: FieldLayout
    column: Column
    choices: Choices

    @property
    def key(self) -> str:
        """Return the key of the field."""
        return self.field.key

    def label_of(self, value: str) -> str:
        """Return a value as people read it."""
        return self.field.type.text(value) if value else str(_("Not set"))

    def condition(self, chosen: Sequence[str], codes: Codes) -> Condition:
        """Return that people have one of the chosen values."""
        return Condition(codes, self.choices.codes_of(chosen))


def facet_of(field: ChoosableField, chosen: Sequence[str], counts: Mapping[str, int]) -> Facet:
    """Return a facet, its options in order.

    :param counts: single value -> how many people it would leave; 0 for those without any
    """
    options = [
        FacetOption(value, field.label_of(value), count, value in chosen)
        for value, count in counts.items()
    ]
    options.sort(key=lambda option: (-option.count, fold(option.label), option.value))
    return Facet(field.key, field.field.name, options)


def choosable_fields(
    viewer: Viewer, layout: Layout, stored: StoredColumns, census: Census
) -> dict[str, ChoosableField]:
    """Return the fields that `viewer` may choose people by, by key, in the order of the profile."""
    return {
        field.key: ChoosableField(field, stored.by_field[field.id], census.choices[field.id])
        for field in layout.fields()
        if field.facet and field.id in census.choices and may_read(viewer, field)
    }


def sortable_columns(viewer: Viewer, layout: Layout, stored: StoredColumns) -> dict[str, Column]:
    """Return the columns that `viewer` may have people ordered by, by key of the field."""
    return {
        field.key: stored.by_field[field.id]
        for field in layout.fields()
        if has_column(field) and field.id in stored.by_field and may_read(viewer, field)
    }


def allowed_choices(
    chosen: Mapping[str, Sequence[str]], fields: Mapping[str, ChoosableField]
) -> dict[str, tuple[str, ...]]:
    """Return what of `chosen` can be chosen; the rest is dropped, whatever it names (B92)."""
    allowed = {
        key: tuple(value for value in dict.fromkeys(values) if value in fields[key].choices.counts)
        for key, values in chosen.items()
        if key in fields
    }
    return {key: values for key, values in allowed.items() if values}
