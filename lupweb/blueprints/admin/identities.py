"""Records that may be one person: look at both, and decide."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.people_address import number_in
from lupweb.database import transaction
from lupweb.sync.link_queue import Pair, proposals, propose_again, tell_apart
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.paging import page_number

page = admin_page("identities", _("Identities"), Section.PROFILES, icon="link", place=25)
DECIDED = "decided"


@dataclass(frozen=True)
class _Address:
    """The address of a list of pairs."""

    show: str

    def page(self, number: int) -> str:
        """Return the address of one of its pages."""
        return url_for(
            "admin_identities.index",
            show=self.show or None,
            page=number if number > 1 else None,
        )


@page.get("")
def index() -> ResponseReturnValue:
    """Show the pairs that wait, or those that were told apart."""
    show = DECIDED if request.args.get("show") == DECIDED else ""
    number = page_number(request.args.get("page", ""))
    found = proposals(viewer(), number, decided=bool(show))
    return render_template(
        "admin/identities/index.html", found=found, is_decided=bool(show), address=_Address(show)
    )


@page.post("/apart")
def apart() -> ResponseReturnValue:
    """Note that two records are two people."""
    with transaction():
        tell_apart(viewer(), _posted())
    flash(str(_("They are two people, and are not proposed again.")), "ok")
    return redirect(url_for(".index"), 303)


@page.post("/again")
def again() -> ResponseReturnValue:
    """Propose two records again."""
    with transaction():
        propose_again(viewer(), _posted())
    flash(str(_("The two records are proposed again, as long as they look alike.")), "ok")
    return redirect(url_for(".index", show=DECIDED), 303)


def _posted() -> Pair:
    first, second = (number_in(request.form.get(name, "")) for name in ("first", "second"))
    return first, second
