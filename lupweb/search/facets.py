"""Facets: by what people can be chosen, and how many each choice would leave."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from lupweb.accounts.viewers import Viewer
from lupweb.database import is_writing
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import may_read
from lupweb.search.census import Census, Choices
from lupweb.search.column_fields import has_column
from lupweb.search.columns import Column, StoredColumns
from lupweb.search.folding import fold
from lupweb.search.recent import Recent
from lupweb.search.request import Facet, FacetOption
from lupweb.search.selection import Codes, Condition
from lupweb.texts import _

_options: Recent[list[tuple[str, str]]] = Recent(100)
"""Values and labels of facets; never stale, since every write makes another version."""


@dataclass(frozen=True)
class ChoosableField:
    """A field that a viewer may choose people by.

    :param version: stays the same while field and choices do; None: nobody knows
    """

    field: FieldLayout
    column: Column
    choices: Choices

    version: Hashable = None

    @property
    def options(self) -> Sequence[tuple[str, str]]:
        """Return each single value and how people read it, in the order of that."""
        version = self.version and (self.version, self.field.id)
        return _options.get(version, self._options_in_order)

    @property
    def key(self) -> str:
        """Return the key of the field."""
        return self.field.key

    def label_of(self, value: str) -> str:
        """Return a value as people read it."""
        return self.field.type.text(value) if value else str(_("Not set"))

    def _options_in_order(self) -> list[tuple[str, str]]:
        labelled = [(value, self.label_of(value)) for value in self.choices.counts]
        return sorted(labelled, key=lambda option: (fold(option[1]), option[0]))

    def condition(self, chosen: Sequence[str], codes: Codes) -> Condition:
        """Return that people have one of the chosen values."""
        return Condition(codes, self.choices.codes_of(chosen))


def facet_of(field: ChoosableField, chosen: Sequence[str], counts: Mapping[str, int]) -> Facet:
    """Return a facet, its options in order.

    :param counts: single value -> how many people it would leave; 0 for those without any
    """
    counted = [(counts[value], value, label) for value, label in field.options if value in counts]
    counted.sort(key=itemgetter(0), reverse=True)  # equal ones stay in the order of labels
    options = [FacetOption(value, label, count, value in chosen) for count, value, label in counted]
    return Facet(field.key, field.field.name, options)


def choosable_fields(
    viewer: Viewer, layout: Layout, stored: StoredColumns, census: Census
) -> dict[str, ChoosableField]:
    """Return the fields that `viewer` may choose people by, by key, in the order of the profile."""
    version = None
    if layout.version is not None and not is_writing():
        version = (layout.version, census.token, census.listed)
    return {
        field.key: ChoosableField(
            field, stored.by_field[field.id], census.choices[field.id], version
        )
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
    chosen: Mapping[str, Sequence[str]], fields: Mapping[str, ChoosableField], keeps: bool = False
) -> dict[str, tuple[str, ...]]:
    """Return what of `chosen` can be chosen; the rest is dropped, whatever it names (B92).

    :param keeps: nothing is dropped: a list or a file never holds more people than were asked for
    """
    if keeps:
        return {key: tuple(dict.fromkeys(values)) for key, values in chosen.items() if values}
    allowed = {
        key: tuple(value for value in dict.fromkeys(values) if value in fields[key].choices.counts)
        for key, values in chosen.items()
        if key in fields
    }
    return {key: values for key, values in allowed.items() if values}
