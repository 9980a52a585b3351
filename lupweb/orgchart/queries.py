"""Org charts for one viewer: who stands above, beside and below whom, and what is to be repaired.

Everything is read from `SubtreeCount`, which knows active people only and has no circles. A chart
is offered to whoever may read the field that makes it, and to nobody else (hostile-input.md B37);
whoever may read it sees everybody in it, for people are no secret, only values are.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.errors import NotFound
from lupweb.orgchart.models import OrgChart, SubtreeCount
from lupweb.orgchart.offering import offered
from lupweb.orgchart.places import ChartView, Edge, Level, Place, Standing
from lupweb.orgchart.tree import ASIDE, TOP, Flaw
from lupweb.people.models import Membership, Person
from lupweb.people.names import fold_login
from lupweb.people.queries import one_of
from lupweb.profiles.layout import FieldLayout, Layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.reporting import MANAGER
from lupweb.profiles.visibility import may_read
from lupweb.texts import _

NO_CHART = _("There is no such org chart.")
DEEPEST = 100
"""Most people in a line upwards; of a longer one the part next to the person is given."""


def charts_for(viewer: Viewer, layout: Layout) -> list[ChartView]:
    """Return the charts that `viewer` may see, in their order; two queries at most."""
    rows = db.session.scalars(select(OrgChart).order_by(OrgChart.position, OrgChart.id)).all()
    seen = offered(rows, viewer, layout)
    fields = {each.key: each for each in layout.fields() if each.type.names_people}
    tops = _ids_of({login for row in seen for login in row.top})
    return [
        ChartView(
            id=row.id,
            key=row.key,
            name=row.name,
            manager=fields[row.manager_field],
            dotted=tuple(
                fields[key]
                for key in row.dotted_fields
                if key in fields and may_read(viewer, fields[key])
            ),
            top_ids=tuple(id_ for login in row.top for id_ in tops.get(fold_login(login), ())),
        )
        for row in seen
    ]


def manager_key() -> str:
    """Return the key of the field that names managers: that of the first chart; one query."""
    first = select(OrgChart.manager_field).order_by(OrgChart.position, OrgChart.id).limit(1)
    return db.session.scalar(first) or MANAGER


def find_chart(key: str, viewer: Viewer, layout: Layout) -> ChartView:
    """Return the chart of this key.

    :raises NotFound: if there is none, or none that `viewer` may see
    """
    found = next((each for each in charts_for(viewer, layout) if each.key == key), None)
    if found is None:
        raise NotFound(NO_CHART)
    return found


def standing(chart: ChartView, viewer: Viewer, person_id: int) -> Standing:
    """Return where a person stands, with the line upwards; one query.

    :raises NotFound: if the person is not active, or not there
    """
    found = find_standing(chart, viewer, person_id)
    if found is None:
        raise NotFound(_("This person is not in the org chart: it shows active people only."))
    return found


def find_standing(chart: ChartView, viewer: Viewer, person_id: int) -> Standing | None:
    """Return where a person stands, or None if the person is not in the chart; one query."""
    require_readable(chart, viewer)
    row = aliased(SubtreeCount)
    columns = (row.person_id, row.above_id, row.direct, row.total, row.flaw)
    start = select(*columns, literal(0).label("depth")).where(
        row.chart_id == chart.id, row.person_id == person_id
    )
    upwards = start.cte("upwards", recursive=True)
    is_above = and_(row.chart_id == chart.id, row.person_id == upwards.c.above_id)
    goes_on = and_(upwards.c.depth < DEEPEST, upwards.c.person_id.not_in(chart.top_ids))
    upwards = upwards.union_all(
        select(*columns, upwards.c.depth + 1).join(upwards, is_above).where(goes_on)
    )
    rows = db.session.execute(select(upwards).order_by(upwards.c.depth.desc())).all()
    if not rows:
        return None
    chain = [_place(*each[:5]) for each in rows]
    return Standing(chain[-1], chain[-DEEPEST:], is_cut=len(chain) > DEEPEST)


def tops(chart: ChartView, viewer: Viewer, offset: int = 0, limit: int = 40) -> Level:
    """Return who stands at the top; one query.

    Those are the people whom administrators chose, else everybody who has reports and nobody above.
    """
    require_readable(chart, viewer)
    if chart.top_ids:
        return _level(_at(chart, SubtreeCount.person_id.in_(chart.top_ids)), offset, limit)
    return _level(_at(chart, SubtreeCount.above_id == TOP), offset, limit)


def reports(
    chart: ChartView, viewer: Viewer, person_id: int, offset: int = 0, limit: int = 40
) -> Level:
    """Return who reports to a person; one query."""
    require_readable(chart, viewer)
    return _level(_at(chart, SubtreeCount.above_id == person_id), offset, limit)


def levels(
    chart: ChartView, viewer: Viewer, person_ids: Collection[int], limit: int = 40
) -> dict[int, Level]:
    """Return the first `limit` reports of each of these people; one query, however many.

    Somebody without reports has an empty level.
    """
    require_readable(chart, viewer)
    above = SubtreeCount.above_id
    order = (SubtreeCount.sort_name, SubtreeCount.person_id)
    numbered = (
        select(
            *_COLUMNS,
            func.row_number().over(partition_by=above, order_by=order).label("number"),
            func.count().over(partition_by=above).label("beside"),
        )
        .where(SubtreeCount.chart_id == chart.id, one_of(above, person_ids))
        .subquery()
    )
    first = select(numbered).where(numbered.c.number <= limit)
    found: dict[int, list[Place]] = {person_id: [] for person_id in person_ids}
    counts = dict.fromkeys(person_ids, 0)
    for row in db.session.execute(first.order_by(numbered.c.above_id, numbered.c.number)):
        found[row.above_id].append(_place(*row[:5]))
        counts[row.above_id] = row.beside
    return {person_id: Level(found[person_id], counts[person_id]) for person_id in person_ids}


def places(chart: ChartView, viewer: Viewer, person_ids: Collection[int]) -> dict[int, Place]:
    """Return where these people stand, without those who are not in the chart; one query."""
    require_readable(chart, viewer)
    rows = _at(chart, one_of(SubtreeCount.person_id, person_ids))
    return {row[0]: _place(*row) for row in db.session.execute(rows)}


def dotted(chart: ChartView, viewer: Viewer, person_ids: Collection[int]) -> list[Edge]:
    """Return for whom these people also work, by whatever of it `viewer` may read; one query.

    :raises NotFound: if `viewer` may not see the chart
    """
    require_readable(chart, viewer)
    fields = {field.id: field for field in chart.dotted if may_read(viewer, field)}
    if not fields or not person_ids:
        return []
    ends = aliased(SubtreeCount)
    has_place = and_(ends.chart_id == chart.id, ends.person_id == IndexedValue.referred_id)
    rows = (
        select(IndexedValue.person_id, IndexedValue.referred_id, IndexedValue.field_id)
        .join(ends, has_place)  # whoever is not active is nobody's superior
        .where(
            one_of(IndexedValue.person_id, person_ids),
            IndexedValue.referred_id != IndexedValue.person_id,
            _in_any(fields.values()),
        )
        .distinct()
        .order_by(IndexedValue.field_id, IndexedValue.person_id, IndexedValue.referred_id)
    )
    return [
        Edge(one, other, fields[field_id])
        for one, other, field_id in db.session.execute(rows)
        if other is not None
    ]


def require_readable(chart: ChartView, viewer: Viewer) -> None:
    """Ask again who may see the chart: a view of it may have been made for somebody else.

    :raises NotFound: if `viewer` may not
    """
    if not may_read(viewer, chart.manager):
        raise NotFound(NO_CHART)


def _in_any(fields: Iterable[FieldLayout]) -> ColumnElement[bool]:
    """Return the condition that a value stands in one of these fields, of somebody who has it."""
    conditions = [
        and_(IndexedValue.field_id == field.id, has_field(field, IndexedValue.person_id))
        for field in fields
    ]
    return or_(*conditions)


def has_field(
    field: FieldLayout, person_id: ColumnElement[int] | InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Return the condition that the person of this id has the field in the profile at all."""
    if not field.applies_to:
        return true()
    members = select(Membership.person_id).where(Membership.group_id.in_(field.applies_to))
    return person_id.in_(members)


