"""Org charts: which there are, what they are drawn from, and what in them is to be repaired."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.accounts.viewers import Viewer
from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.groups_page import PeopleInput, find_people
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.configfile.changing import open_setup
from lupweb.configfile.chart_editing import (
    CHARTS,
    add_chart,
    chart_draft,
    chart_typed,
    move_chart,
    new_chart,
    person_fields,
    remove_chart,
    save_chart,
    tops_meant,
)
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.group_members import MembersTyped
from lupweb.database import transaction
from lupweb.errors import InvalidForm, NotFound
from lupweb.orgchart.problems import FaultyPage, faulty
from lupweb.orgchart.problems import problems as problems_of
from lupweb.orgchart.queries import charts_for, find_chart
from lupweb.orgchart.tree import Flaw
from lupweb.people.summaries import summaries
from lupweb.profiles.cards import cards
from lupweb.profiles.locked import locked_for
from lupweb.search.suggestions import suggestions
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.chart_missing import no_chart
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.paging import page_number

PER_PAGE = 50
TOP = "top"
FLAWS = {
    Flaw.ALONE: _("Without a manager"),
    Flaw.MISSING: _("Manager not known, or not active"),
    Flaw.SELF: _("Their own manager"),
    Flaw.CYCLE: _("Circles"),
}

page = admin_page("org-charts", _("Org charts"), Section.PROFILES, icon="org", place=40)
page.register_error_handler(NotFound, no_chart)


@page.get("")
def index() -> ResponseReturnValue:
    """Show every chart, what it is drawn from, and what in it is to be repaired."""
    entries = open_setup(viewer(), secret_key())[CHARTS]
    seen = {chart.key: chart for chart in charts_for(viewer(), page_layout())}
    return render_template(
        "admin/org_charts/index.html",
        charts=entries.values(),
        problems={key: problems_of(chart, viewer()) for key, chart in seen.items()},
        names=dict(person_fields(page_layout())),
        moved=request.args.get("moved", ""),
        step=request.args.get("step", ""),
    )


@page.get("/people")
def people() -> ResponseReturnValue:
    """Show whom a few letters may mean, as the options of a list box."""
    found = suggestions(viewer(), page_layout(), site_options(), request.args.get("q", ""))
    return render_template("profiles/_people_options.html", people=found.people, query=found.query)


@page.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a chart."""
    draft = new_chart(page_layout())
    return _answered(draft, add_chart, lambda name: _("“%(name)s” was added.", name=name))


@page.route("/<key>/edit", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Show and change what is set for a chart."""
    draft = chart_draft(viewer(), key, secret_key())
    return _answered(draft, save_chart, lambda name: _("“%(name)s” was saved.", name=name))


@page.post("/<key>/move")
def move(key: str) -> ResponseReturnValue:
    """Let a chart change places with its neighbour."""
    step = request.form.get("step", "")
    with transaction():
        name, place, count = move_chart(viewer(), key, step, secret_key())
    said = _("%(name)s: place %(number)s of %(count)s.", name=name, number=place, count=count)
    flash(str(said), "ok")
    return redirect(url_for(".index", moved=key, step=step), 303)


@page.route("/<key>/delete", methods=["GET", "POST"])
def delete(key: str) -> ResponseReturnValue:
    """Ask, and take a chart away."""
    if request.method == "GET":
        draft = chart_draft(viewer(), key, secret_key())
        return render_template("admin/org_charts/delete.html", draft=draft)
    with transaction():
        name = remove_chart(viewer(), key, secret_key())
    return _done(_("“%(name)s” was deleted. Fields and values stay.", name=name))


@page.get("/<key>/problems")
def problems(key: str) -> ResponseReturnValue:
    """Show who is to be repaired, a page for each kind of flaw, with links to their forms."""
    chart = find_chart(key, viewer(), page_layout())
    counted = problems_of(chart, viewer())
    flaw = _flaw(request.args.get("flaw", ""), list(counted.counts))
    number = min(page_number(request.args.get("page", "")), _pages(counted.counts.get(flaw, 0)))
    found = faulty(chart, viewer(), flaw, (number - 1) * PER_PAGE, PER_PAGE)
    return render_template(
        "admin/org_charts/problems.html",
        chart=chart,
        problems=counted,
        flaw=flaw,
        names=FLAWS,
        found=found,
        cards=_cards(found),
        locked=locked_for(chart.manager, [each.person_id for each in found.people]),
        pages=_Pages(url_for(".problems", key=key), flaw, number, found),
    )


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    form: Draft = error.form
    return _form(form), 422


def _answered(
    draft: Draft, store: Callable[[Viewer, Draft, str], object], said: Callable[[str], Text]
) -> ResponseReturnValue:
    """Show the form of a chart, or store what was typed.

    :param said: what is told about a chart of this name that was stored
    """
    if request.method == "GET":
        return _form(draft)
    tops = tops_meant(viewer(), draft, posted(), find_people)
    typed = chart_typed(draft, posted(), tops)
    if tops.problem:
        return _form(typed, tops), 422
    with transaction():
        store(viewer(), typed, secret_key())
    return _done(said(typed.entry["name"]))


class _Pages:
    """The pages of one list, as the pager takes them."""

    def __init__(self, path: str, flaw: Flaw, number: int, found: FaultyPage) -> None:
        self.number, self.count, self.total = number, _pages(found.count), found.count
        self.first = found.offset + 1
        self.last = found.offset + len(found.people)
        self._path, self._flaw = path, flaw

    def page(self, number: int) -> str:
        """Return the address of a page."""
        return f"{self._path}?{urlencode({'flaw': self._flaw.value, 'page': number})}"


def _pages(count: int) -> int:
    return max(1, -(-count // PER_PAGE))


def _flaw(text: str, found: Sequence[Flaw]) -> Flaw:
    """Return the flaw that an address names, else the first that somebody has."""
    known = next((flaw for flaw in Flaw if flaw.value == text), None)
    return known or next((flaw for flaw in FLAWS if flaw in found), Flaw.ALONE)


def _cards(found: FaultyPage) -> dict[int, object]:
    ids = [each.person_id for each in found.people]
    named = [each.named_id for each in found.people if each.named_id]
    people = summaries([*ids, *(each for each in dict.fromkeys(named) if each not in ids)])
    return {card.id: card for card in cards(viewer(), page_layout(), people)}


def _form(draft: Draft, tops: MembersTyped | None = None) -> str:
    tops = tops or MembersTyped(values=draft.entry["top"])
    problem = draft.problems.get("top", "")
    control = PeopleInput(str(_("At the top")), tops.values, tops.people, problem, name=TOP)
    return render_template(
        "admin/org_charts/edit.html",
        draft=draft,
        fields=person_fields(page_layout()),
        control=control,
    )


def _done(said: Text) -> ResponseReturnValue:
    flash(str(said), "ok")
    return redirect(url_for(".index"), 303)
