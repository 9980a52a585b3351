"""A filter with the fields that it names, as far as a viewer may know of them.

A field that the viewer may not read is unknown, in the same words as one that does not exist
(hostile-input.md B35).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lupweb.accounts.viewers import Viewer
from lupweb.errors import FilterRefused, InvalidValue
from lupweb.field_types.date import DateType
from lupweb.profiles.layout import Layout
from lupweb.search.comparing import Test, comparer
from lupweb.search.filter_fields import Filterable, find_filterable, nearest_name
from lupweb.search.grammar import parse
from lupweb.search.terms import Comparison, Condition, Operator, Value, leaves_of
from lupweb.texts import _

MOST_FIELDS = 12
"""Of one filter: to read a field of everybody takes some time."""
MOST_BEHIND = 12
"""Words behind a value that may belong to it."""


@dataclass(frozen=True)
class BoundFilter:
    """A filter that this viewer may ask, all of its fields found.

    :param readings: comparison -> what it may mean, the one with the longest value first
    """

    condition: Condition
    readings: Mapping[Comparison, Sequence["Reading"]]


@dataclass(frozen=True)
class Reading:
    """A comparison, with so many of the words behind its value taken for a part of it.

    :param asked: what a single value is asked; None: there is to be none at all
    :param behind: the words that are none of its value
    :param is_certain: whether it holds even if nobody has such a value
    """

    field: Filterable
    asked: Test | None
    behind: tuple[str, ...]
    is_certain: bool


def bind(viewer: Viewer, layout: Layout, text: str, today: date) -> BoundFilter:
    """Return a filter with its fields; asks no database.

    :raises FilterRefused: if it cannot be understood, or names what `viewer` may not read
    """
    condition = parse(text)
    try:
        readings = {
            leaf: _readings(viewer, layout, leaf, today)
            for leaf in leaves_of(condition)
            if isinstance(leaf, Comparison)
        }
        _refuse_many_fields(readings)
    except FilterRefused as refused:
        refused.text = text
        raise
    return BoundFilter(condition, readings)


def _refuse_many_fields(readings: Mapping[Comparison, Sequence[Reading]]) -> None:
    fields: set[str] = set()
    for leaf, found in readings.items():
        fields.add(found[0].field.key)
        if len(fields) > MOST_FIELDS:
            raise FilterRefused(
                _("A filter names at most %(most)s different fields.", most=MOST_FIELDS),
                column=leaf.column,
            )


def _readings(viewer: Viewer, layout: Layout, leaf: Comparison, today: date) -> list[Reading]:
    """Return what a comparison may mean: the words behind its value may belong to it."""
    filterable = find_filterable(viewer, layout, leaf.field)
    if filterable is None:
        raise FilterRefused(
            _("There is no field “%(name)s”.", name=leaf.field[:100]),
            column=leaf.column,
            expected=_("A plain word with a colon in it stands in quotes."),
            suggestion=nearest_name(viewer, layout, leaf.field),
        )
    if not leaf.value.signs.strip() and leaf.operator is Operator.IS and not leaf.more:
        return [Reading(filterable, None, (), is_certain=True)]
    return _readable(filterable, leaf, today)


def _readable(filterable: Filterable, leaf: Comparison, today: date) -> list[Reading]:
    words = [Value.read(word) for word in leaf.more]
    fewest = max((number for number, word in enumerate(words, 1) if word.is_pattern), default=0)
    found: list[Reading] = []
    for count in range(min(len(words), max(fewest, MOST_BEHIND)), fewest - 1, -1):
        value = sum(words[:count], start=leaf.value)
        is_day = isinstance(filterable.type, DateType) and not value.is_pattern
        try:
            asked = _asked(filterable, leaf, value, today)
        except FilterRefused:
            if count > fewest or found:
                continue
            raise
        behind = tuple(word.signs for word in words[count:])
        found.append(Reading(filterable, asked, behind, leaf.operator is not Operator.IS or is_day))
    return found


def _asked(filterable: Filterable, leaf: Comparison, value: Value, today: date) -> Test:
    try:
        return comparer(filterable.type, leaf.operator, value, today)
    except InvalidValue as error:
        raise FilterRefused(error.message, column=leaf.value_column) from error
