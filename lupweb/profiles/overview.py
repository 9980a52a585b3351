"""The profile as its administrators see it: every category and field, and who may read them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.people.lookalikes import told_apart
from lupweb.people.queries import group_names
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.sources import Source
from lupweb.texts import Text


@dataclass(frozen=True)
class FieldRow:
    """One field, as a row.

    :param origin: `ldap`, `xml`, or "" for what people fill in
    :param only: names of the groups that may read it, narrower than the category
    """

    key: str
    name: str
    type_label: Text
    is_required: bool
    help_text: str
    origin: str
    is_saved: bool
    is_hidden: bool
    only: Sequence[str]


@dataclass(frozen=True)
class CategoryBlock:
    """One category with its rows; `only` are names of groups, none where everybody has it.

    :param name: with the key behind it, where another name looks the same
    """

    key: str
    name: str
    only: Sequence[str]
    fields: Sequence[FieldRow]


def overview(viewer: Viewer, layout: Layout) -> list[CategoryBlock]:
    """Return every category in its order; one query.

    :raises Forbidden: if `viewer` is no administrator
    """
    require_administrator(viewer)
    names = group_names()
    titles = told_apart({each.key: each.name for each in layout.categories})
    return [
        CategoryBlock(
            each.key,
            titles[each.key],
            _named(each.visible_to or each.applies_to, names),
            [_row(field, names) for field in each.fields],
        )
        for each in layout.categories
    ]


def _row(field: FieldLayout, names: Mapping[int, str]) -> FieldRow:
    return FieldRow(
        key=field.key,
        name=field.name,
        type_label=field.type.label,
        is_required=field.required,
        help_text=field.help_text,
        origin={Source.USER: "", Source.XML: "xml"}.get(field.source, "ldap"),
        is_saved=field.writes_back,
        is_hidden=not field.in_profile,
        only=_named(field.visible_to, names),
    )


def _named(groups: Collection[int], names: Mapping[int, str]) -> list[str]:
    return sorted(names[group_id] for group_id in groups)
