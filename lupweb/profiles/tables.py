"""People as a table: the columns that administrators chose, as one viewer may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lupweb.accounts.viewers import Viewer
from lupweb.field_types.base import People
from lupweb.people.queries import groups_of
from lupweb.people.summaries import summaries
from lupweb.profiles.cards import PersonCard, cards, people_named, visible_values
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.naming import several_named
from lupweb.profiles.visibility import may_read

NOTHING = Markup("")


@dataclass(frozen=True)
class PeopleTable:
    """Columns beside the name, and for each person one cell for each of them.

    :param rows: values ready to be shown, in the order of the people and of the columns
    """

    columns: Sequence[FieldLayout]
    rows: Sequence[Sequence[Markup]]


def columns_offered(viewer: Viewer, layout: Layout) -> list[FieldLayout]:
    """Return the fields that `viewer` may have as columns: all but those of nobody but oneself."""
    return [field for field in layout.fields() if may_read(viewer, field)]


def usual_columns(viewer: Viewer, layout: Layout) -> list[FieldLayout]:
    """Return the columns that administrators chose, as far as `viewer` may have them."""
    return [field for field in columns_offered(viewer, layout) if field.in_table]


def chosen_columns(viewer: Viewer, layout: Layout, chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of the columns that count of those chosen; none where they are the usual."""
    if not chosen:
        return ()
    offered = {field.key for field in columns_offered(viewer, layout)}
    found = tuple(key for key in chosen if key in offered)
    usual = tuple(field.key for field in usual_columns(viewer, layout))
    return () if found == usual else found


def people_table(
    viewer: Viewer,
    layout: Layout,
    people: Sequence[PersonCard],
    chosen: Sequence[str] = (),
) -> PeopleTable:
    """Return the table of `people`, in their order; eight queries, however many they are.

    A field that `viewer` may read of nobody but themselves has no column.

    :param chosen: keys of fields, in the order of the columns; none: the usual ones. What is
        unknown or not for this viewer is left out
    """
    offered = {field.key: field for field in columns_offered(viewer, layout)}
    columns = [offered[key] for key in chosen if key in offered] or usual_columns(viewer, layout)
    ids = [card.id for card in people]
    groups = groups_of(ids)
    named = _cards_named(viewer, layout, ids, columns)
    seen = {
        person.id: visible_values(viewer, layout, person, groups[person.id])
        for person in summaries(ids)
    }
    cells = {id_: {each: seen[id_][each] for each in columns if each in seen[id_]} for id_ in seen}
    several = several_named(cells.values())
    return PeopleTable(
        columns,
        [
            [
                _cell(field, cells.get(id_, {}), named.get((id_, field.id)), several)
                for field in columns
            ]
            for id_ in ids
        ],
    )


def _cell(
    field: FieldLayout,
    values: Mapping[FieldLayout, str],
    named: PersonCard | None,
    several: People,
) -> Markup:
    if field not in values:
        return NOTHING
    return field.type.render(values[field], named.link if named else None, several)


def _cards_named(
    viewer: Viewer, layout: Layout, ids: Sequence[int], columns: Sequence[FieldLayout]
) -> dict[tuple[int, int], PersonCard]:
    named = people_named(ids, [field.id for field in columns if field.type.refers_to_person])
    people = list({person.id: person for person in named.values()}.values())
    shown = {card.id: card for card in cards(viewer, layout, people)}
    return {place: shown[person.id] for place, person in named.items()}
