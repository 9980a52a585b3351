"""What changed in profiles lately."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lupweb.activity.lately import lately
from lupweb.contacts.queries import starred
from lupweb.people.queries import LARGEST_ID
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options

bp = Blueprint("activity", __name__)
SYNC = "sync"


@bp.get("/activity")
def index() -> ResponseReturnValue:
    """Show what people changed, the newest first; what was synchronized if it is asked for."""
    before = request.args.get("before", type=int)
    if before is not None:
        before = min(max(before, 1), LARGEST_ID)
    includes_sync = request.args.get("include") == SYNC
    found = lately(
        viewer(), page_layout(), site_options(), before=before, includes_sync=includes_sync
    )
    return render_template(
        "activity/index.html",
        activity=found,
        includes_sync=includes_sync,
        included=SYNC if includes_sync else None,
        is_first=before is None,
        starred=starred(viewer()),
    )
