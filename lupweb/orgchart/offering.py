"""Which charts there are, and to whom they are offered; without looking at anybody in them."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy import select

from lupweb.accounts.viewers import Viewer
from lupweb.database import db
from lupweb.orgchart.models import OrgChart
from lupweb.profiles.layout import Layout
from lupweb.profiles.visibility import may_read


class ChartName(NamedTuple):
    """What menus need of a chart."""

    key: str
    name: str
    manager_field: str


def chart_names() -> list[ChartName]:
    """Return every chart in its order; one query."""
    rows = select(OrgChart.key, OrgChart.name, OrgChart.manager_field)
    in_order = rows.order_by(OrgChart.position, OrgChart.id)
    return [ChartName(*row) for row in db.session.execute(in_order)]


class HasField(Protocol):
    """A chart, as far as it says of whom it is offered to."""

    @property
    def manager_field(self) -> str:
        """Return the key of the field that makes it."""


_Chart = TypeVar("_Chart", bound=HasField)


def offered(charts: Iterable[_Chart], viewer: Viewer, layout: Layout) -> list[_Chart]:
    """Return the charts that `viewer` may see; no query."""
    fields = {each.key: each for each in layout.fields() if each.type.names_people}
    return [
        each
        for each in charts
        if each.manager_field in fields and may_read(viewer, fields[each.manager_field])
    ]
