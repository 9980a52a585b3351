"""The people directory: the page, what it suggests, and the card over a name."""

from functools import partial

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.contacts.recent import standing_of
from lupweb.lists.queries import ListLine
from lupweb.profiles.cards import cards
from lupweb.profiles.readers import get_shown
from lupweb.search.suggestions import suggestions
from lupweb.web.access import viewer
from lupweb.web.fragments import coming_from, name_address, tell_apart, wants_part
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.list_menu import start_target
from lupweb.web.looks import usual_look
from lupweb.web.people_view import PeopleView
from lupweb.web.ready_pages import people_page_of
from lupweb.web.search_address import SearchAddress, read_address

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
    shown = PeopleView(asked, saved)
    if wants_part():
        answer = _made("people/_part.html", shown)
    else:
        page, parts = (partial(_made, f"people/{name}.html", shown) for name in ("index", "_parts"))
        answer = people_page_of(shown, page, parts)
    tell_apart(answer)
    address = shown.address
    name_address(answer, str(address), is_next=not address.continues(coming_from()))
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


def _made(template: str, shown: PeopleView) -> Response:
    made = render_template(template, shown=shown, lists=shown.lists, starred=shown.starred)
    return make_response(made)


def _asked() -> SearchAddress:
    path, said = url_for("people.index"), request.args.items(multi=True)
    return read_address(path, said, usual_look())
