"""Whom people name as their manager now, as the narrow index says, and where they stood before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lupweb.database import db
from lupweb.options.service import options
from lupweb.orgchart.models import OrgChart, SubtreeCount
from lupweb.orgchart.tree import Branch, Flaw
from lupweb.people.models import Membership, Person
from lupweb.people.policies import exported
from lupweb.people.queries import one_of
from lupweb.profiles.models import CategoryGroup, GroupPurpose, IndexedValue, ProfileField

AT_ONCE = 1_000
_Ids = InstrumentedAttribute[int]


@dataclass(frozen=True)
class ChartLines:
    """A chart, and the field that makes its lines.

    :param field_id: 0 if there is no such field any more: nobody names anybody then
    :param applies_to: groups whose people have the field; none: everybody
    """

    id: int
    is_outdated: bool
    field_id: int
    applies_to: frozenset[int] = frozenset()

    @property
    def is_of_chart(self) -> ColumnElement[bool]:
        """Return the condition that a count belongs to this chart."""
        return SubtreeCount.chart_id == self.id

    @property
    def is_said(self) -> ColumnElement[bool]:
        """Return the condition that a value of the index is a line of this chart."""
        is_line = and_(IndexedValue.field_id == self.field_id, IndexedValue.place == 0)
        if not self.applies_to:
            return is_line
        members = select(Membership.person_id).where(Membership.group_id.in_(self.applies_to))
        return and_(is_line, IndexedValue.person_id.in_(members))


@dataclass(frozen=True)
class Stood:
    """Where a person stands, as it is stored."""

    branch: Branch
    sort_name: str


@dataclass(frozen=True)
class Saying:
    """What one person says now, beside where they stood.

    :param is_active: whether they belong into a chart
    :param says_something: whether the manager's field says anything
    :param named_id: whom it names, as far as that is known
    :param is_named_there: whether that person is in the chart, as it is stored
    """

    person_id: int
    is_active: bool
    sort_name: str
    says_something: bool
    named_id: int | None
    is_named_there: bool
    stood: Stood | None

    @property
    def turned(self) -> bool:
        """Return whether they came or went."""
        return self.is_active is (self.stood is None)

    @property
    def is_settled(self) -> bool:
        """Return whether they stand where they have to."""
        if self.stood is None or not self.is_active:
            return not self.turned
        return self.sort_name == self.stood.sort_name and self._stands_right(self.stood.branch)

    def _stands_right(self, branch: Branch) -> bool:
        if branch.above_id > 0:
            return self.named_id == branch.above_id
        if not self.says_something:
            return branch.flaw in (None, Flaw.ALONE)
        if self.named_id == self.person_id:
            return branch.flaw is Flaw.SELF
        # a circle is looked at anew: its other lines may have changed
        return branch.flaw is Flaw.MISSING and not self.is_named_there


def charts_kept() -> list[ChartLines]:
    """Return every chart; one query. Until the transaction ends nobody else changes their counts.

    Two who counted at the same time would each forget what the other one counted.
    """
    has_groups = and_(
        CategoryGroup.category_id == ProfileField.category_id,
        CategoryGroup.purpose == GroupPurpose.APPLIES_TO,
    )
    is_field = and_(ProfileField.key == OrgChart.manager_field, ProfileField.removed_at.is_(None))
    rows = (
        select(OrgChart.id, OrgChart.is_outdated, ProfileField.id, CategoryGroup.group_id)
        .join(ProfileField, is_field, isouter=True)
        .join(CategoryGroup, has_groups, isouter=True)
        .order_by(OrgChart.id)
        .with_for_update(of=OrgChart)
    )
    groups: dict[tuple[int, bool, int], set[int]] = defaultdict(set)
    for chart_id, is_outdated, field_id, group_id in db.session.execute(rows):
        groups[chart_id, is_outdated, field_id or 0] |= set() if group_id is None else {group_id}
    return [ChartLines(*key, frozenset(found)) for key, found in groups.items()]


def active() -> ColumnElement[bool]:
    """Return who belongs into charts; one query, for the options."""
    return exported(options())


def sayings(chart: ChartLines, people: Collection[int]) -> dict[int, Saying]:
    """Return what these people say now; two queries, one of them for the options."""
    stood, named = aliased(SubtreeCount), aliased(SubtreeCount)
    rows = (
        select(
            Person.id,
            active().label("is_active"),
            Person.sort_name,
            IndexedValue.person_id,
            IndexedValue.referred_id,
            named.person_id,
            stood.above_id,
            stood.flaw,
            stood.direct,
            stood.total,
            stood.sort_name,
        )
        .select_from(Person)
        .join(IndexedValue, and_(IndexedValue.person_id == Person.id, chart.is_said), isouter=True)
        .join(stood, _is_of(stood, chart, Person.id), isouter=True)
        .join(named, _is_of(named, chart, IndexedValue.referred_id), isouter=True)
        .where(one_of(Person.id, people))
    )
    return {row[0]: _saying(row) for row in db.session.execute(rows)}


def followers(chart: ChartLines, people: Collection[int], limit: int) -> list[int]:
    """Return who names these people, or stands below them; two queries, `limit` people each."""
    naming = select(IndexedValue.person_id).where(
        chart.is_said, one_of(cast(_Ids, IndexedValue.referred_id), people)
    )
    below = select(SubtreeCount.person_id).where(
        chart.is_of_chart, one_of(SubtreeCount.above_id, people)
    )
    found = {id_ for rows in (naming, below) for id_ in db.session.scalars(rows.limit(limit))}
    return sorted(found)


def upwards(chart: ChartLines, people: Iterable[int]) -> dict[int, Stood]:
    """Return where these people stand, and everybody above them; one query, however far up."""
    start = (
        select(SubtreeCount.person_id, SubtreeCount.above_id)
        .where(chart.is_of_chart, one_of(SubtreeCount.person_id, people))
        .cte("upwards", recursive=True)
    )
    above = aliased(SubtreeCount)
    step = select(above.person_id, above.above_id).join(
        start, _is_of(above, chart, start.c.above_id)
    )
    everybody = start.union(step)  # each once: chains meet, and they never go round
    rows = stood_rows(chart).join(everybody, everybody.c.person_id == SubtreeCount.person_id)
    return {row[0]: _stood(*row[1:]) for row in db.session.execute(rows)}


def said_lines(chart: ChartLines) -> Select[int, int | None]:
    """Return the query for everybody who says something, and whom they name."""
    return select(IndexedValue.person_id, IndexedValue.referred_id).where(chart.is_said)


def plain_rows(chart: ChartLines) -> Select[int, int, str]:
    """Return the query for person, whom they name, and sort name, of those without any question.

    Those name somebody else who is active, and nobody names them: so they stand below that one,
    in no circle, and nobody stands below them. In most companies that is nearly everybody.
    """
    lines, others = (said_lines(chart).subquery() for _number in range(2))
    there = select(Person.id).where(active()).subquery()
    is_named = exists().where(others.c.referred_id == Person.id)
    return (
        select(Person.id, there.c.id, Person.sort_name)
        .join(lines, lines.c.person_id == Person.id)
        .join(there, there.c.id == lines.c.referred_id)
        .where(active(), there.c.id != Person.id, ~is_named)
    )


def other_rows(chart: ChartLines) -> Select[int, str, int, int | None]:
    """Return the query for who is not stored yet: person, sort name, and whom they name.

    The third is None for those who say nothing.
    """
    lines = said_lines(chart).subquery()
    is_stored = exists().where(chart.is_of_chart, SubtreeCount.person_id == Person.id)
    return (
        select(Person.id, Person.sort_name, lines.c.person_id, lines.c.referred_id)
        .join(lines, lines.c.person_id == Person.id, isouter=True)
        .where(active(), ~is_stored)
    )


def driver_rows(rows: Select[*tuple[Any, ...]]) -> list[Any]:
    """Return rows of plain values as the driver gives them: in half the time, for everybody."""
    return list(db.session.connection().execute(rows).cursor.fetchall())


def driver_stream(rows: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Yield what `driver_rows` returns, on SQLite with few rows in memory at a time."""
    result = db.session.connection().execute(rows)
    while some := result.cursor.fetchmany(AT_ONCE):
        yield from some
    result.close()


