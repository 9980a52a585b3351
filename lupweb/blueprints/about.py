"""What is to be said of the site itself: help, what is stored of people, and who can use it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lupweb.web.layouts import site_options

bp = Blueprint("about", __name__, url_prefix="/about")


@bp.get("/help")
def site_help() -> ResponseReturnValue:
    """Show how to find people, and where to do what."""
    return render_template("about/help.html")


@bp.get("/privacy")
def privacy() -> ResponseReturnValue:
    """Show what is stored of people, who sees it, and when it goes."""
    options = site_options()
    return render_template(
        "about/privacy.html",
        purge_after_days=options["purge_after_days"],
        reads_at_sign_in=options["login_sync"],
    )


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Show what was done so that everybody can use the site, how it is checked, and what is not."""
    return render_template("about/accessibility.html")
