"""Birthdays and anniversaries, as one viewer may see them (product.md section 8).

Which field is one, administrators choose; whose day a viewer may see, `profiles.visibility` says.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.activity.anniversaries import Anniversary, anniversary_of, counted
from lupweb.activity.calendars import Event
from lupweb.database import db
from lupweb.field_types.date import DateType
from lupweb.people.models import Person
from lupweb.people.queries import groups_of
from lupweb.people.summaries import PersonSummary, summaries
from lupweb.profiles.card_lists import card_list
from lupweb.profiles.cards import PersonCard
from lupweb.profiles.document import values_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.visibility import Sight, may_read
from lupweb.search.column_fields import is_anniversary
from lupweb.search.column_models import PeopleValue
from lupweb.search.columns import Column, read_codes
from lupweb.search.directory import open_directory
from lupweb.texts import Text

PAGE = 50
AHEAD = timedelta(days=30)
"""How far the panel beside the contacts looks."""
MOST_AHEAD = 8


@dataclass(frozen=True)
class Occasion:
    """A day of somebody that comes back.

    :param label: the name of its field
    :param years: how many it is; None where nobody counts
    """

    card: PersonCard
    label: str
    on: date
    years: int | None

    @property
    def what(self) -> Text | str:
        """Return what day it is."""
        return counted(self.label, self.years, self.on)


@dataclass(frozen=True)
class Month:
    """A page of everybody's days in one month.

    :param first: the first day of the month
    :param has_fields: whether the viewer may know any such day at all
    """

    first: date
    occasions: Sequence[Occasion]
    total: int
    number: int
    pages: int
    has_fields: bool

    @property
    def before(self) -> date:
        """Return the first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """Return the first day of the next month."""
        return (self.first + timedelta(days=31)).replace(day=1)


def anniversary_fields(layout: Layout) -> list[FieldLayout]:
    """Return the fields whose days are told every year."""
    return [field for field in layout.fields() if is_anniversary(field.type)]


def coming_up(
    viewer: Viewer, layout: Layout, ids: Sequence[int], today: date
) -> Sequence[Occasion]:
    """Return what these people have in the next 30 days, the next first; a few at most.

    :param today: where the reader is
    """
    found = [
        (on, person.id, field, anniversary)
        for person, field, anniversary in _days(viewer, layout, ids)
        if (on := anniversary.next_from(today)) <= today + AHEAD and anniversary.is_kept_on(on)
    ]
    found = sorted(found, key=lambda each: each[0])[:MOST_AHEAD]
    cards = {each.id: each for each in card_list(viewer, layout, [one[1] for one in found])}
    return [
        Occasion(cards[person_id], field.name, on, anniversary.years(on))
        for on, person_id, field, anniversary in found
    ]


def events(viewer: Viewer, layout: Layout, ids: Sequence[int], site: str) -> Iterator[Event]:
    """Yield every day of these people that the viewer may know, for a calendar.

    :param site: the address of the site, without a slash at its end
    """
    for person, field, anniversary in _days(viewer, layout, ids):
        url = f"{site}/people/id:{person.id}"
        yield Event(
            uid=uuid5(NAMESPACE_URL, f"{url}#{field.key}").urn,
            anniversary=anniversary,
            summary=_summary(person.name, field.name, anniversary),
            url=url,
        )


def _summary(name: str, label: str, anniversary: Anniversary) -> str:
    """Return what a calendar says every year: the year since when, and not how many it is."""
    since = f" {anniversary.since.year}" if anniversary.since else ""
    return f"{name}: {label}{since}"


def month_of_everybody(
    viewer: Viewer, layout: Layout, options: Mapping[str, Any], first: date, page: int
) -> Month:
    """Return a page of the days that people of the directory have in a month.

    Days of fields that not everybody may read are left out for whoever may not; a constant number
    of queries.

    :param first: the first day of the month
    """
    fields = [each for each in anniversary_fields(layout) if may_read(viewer, each)]
    days = _days_of_month(viewer, layout, options, fields, first)
    pages = max(1, math.ceil(len(days) / PAGE))
    number = min(max(page, 1), pages)
    shown = days[(number - 1) * PAGE :][:PAGE]
    return Month(
        first=first,
        occasions=_occasions(viewer, layout, shown),
        total=len(days),
        number=number,
        pages=pages,
        has_fields=bool(fields),
    )