def stood_rows(chart: ChartLines) -> Select[int, int, Flaw | None, int, int, str]:
    """Return the query for where everybody stands."""
    return select(
        SubtreeCount.person_id,
        SubtreeCount.above_id,
        SubtreeCount.flaw,
        SubtreeCount.direct,
        SubtreeCount.total,
        SubtreeCount.sort_name,
    ).where(chart.is_of_chart)


def stood_and_called(chart: ChartLines) -> Select[*tuple[Any, ...]]:
    """Return the query of `stood_rows`, and what each of them is sorted by now."""
    of_chart = stood_rows(chart).add_columns(Person.sort_name)
    return of_chart.join(Person, Person.id == SubtreeCount.person_id, isouter=True)


def _is_of(place: type[SubtreeCount], chart: ChartLines, person_id: Any) -> ColumnElement[bool]:
    return and_(place.chart_id == chart.id, place.person_id == person_id)


def _saying(row: Any) -> Saying:
    person_id, is_active, sort_name, sayer_id, named_id, there_id, above_id, *rest = row
    return Saying(
        person_id=person_id,
        is_active=bool(is_active),
        sort_name=sort_name,
        says_something=sayer_id is not None,
        named_id=named_id,
        is_named_there=there_id is not None,
        stood=None if above_id is None else _stood(above_id, *rest),
    )


def _stood(above_id: int, flaw: str | None, direct: int, total: int, sort_name: str) -> Stood:
    return Stood(Branch(above_id, Flaw(flaw) if flaw else None, direct, total), sort_name)
