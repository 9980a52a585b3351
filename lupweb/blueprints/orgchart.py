"""Org charts: drawn, as an outline, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.utils import secure_filename

from lupweb import clock
from lupweb.contacts.queries import starred
from lupweb.database import transaction
from lupweb.errors import InvalidValue, NotFound
from lupweb.exports.org_charts import chart_csv, chart_png, note_chart_export
from lupweb.exports.service import file_name
from lupweb.orgchart.places import ChartView
from lupweb.orgchart.problems import problems
from lupweb.orgchart.queries import charts_for, find_chart
from lupweb.orgchart.showing import Wish, shown_chart
from lupweb.people.summaries import summaries
from lupweb.profiles.cards import PersonCard, cards
from lupweb.profiles.choosing import SeveralMeant, register
from lupweb.profiles.readers import get_shown
from lupweb.search.suggestions import suggestions
from lupweb.web.access import signed_in_account, viewer
from lupweb.web.chart_address import ChartAddress, read_chart_address
from lupweb.web.chart_looks import CLASSES, COLOURS
from lupweb.web.chart_missing import no_chart
from lupweb.web.chart_page import ChartPage
from lupweb.web.charts import chart_extent
from lupweb.web.files import Content, as_file
from lupweb.web.layouts import page_layout, site_options, site_zone

CONTENT_TYPES = {
    "svg": "image/svg+xml; charset=utf-8", "png": "image/png", "csv": "text/csv; charset=utf-8",
}  # fmt: skip
FROM_FORM = "find"
"""Says that words were typed, and that the browser is to be moved to whom they mean."""

bp = Blueprint("orgchart", __name__, url_prefix="/org-chart")
bp.register_error_handler(NotFound, no_chart)


@dataclass(frozen=True)
class Meant:
    """Whom the words in an address mean.

    :param people: whom to choose from, where they may mean several, with their addresses
    """

    typed: str = ""
    card: PersonCard | None = None
    people: Sequence[tuple[PersonCard, ChartAddress]] = ()

    @property
    def shown(self) -> str:
        """Return what stands in the search box: who was found, else what was typed."""
        return f"{self.card.name} ({self.card.login})" if self.card else self.typed

    @property
    def nobody(self) -> bool:
        """Return whether words were typed that mean nobody."""
        return bool(self.typed) and self.card is None and not self.people


@bp.get("")
def index() -> ResponseReturnValue:
    """Go to the first chart, or say that there is none."""
    charts = charts_for(viewer(), page_layout())
    if charts:
        return redirect(url_for(".show", key=charts[0].key))
    return render_template("orgchart/none.html")


@bp.get("/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show a part of a chart: the line to somebody, and the teams that were opened."""
    chart, address = _asked(key)
    meant = _meant(address)
    if meant.card and (FROM_FORM in request.args or address.focus != meant.card.handle):
        return redirect(str(address.on(meant.card.handle, meant.card.id)))
    charts = charts_for(viewer(), page_layout())
    return render_template(
        "orgchart/show.html",
        page=replace(_page(chart, address, meant), extent=chart_extent(chart)),
        meant=meant,
        charts=[(each.name, url_for(".show", key=each.key), each == chart) for each in charts],
        problems=problems(chart, viewer()),
        looks=CLASSES,
        starred=starred(viewer()),
    )


@bp.get("/<key>/people")
def people(key: str) -> ResponseReturnValue:
    """Show whom a few letters may mean, as the options of a list box."""
    find_chart(key, viewer(), page_layout())
    found = suggestions(viewer(), page_layout(), site_options(), request.args.get("q", ""))
    return render_template("profiles/_people_options.html", people=found.people, query=found.query)


@bp.get("/<key>.svg")
def export_svg(key: str) -> ResponseReturnValue:
    """Send what the address shows as a drawing that can be edited."""
    chart, page = _shown(key)
    return _file(_svg(page), chart, "svg")


@bp.get("/<key>.png")
def export_png(key: str) -> ResponseReturnValue:
    """Send what the address shows as a picture."""
    chart, page = _shown(key)
    picture = chart_png(_svg(page), page.paper.width, page.paper.height)
    return _file(picture, chart, "png")


@bp.get("/<key>.csv")
def export_csv(key: str) -> ResponseReturnValue:
    """Send the whole chart, a line for each person."""
    chart = find_chart(key, viewer(), page_layout())
    return _file(chart_csv(chart, viewer()), chart, "csv")


def _asked(key: str) -> tuple[ChartView, ChartAddress]:
    chart = find_chart(key, viewer(), page_layout())
    path = url_for(".show", key=chart.key)
    return chart, read_chart_address(path, request.args.items(multi=True))


def _shown(key: str) -> tuple[ChartView, ChartPage]:
    chart, address = _asked(key)
    return chart, _page(chart, address, _meant(address))


def _page(chart: ChartView, address: ChartAddress, meant: Meant) -> ChartPage:
    account = signed_in_account()
    face = account.card if account else None
    me = face.id if face else None
    wish = Wish(
        focus_id=meant.card.id if meant.card else me,
        open_ids=address.open_ids,
        part=address.part,
        line=address.line,
        opens_all=address.opens_all,
    )
    shown = shown_chart(chart, viewer(), page_layout(), wish)
    found = address if meant.card else replace(address, focus="")
    return ChartPage(shown, found, me, face.handle if face else "")


def _meant(address: ChartAddress) -> Meant:
    """Return whom the focus of an address means: a handle first, then a name, then any words."""
    text = address.focus
    if not text:
        return Meant()
    try:
        return Meant(text, _card(get_shown(viewer(), text).id))
    except NotFound:
        pass
    try:
        stored = register([text], _by_words).stored(text)
    except SeveralMeant as several:
        found = [_card(int(each.value.removeprefix("id:"))) for each in several.people]
        return Meant(text, people=[(card, address.on(card.handle, card.id)) for card in found])
    except InvalidValue:
        return Meant(text)
    return Meant(text, _card(int(stored.removeprefix("id:"))))


def _card(person_id: int) -> PersonCard:
    return cards(viewer(), page_layout(), summaries([person_id]))[0]


def _by_words(words: str) -> Sequence[int]:
    found = suggestions(viewer(), page_layout(), site_options(), words)
    return [card.id for card in found.people]


def _svg(page: ChartPage) -> str:
    return render_template("orgchart/file.svg", page=page, looks=COLOURS)


def _file(content: Content, chart: ChartView, form: str) -> Response:
    with transaction():
        note_chart_export(viewer(), chart, form)
    site, named = site_options()["site_name"], secure_filename(chart.name) or chart.key
    name = file_name(f"{site} {named}", clock.now().astimezone(site_zone()), form)
    return as_file(content, CONTENT_TYPES[form], name)
