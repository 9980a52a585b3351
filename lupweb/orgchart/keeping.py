"""Keep the counts of org charts true: a receiver of `profiles.changed`, and a count from scratch.

A few people who changed are moved in the transaction that changes them, so an edit shows on the
next page. Where many change at once, charts are marked, and counted anew when all of it is
written: at the end of a run, of a change of the set-up, of an undo; else by the scheduler.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, insert, literal, null, select, update

from lupweb.database import db
from lupweb.options.versions import STAYS
from lupweb.orgchart.grafting import regrow
from lupweb.orgchart.lines import (
    ChartLines,
    Saying,
    Stood,
    active,
    charts_kept,
    driver_stream,
    followers,
    other_rows,
    plain_rows,
    said_lines,
    sayings,
    stood_and_called,
    upwards,
)
from lupweb.orgchart.models import OrgChart, SubtreeCount
from lupweb.orgchart.tree import Flaw, Forest, grow
from lupweb.people.models import Person
from lupweb.people.queries import one_of
from lupweb.people.versions import note_change
from lupweb.profiles.bulk import insert_rows

FEW = 50
"""Most people of one signal who are moved one by one: a run tells of a thousand at once."""
MOST_LOOKED_AT = 1_000
"""Most people of one signal of whom it is asked whether they are to stand elsewhere."""
MOST_FOLLOWERS = 500
"""Most people below those who came or went; with more, counting everybody is quicker."""
COLUMNS = ("chart_id", "person_id", "above_id", "flaw", "direct", "total", "sort_name")
BLOCK = 5_000
Row = tuple[int, int, str | None, int, int, str]
"""Person, above, flaw, direct, total, sort name: as the database has them."""


def renew(ids: Sequence[int], *, new: object = None, **_extra: Any) -> None:
    """Let these people stand where their values say; a receiver of `profiles.service.changed`."""
    charts = charts_kept()
    if len(ids) <= FEW:
        for chart in charts:
            _move(chart, ids)
        return
    counted = [chart for chart in charts if not chart.is_outdated]
    if new is not None or len(ids) > MOST_LOOKED_AT:
        _mark([chart.id for chart in counted])
        return
    for chart in counted:
        _move_some(chart, ids)


def note_outdated(*_sender: Any, **_extra: Any) -> None:
    """Mark every chart; a receiver of `profiles.service.outdated`; in a transaction."""
    _mark([chart.id for chart in charts_kept() if not chart.is_outdated])


def count_outdated() -> int:
    """Count every chart anew that is marked; return how many were; in a transaction."""
    charts = [chart for chart in charts_kept() if chart.is_outdated]
    for chart in charts:
        count_anew(chart)
    return len(charts)


def is_any_outdated() -> bool:
    """Return whether a chart is to be counted anew; one query."""
    marked = select(OrgChart.id).where(OrgChart.is_outdated).limit(1)
    return db.session.scalar(marked) is not None


def count_anew(chart: ChartLines) -> None:
    """Count a chart from scratch, and write what differs; in a transaction.

    With few objects for each person, since a company has a hundred thousand of them.
    """
    is_filled = db.session.scalar(select(SubtreeCount.person_id).where(chart.is_of_chart).limit(1))
    if is_filled is None:
        _fill(chart)
    else:
        _mend(chart)
    counted = update(OrgChart).where(OrgChart.id == chart.id).values(is_outdated=False)
    db.session.execute(counted, execution_options=STAYS)


def _fill(chart: ChartLines) -> None:
    """Write everybody of a chart of which nothing is stored.

    Those without any question never leave the database: that takes half of the time.
    """
    plain = plain_rows(chart)
    person_id, above_id, sort_name = plain.selected_columns
    values = (literal(chart.id), person_id, above_id, null(), literal(0), literal(0), sort_name)
    rows = plain.with_only_columns(*values)
    db.session.execute(insert(SubtreeCount).from_select(COLUMNS, rows))
    counted = select(SubtreeCount.above_id, func.count()).where(chart.is_of_chart)
    leaves = dict(driver_stream(counted.group_by(SubtreeCount.above_id)))
    said: dict[int, int | None] = {}
    names: dict[int, str] = {}
    for id_, name, sayer_id, named_id in driver_stream(other_rows(chart)):
        names[id_] = name
        if sayer_id:
            said[id_] = named_id
    forest = grow(names, said, leaves)
    del said, leaves
    _replace(chart, (), (_row_of(forest, id_, name) for id_, name in names.items()))


def _mend(chart: ChartLines) -> None:
    """Write who does not stand where it is stored."""
    people = {row[0] for row in driver_stream(select(Person.id).where(active()))}
    forest = grow(people, dict(driver_stream(said_lines(chart))))
    stale: list[int] = []
    wanted: list[Row] = []
    for *stored, name in driver_stream(stood_and_called(chart)):
        person = stored[0]
        row = _row_of(forest, person, name) if person in people else None
        people.discard(person)
        if row != tuple(stored):
            stale.append(person)
            wanted += [row] if row else []
    for some in _blocks(sorted(people)):
        called = select(Person.id, Person.sort_name).where(one_of(Person.id, some))
        wanted += (_row_of(forest, person, name) for person, name in driver_stream(called))
    _replace(chart, stale, wanted)


def _row_of(forest: Forest, person: int, name: str) -> Row:
    """Return what is stored of somebody; most stand below somebody, and nobody below them."""
    above = forest.above.get(person)
    if above is None:
        return _row(person, Stood(forest.branch(person), name))
    return (person, above, None, forest.direct.get(person, 0), forest.total.get(person, 0), name)


def remove_charts(keys: Collection[str]) -> None:
    """Take charts away, and what was counted for them; in a transaction."""
    gone = OrgChart.key.in_(keys)
    counts = SubtreeCount.chart_id.in_(select(OrgChart.id).where(gone))
    db.session.execute(delete(SubtreeCount).where(counts))
    db.session.execute(delete(OrgChart).where(gone))


def _mark(chart_ids: Collection[int]) -> None:
    if chart_ids:
        marked = update(OrgChart).where(OrgChart.id.in_(chart_ids))
        db.session.execute(marked.values(is_outdated=True), execution_options=STAYS)


def _move_some(chart: ChartLines, ids: Sequence[int]) -> None:
    """Move the few among many people who are to stand elsewhere; mark the chart if many are.

    As a rule none is: a run of changes brings other rooms and telephone numbers.
    """
    moved = [id_ for id_, each in sayings(chart, ids).items() if not each.is_settled]
    if len(moved) > FEW:
        _mark([chart.id])
    else:
        _move(chart, moved)


def _move(chart: ChartLines, ids: Iterable[int]) -> None:
    """Move those of some people who do not stand where their values say."""
    said = sayings(chart, sorted(set(ids)))
    moved = {id_: each for id_, each in said.items() if not each.is_settled}
    if not moved:
        return
    turned = [id_ for id_, each in moved.items() if each.turned]
    below = followers(chart, turned, MOST_FOLLOWERS + 1) if turned else []
    if len(below) > MOST_FOLLOWERS or not _join(chart, moved, below):
        count_anew(chart)
        return
    stood = upwards(chart, moved)
    heads = [id_ for id_, each in stood.items() if each.branch.flaw is Flaw.CYCLE]
    if not _join(chart, moved, heads):
        count_anew(chart)
        return
    named = {each.named_id for each in moved.values() if each.named_id is not None}
    if named - stood.keys():
        stood |= upwards(chart, named)
    _write(chart, stood, moved)


def _join(chart: ChartLines, moved: dict[int, Saying], people: Iterable[int]) -> bool:
    """Let more people move; return False if somebody came or went of whom nobody told yet."""
    others = [id_ for id_ in people if id_ not in moved]
    if others:
        said = sayings(chart, others)
        moved |= said
        return not any(each.turned for each in said.values())
    return True


def _write(chart: ChartLines, stood: Mapping[int, Stood], moved: Mapping[int, Saying]) -> None:
    """Write where everybody stands after these people moved, where that is not what is stored."""
    grown = regrow(
        {id_: each.branch for id_, each in stood.items()},
        moved,
        {id_ for id_, each in moved.items() if each.is_active},
        {id_: each.named_id for id_, each in moved.items() if each.says_something},
    )
    names = {id_: each.sort_name for id_, each in stood.items()}
    names |= {id_: each.sort_name for id_, each in moved.items()}
    wanted = {id_: Stood(branch, names[id_]) for id_, branch in grown.items()}
    changed = [id_ for id_ in {**stood, **wanted} if stood.get(id_) != wanted.get(id_)]
    _replace(chart, changed, [_row(id_, wanted[id_]) for id_ in changed if id_ in wanted])


def _row(person_id: int, each: Stood) -> Row:
    above, flaw, direct, total = each.branch
    return (person_id, above, flaw and flaw.value, direct, total, each.sort_name)


def _replace(chart: ChartLines, stale: Sequence[int], rows: Iterable[Row]) -> None:
    """Store rows in place of what is known about these people."""
    for some in _blocks(stale):
        of_some = one_of(SubtreeCount.person_id, some)
        db.session.execute(delete(SubtreeCount).where(chart.is_of_chart, of_some))
    left, is_other = iter(rows), bool(stale)
    while some_rows := list(islice(left, BLOCK)):
        insert_rows(SubtreeCount, COLUMNS, [(chart.id, *row) for row in some_rows])
        is_other = True
    if is_other:
        note_change(db.session.connection())  # what pages keep of charts


def _blocks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BLOCK] for start in range(0, len(ids), BLOCK))
