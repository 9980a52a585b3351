"""How large a chart is: how many people stand in it, on how many levels."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.orgchart.lines import driver_rows
from lupweb.orgchart.models import SubtreeCount
from lupweb.orgchart.places import ChartView
from lupweb.orgchart.queries import require_readable
from lupweb.orgchart.tree import TOP

Row = tuple[int, int, int]
"""Somebody with reports: number, who stands above or `TOP`, how many people are below."""


@dataclass(frozen=True)
class Extent:
    """How large a chart is.

    :param levels: the top is one; 0 of a chart in which nobody stands
    """

    people: int
    levels: int


NOBODY = Extent(0, 0)


def extent(chart: ChartView, viewer: Viewer) -> Extent:
    """Return how large a chart is; one query, which reads a row for everybody who has reports.

    :raises NotFound: if `viewer` may not see the chart
    """
    require_readable(chart, viewer)
    leading = select(SubtreeCount.person_id, SubtreeCount.above_id, SubtreeCount.total).where(
        SubtreeCount.chart_id == chart.id, SubtreeCount.direct > 0
    )
    return measured(driver_rows(leading), chart.top_ids)


def measured(leading: Iterable[Row], chosen: Collection[int] = ()) -> Extent:
    """Return how large the forest is that these people lead; a forest has no circles.

    :param chosen: who stands at the top; none: whoever has nobody above
    """
    above: dict[int, int] = {}
    total: dict[int, int] = {}
    for person, manager, below in leading:
        above[person], total[person] = manager, below
    tops = set(chosen) or {person for person, manager in above.items() if manager == TOP}
    tops = {person for person in tops if not _is_below(person, above, tops)}
    people = sum(total.get(person, 0) + 1 for person in tops)
    return Extent(people, _levels(tops, above, total))


def _is_below(person: int, above: Mapping[int, int], others: Collection[int]) -> bool:
    """Return whether one of the others stands above somebody, anywhere on the way up."""
    while person in above:
        person = above[person]
        if person in others:
            return True
    return False


def _levels(tops: Collection[int], above: Mapping[int, int], total: Mapping[int, int]) -> int:
    leading: dict[int, list[int]] = defaultdict(list)
    for person, manager in above.items():
        leading[manager].append(person)
    level, levels = list(tops), 0
    while level:
        levels += 1
        has_more = any(person in total for person in level)
        level = [each for person in level for each in leading.get(person, ())]
        levels += 1 if has_more and not level else 0
    return levels
