"""The org chart that menus and profiles lead to; read once for each change of the set-up.

What is kept is never stale: writing a chart is a change of the set-up (`lupweb.options.versions`),
and every request reads its token before it looks here.
"""

from flask import g

from lupweb.orgchart.offering import ChartName, chart_names, offered
from lupweb.search.recent import Recent
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, set_up_token

_charts: Recent[list[ChartName]] = Recent(4)


def first_chart() -> ChartName | None:
    """Return the first chart that who looks may see, if there is one."""
    if "first_chart" not in g:
        names = _charts.get(set_up_token(), chart_names)
        found = offered(names, viewer(), page_layout()) if names else []
        g.first_chart = found[0] if found else None
    chart: ChartName | None = g.first_chart
    return chart