@dataclass(frozen=True)
class _Day:
    """A day of one person in the month that is asked for."""

    on: date
    place: int
    person_id: int
    field: FieldLayout
    anniversary: Anniversary


def _days(
    viewer: Viewer, layout: Layout, ids: Collection[int]
) -> Iterator[tuple[PersonSummary, FieldLayout, Anniversary]]:
    """Yield the days of these people that the viewer may see; two queries at most."""
    fields = anniversary_fields(layout)
    if not fields:
        return
    groups = groups_of(list(ids)) if any(each.applies_to for each in fields) else {}
    sight = Sight(viewer, fields)
    for person in summaries(list(ids)):
        values = values_of(person.document)
        for field in sight.fields(person.id, groups.get(person.id, frozenset())):
            anniversary = _read(field, values.get(field.key, ""))
            if anniversary:
                yield person, field, anniversary


def _days_of_month(
    viewer: Viewer,
    layout: Layout,
    options: Mapping[str, Any],
    fields: Sequence[FieldLayout],
    first: date,
) -> list[_Day]:
    """Return every day that the month has, by day and roughly by name; four queries at most."""
    if not fields:
        return []
    directory = open_directory(viewer, layout, options)
    stored = directory.stored
    columns = {each.id: stored.by_field[each.id] for each in fields if each.id in stored.by_field}
    known = _anniversaries(columns, fields, first)
    codes = read_codes([stored.standing, stored.place, *columns.values()])
    listed, places = directory.everybody(codes), codes[stored.place.id]
    found = [
        _Day(known[field.id][code].on(first.year), places[person_id], person_id, field, anniversary)
        for field in fields
        if field.id in known
        for person_id in listed.with_code(codes[columns[field.id].id], known[field.id]).ids
        if (code := codes[columns[field.id].id][person_id])
        and (anniversary := known[field.id][code])
    ]
    return sorted(found, key=lambda day: (day.on, day.place, day.person_id))


def _anniversaries(
    columns: Mapping[int, Column], fields: Sequence[FieldLayout], first: date
) -> dict[int, dict[int, Anniversary]]:
    """Return field id -> code -> the day it stands for, of the days in this month; one query."""
    by_column = {columns[each.id].id: each for each in fields if each.id in columns}
    table = PeopleValue.__table__.c
    rows = select(table.column_id, table.code, table.value).where(
        table.column_id.in_(by_column), table.value.like(f"%-{first.month:02}-__")
    )
    found: dict[int, dict[int, Anniversary]] = {}
    for column_id, code, value in db.session.execute(rows):
        field = by_column[column_id]
        anniversary = _read(field, value)
        if anniversary and anniversary.is_kept_on(anniversary.on(first.year)):
            found.setdefault(field.id, {})[code] = anniversary
    return found


def _occasions(viewer: Viewer, layout: Layout, days: Sequence[_Day]) -> list[Occasion]:
    """Return what is shown of these days; whoever lost the field meanwhile is left out."""
    ids = sorted({day.person_id for day in days})
    cards = {card.id: card for card in card_list(viewer, layout, ids)}
    names = dict(
        db.session.execute(select(Person.id, Person.sort_name).where(Person.id.in_(ids))).all()
    )
    has_groups = any(day.field.applies_to for day in days)
    groups = groups_of(ids) if has_groups else {}
    sight = Sight(viewer, {day.field: None for day in days})
    in_order = sorted(days, key=lambda day: (day.on, names.get(day.person_id, "")))
    return [
        Occasion(cards[day.person_id], day.field.name, day.on, day.anniversary.years(day.on))
        for day in in_order
        if day.person_id in cards
        and day.field in sight.fields(day.person_id, groups.get(day.person_id, frozenset()))
    ]


def _read(field: FieldLayout, value: str) -> Anniversary | None:
    return anniversary_of(value, cast(DateType, field.type).anniversary)
