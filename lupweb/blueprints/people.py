"""The people directory: the page, what it suggests, and the card over a name."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.contacts.queries import starred
from lupweb.contacts.recent import standing_of
from lupweb.lists.queries import ListLine
from lupweb.profiles.cards import cards
from lupweb.profiles.readers import get_shown
from lupweb.profiles.tables import chosen_columns, people_table
from lupweb.profiles.visibility import may_read
from lupweb.search.column_fields import has_column
from lupweb.search.queries import people_page
from lupweb.search.suggestions import suggestions
from lupweb.web.access import viewer
from lupweb.web.fragments import coming_from, name_address, page_or_part
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.list_menu import start_target
from lupweb.web.list_part import list_part
from lupweb.web.looks import usual_look
from lupweb.web.result_page import ResultPage
from lupweb.web.search_address import TABLE, SearchAddress, read_address

bp = Blueprint("people", __name__)


@bp.get("/")
def start() -> ResponseReturnValue:
    """Lead to the page that this reader starts on; where nobody chose one, show the people."""
    target = "" if request.args else start_target()
    return redirect(target) if target else index()


@bp.get("/people")
def index() -> ResponseReturnValue:
    """Show the people whom the address asks for, a page at a time."""
    return show_people(_asked())


def show_people(asked: SearchAddress, saved: ListLine | None = None) -> ResponseReturnValue:
    """Return a page of the people whom an address asks for, or the part that the script asks for.

    :param saved: the list whose page it is; None: the people page
    """
    page = people_page(viewer(), page_layout(), site_options(), asked.request)
    columns = chosen_columns(viewer(), page_layout(), asked.columns)
    asked = replace(asked, request=page.request, columns=columns)
    table = None
    if asked.view == TABLE:
        table = people_table(viewer(), page_layout(), page.cards, asked.columns)
    result = ResultPage(page, asked.of_refused(page.refused), _sortable(), table)
    shown = {"result": result, "lists": list_part(asked, saved), "starred": starred(viewer())}
    answer = page_or_part("people/index.html", "people/_part.html", **shown)
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
    is_starred = standing_of(viewer(), person.id).is_contact
    return render_template("people/_card.html", card=found[0], is_starred=is_starred)


def _sortable() -> dict[str, str]:
    """Return the names of the fields that this viewer may have people ordered by."""
    return {
        field.key: field.name
        for field in page_layout().fields()
        if has_column(field) and may_read(viewer(), field)
    }


def _asked() -> SearchAddress:
    path, said = url_for("people.index"), request.args.items(multi=True)
    return read_address(path, said, usual_look())
