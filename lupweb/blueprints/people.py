"""The people directory."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lupweb.people.policies import listed
from lupweb.search.queries import LONGEST_QUERY, people_page
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.paging import page_number

bp = Blueprint("people", __name__)


@bp.get("/")
@bp.get("/people")
def index() -> ResponseReturnValue:
    """Show everybody whom the query finds, a page at a time."""
    query = request.args.get("q", "")[:LONGEST_QUERY].strip()
    number = page_number(request.args.get("page", ""))
    page = people_page(viewer(), page_layout(), listed(site_options()), query, number)
    return render_template("people/index.html", query=query, page=page)
