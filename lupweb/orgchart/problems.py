"""What of an org chart is to be repaired, and by whom: counted, and listed page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.orgchart.models import SubtreeCount
from lupweb.orgchart.places import ChartView
from lupweb.orgchart.queries import require_readable
from lupweb.orgchart.tree import TOP, Flaw
from lupweb.profiles.models import IndexedValue
from lupweb.texts import Text, ngettext


@dataclass(frozen=True)
class Problems:
    """How many people are to be looked at.

    :param tops: who has reports and nobody above; more than one is no fault, but may be one
    :param counts: how many people have each flaw; those that nobody has are left out
    """

    tops: int
    counts: Mapping[Flaw, int]

    @property
    def total(self) -> int:
        """Return how many people have a flaw."""
        return sum(self.counts.values())

    def __bool__(self) -> bool:
        """Return whether anybody has a flaw."""
        return bool(self.counts)

    def sentence(self, flaw: Flaw) -> Text | str:
        """Return how many people have a flaw, in words; "" if nobody has."""
        count = self.counts.get(flaw, 0)
        return _SENTENCES[flaw](count) if count else ""


@dataclass(frozen=True)
class Faulty:
    """One person in a list for repair.

    :param value: what the manager's field says, as it is stored; "" if it says nothing
    :param named_id: where a circle was cut, whom the person names; the line down to that one, as
        `queries.standing` returns it, is the circle
    """

    person_id: int
    direct: int
    total: int
    value: str
    named_id: int | None = None


@dataclass(frozen=True)
class FaultyPage:
    """A part of the people with one flaw, in the order of their names, and how many there are."""

    people: Sequence[Faulty]
    count: int
    offset: int


def problems(chart: ChartView, viewer: Viewer) -> Problems:
    """Return how much of the chart is to be repaired; two queries.

    :raises NotFound: if `viewer` may not see the chart
    """
    require_readable(chart, viewer)
    is_here = SubtreeCount.chart_id == chart.id
    flaws = (
        select(SubtreeCount.flaw, func.count())
        .where(is_here, SubtreeCount.flaw.is_not(None))
        .group_by(SubtreeCount.flaw)
    )
    counts = {Flaw(flaw): count for flaw, count in db.session.execute(flaws) if flaw is not None}
    at_top = select(func.count()).where(is_here, SubtreeCount.above_id == TOP)
    return Problems(
        tops=db.session.scalar(at_top) or 0,
        counts={flaw: counts[flaw] for flaw in Flaw if flaw in counts},
    )


def faulty(
    chart: ChartView, viewer: Viewer, flaw: Flaw, offset: int = 0, limit: int = 50
) -> FaultyPage:
    """Return who has a flaw, in the order of their names; two queries.

    :raises NotFound: if `viewer` may not see the chart
    """
    require_readable(chart, viewer)
    has_flaw = and_(SubtreeCount.chart_id == chart.id, SubtreeCount.flaw == flaw)
    count = db.session.scalar(select(func.count()).where(has_flaw)) or 0
    says = and_(
        IndexedValue.person_id == SubtreeCount.person_id,
        IndexedValue.field_id == chart.manager.id,
        IndexedValue.place == 0,
        SubtreeCount.flaw != Flaw.ALONE,
    )
    rows = (
        select(
            SubtreeCount.person_id,
            SubtreeCount.direct,
            SubtreeCount.total,
            IndexedValue.value,
            IndexedValue.referred_id,
        )
        .join(IndexedValue, says, isouter=True)
        .where(has_flaw)
        .order_by(SubtreeCount.sort_name, SubtreeCount.person_id)
        .offset(offset)
        .limit(limit)
    )
    shows_whom = flaw is Flaw.CYCLE
    return FaultyPage(
        [
            Faulty(id_, direct, total, value or "", named if shows_whom else None)
            for id_, direct, total, value, named in db.session.execute(rows)
        ],
        count,
        offset,
    )


def _alone(count: int) -> Text:
    return ngettext(
        "%(n)s person reports to nobody, and nobody reports to them.",
        "%(n)s people report to nobody, and nobody reports to them.",
        count,
    )


def _themselves(count: int) -> Text:
    return ngettext(
        "%(n)s person is named as their own manager.",
        "%(n)s people are named as their own managers.",
        count,
    )


def _in_circles(count: int) -> Text:
    return ngettext(
        "%(n)s line goes round in a circle. It is cut where the list says.",
        "%(n)s lines go round in circles. They are cut where the list says.",
        count,
    )


def _missing(count: int) -> Text:
    return ngettext(
        "%(n)s person names a manager who is not known here, or not active.",
        "%(n)s people name managers who are not known here, or not active.",
        count,
    )


_SENTENCES = {
    Flaw.ALONE: _alone,
    Flaw.SELF: _themselves,
    Flaw.CYCLE: _in_circles,
    Flaw.MISSING: _missing,
}