_COLUMNS = (
    SubtreeCount.person_id,
    SubtreeCount.above_id,
    SubtreeCount.direct,
    SubtreeCount.total,
    SubtreeCount.flaw,
)


def _at(
    chart: ChartView, condition: ColumnElement[bool]
) -> Select[int, int, int, int, Flaw | None]:
    return select(*_COLUMNS).where(SubtreeCount.chart_id == chart.id, condition)


def _level(rows: Select[int, int, int, int, Flaw | None], offset: int, limit: int) -> Level:
    counted = rows.with_only_columns(func.count())
    part = rows.add_columns(counted.scalar_subquery().label("beside"))
    part = part.order_by(SubtreeCount.sort_name, SubtreeCount.person_id)
    found = db.session.execute(part.offset(offset).limit(limit)).all()
    if found or not offset:
        return Level([_place(*row[:5]) for row in found], found[0].beside if found else 0, offset)
    return Level([], db.session.scalar(counted) or 0, offset)  # behind the last of them


def _place(person_id: int, above_id: int, direct: int, total: int, flaw: str | None) -> Place:
    above = None if above_id in (TOP, ASIDE) else above_id
    return Place(person_id, above, direct, total, Flaw(flaw) if flaw else None)


def _ids_of(logins: Collection[str]) -> dict[str, list[int]]:
    """Return folded login -> the people who have it."""
    if not logins:
        return {}
    folded = {fold_login(login) for login in logins}
    rows = select(Person.login_folded, Person.id).where(Person.login_folded.in_(folded))
    found: dict[str, list[int]] = {}
    for login, id_ in db.session.execute(rows.order_by(Person.id)):
        found.setdefault(login, []).append(id_)
    return found
