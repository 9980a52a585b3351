"""The org chart that menus and profiles lead to, and how large one is; read once for each change.

What is kept is never stale: writing a chart is a change of the set-up (`lupweb.options.versions`),
where somebody stands in one a change of people (`lupweb.people.versions`), and every request reads
both tokens before it looks here.
"""

from flask import g

from lupweb.orgchart.extent import Extent, extent
from lupweb.orgchart.offering import ChartName, chart_names, offered
from lupweb.orgchart.places import ChartView
from lupweb.search.recent import Recent
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, people_token, set_up_token

_charts: Recent[list[ChartName]] = Recent(4)
_extents: Recent[Extent] = Recent(20)


def first_chart() -> ChartName | None:
    """Return the first chart that who looks may see, if there is one."""
    if "first_chart" not in g:
        names = _charts.get(set_up_token(), chart_names)
        found = offered(names, viewer(), page_layout()) if names else []
        g.first_chart = found[0] if found else None
    chart: ChartName | None = g.first_chart
    return chart


def chart_extent(chart: ChartView) -> Extent:
    """Return how large a chart is that the viewer may see; known from before if it is."""
    token = people_token()
    key = (token, set_up_token(), chart.id) if token else None
    return _extents.get(key, lambda: extent(chart, viewer()))
