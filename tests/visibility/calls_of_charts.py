"""How the addresses of org charts are called, by people who must learn nothing by them."""

from collections.abc import Mapping

from tests.visibility.asking import WORDS, Call, asked, sent
from tests.visibility.twins import CANARY

CHART_WISHES = (
    "", "?focus=ben", "?focus=quirin&view=outline", "?open=1.2.3.4.5.6.7.8&line=s_user_select",
    "?focus=ZQX-SECRET-7&find=1", "?team=0.0&open=2&view=chart&zoom=30",
)  # fmt: skip


def of_charts(*endings: str) -> list[Call]:
    """Return calls of each chart: of an open field, and of restricted ones."""
    charts = [f"/org-chart/{key}" for key in ("line", "secret", "vault")]
    return [Call(chart + ending) for chart in charts for ending in endings]


CHART_CALLS: Mapping[str, list[Call]] = {
    "admin_org-charts.delete": [
        Call("/admin/org-charts/secret/delete"),
        *sent("/admin/org-charts/nothing/delete", {}),
    ],
    "admin_org-charts.edit": [
        Call("/admin/org-charts/secret/edit"),
        *sent("/admin/org-charts/line/edit", {"name": "", "manager_field": "s_user_select"}),
        *sent("/admin/org-charts/line/edit", {"name": "x", "top": CANARY}),
    ],
    "admin_org-charts.index": [Call("/admin/org-charts")],
    "admin_org-charts.move": sent("/admin/org-charts/secret/move", {"step": "sideways"}),
    "admin_org-charts.new": [
        Call("/admin/org-charts/new"),
        *sent("/admin/org-charts/new", {"name": "", "manager_field": "v_user_select"}),
    ],
    "admin_org-charts.people": [
        Call(asked("/admin/org-charts/people", q=words)) for words in WORDS
    ],
    "admin_org-charts.problems": [
        Call(f"/admin/org-charts/{key}/problems?flaw={flaw}")
        for key in ("line", "secret", "vault")
        for flaw in ("", "alone", "missing", "self", "cycle")
    ],
    "orgchart.export_csv": of_charts(".csv"),
    "orgchart.export_png": [Call(f"/org-chart/{key}.png") for key in ("secret", "vault")],
    "orgchart.export_svg": of_charts(*(f".svg{wish}" for wish in CHART_WISHES)),
    "orgchart.index": [Call("/org-chart")],
    "orgchart.people": of_charts("/people?q=zq", f"/people?q={CANARY}"),
    "orgchart.show": of_charts(*CHART_WISHES),
}
