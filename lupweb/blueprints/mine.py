"""What belongs to an account itself: its tokens for programs."""

from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from lupweb import clock
from lupweb.accounts.tokens import (
    LONGEST_NAME,
    MOST_DAYS,
    SCOPES,
    USUAL_DAYS,
    Scope,
    get_token,
    make_token,
    revoke_token,
    scopes_of,
    tokens_of,
)
from lupweb.database import transaction
from lupweb.errors import InvalidValue, ReadOnlyMode
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import site_options

CHOICES_OF_DAYS = (7, 30, USUAL_DAYS, 180, MOST_DAYS)

bp = Blueprint("mine", __name__, url_prefix="/mine")


@bp.get("/tokens")
def tokens() -> ResponseReturnValue:
    """Show the tokens of this account, and a form for another one."""
    return _page({"scope": [Scope.PEOPLE], "days": str(USUAL_DAYS)})


@bp.post("/tokens")
def make() -> ResponseReturnValue:
    """Make a token and show it, this once: nothing here could say it again."""
    settings = current_app.extensions["lupweb"].settings
    if settings.read_only or site_options()["read_only"]:
        raise ReadOnlyMode(_("The site is in read-only mode. No token was made."))
    given: dict[str, Any] = {
        "name": request.form.get("name", ""),
        "scope": request.form.getlist("scope"),
        "days": request.form.get("days", ""),
    }
    try:
        with transaction():
            _number, text = make_token(viewer(), given["name"], given["scope"], _days(given))
    except InvalidValue as refused:
        return _page(given, problem=refused.message), 422
    return _page({"scope": [Scope.PEOPLE], "days": str(USUAL_DAYS)}, made=text)


@bp.route("/tokens/<number>/revoke", methods=["GET", "POST"])
def revoke(number: str) -> ResponseReturnValue:
    """Ask, and make a token worth nothing."""
    wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
    if request.method == "GET":
        found = get_token(viewer(), wanted)
        return render_template("mine/revoke.html", found=found, now=clock.now())
    with transaction():
        name = revoke_token(viewer(), wanted)
    flash(str(_("“%(name)s” is revoked. Programs that show it are turned away.", name=name)), "ok")
    return redirect(url_for(".tokens"))


def _page(given: dict[str, Any], problem: Any = "", made: str = "") -> str:
    offered = scopes_of(viewer().role)
    return render_template(
        "mine/tokens.html",
        tokens=tokens_of(viewer()),
        scopes={scope: said for scope, said in SCOPES.items() if scope in offered},
        days=CHOICES_OF_DAYS,
        longest_name=LONGEST_NAME,
        now=clock.now(),
        given=given,
        problem=problem,
        made=made,
    )


def _days(given: dict[str, Any]) -> int:
    days = given["days"]
    return int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0
