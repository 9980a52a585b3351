"""The people directory: the page, what it suggests, the card over a name, and its files."""

from dataclasses import replace

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from lupweb import clock
from lupweb.exports.service import exported_people, file_name
from lupweb.profiles.cards import cards
from lupweb.profiles.readers import get_shown
from lupweb.profiles.tables import people_table
from lupweb.profiles.visibility import may_read
from lupweb.search.column_fields import has_column
from lupweb.search.queries import found_people, people_page
from lupweb.search.suggestions import suggestions
from lupweb.web.access import viewer
from lupweb.web.fragments import coming_from, name_address, page_or_part
from lupweb.web.layouts import page_layout, site_options, site_zone
from lupweb.web.result_page import ResultPage
from lupweb.web.search_address import TABLE, SearchAddress, read_address

bp = Blueprint("people", __name__)


@bp.get("/")
@bp.get("/people")
def index() -> ResponseReturnValue:
    """Show the people whom the address asks for, a page at a time."""
    asked = _asked()
    page = people_page(viewer(), page_layout(), site_options(), asked.request)
    table = people_table(viewer(), page_layout(), page.cards) if asked.view == TABLE else None
    result = ResultPage(page, replace(asked, request=page.request), _sortable(), table)
    answer = page_or_part("people/index.html", "people/_part.html", result=result)
    continues = result.address.continues(coming_from())
    name_address(answer, str(result.address), is_next=not continues)
    return answer


@bp.get("/people/suggest")
def suggest() -> ResponseReturnValue:
    """Show what a few letters may mean, as the options of a list box."""
    asked = _asked()
    found = suggestions(viewer(), page_layout(), site_options(), asked.request.query)
    return render_template("people/_suggestions.html", found=found, address=asked)


@bp.get("/people/<handle>/card")
def card(handle: str) -> ResponseReturnValue:
    """Show who somebody is, over their name."""
    person = get_shown(viewer(), handle)
    found = cards(viewer(), page_layout(), [person], with_manager=True)
    return render_template("people/_card.html", card=found[0])


@bp.get("/people/export.csv")
def export_csv() -> ResponseReturnValue:
    """Send the people whom the address asks for, for spreadsheets."""
    return _file("csv", "text/csv; charset=utf-8")


@bp.get("/people/export.json")
def export_json() -> ResponseReturnValue:
    """Send the people whom the address asks for, for programs."""
    return _file("json", "application/json")


def _file(form: str, content_type: str) -> Response:
    """Return an answer that sends a block of people after the other."""
    found = found_people(viewer(), page_layout(), site_options(), _asked().request)
    lines = exported_people(viewer(), page_layout(), found, form)
    answer = Response(stream_with_context(lines), content_type=content_type)
    name = file_name(site_options()["site_name"], clock.now().astimezone(site_zone()), form)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _sortable() -> dict[str, str]:
    """Return the names of the fields that this viewer may have people ordered by."""
    return {
        field.key: field.name
        for field in page_layout().fields()
        if has_column(field) and may_read(viewer(), field)
    }


def _asked() -> SearchAddress:
    return read_address(url_for("people.index"), request.args.items(multi=True))
