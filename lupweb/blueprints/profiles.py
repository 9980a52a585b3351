"""The profile of one person."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lupweb.profiles.queries import profile
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

bp = Blueprint("profiles", __name__, url_prefix="/people")


@bp.get("/<handle>")
def show(handle: str) -> ResponseReturnValue:
    """Show a profile as this viewer sees it."""
    found = profile(viewer(), page_layout(), handle)
    return render_template("profiles/show.html", profile=found)
