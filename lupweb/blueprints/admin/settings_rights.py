"""Edit rights: whose profiles whoever else may edit."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import secret_key
from lupweb.configfile.rights_editing import (
    SIDES,
    RightForm,
    give_right,
    rights_listed,
    take_right,
)
from lupweb.database import transaction
from lupweb.errors import InvalidForm
from lupweb.people.queries import groups_listed
from lupweb.texts import _
from lupweb.web.access import viewer

page = admin_page("rights", _("Edit rights"), Section.PROFILES, icon="pen", place=40)


@page.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Show who may edit whom; give a right."""
    if request.method == "GET":
        return _page(RightForm())
    with transaction():
        give_right(viewer(), _typed(), secret_key())
    flash(str(_("The right was given. It counts at once.")), "ok")
    return redirect(url_for(".index"), 303)


@page.post("/take")
def take() -> ResponseReturnValue:
    """Take a right away."""
    with transaction():
        take_right(viewer(), request.form.get("right", ""), secret_key())
    flash(str(_("The right was taken away. It counts no more.")), "ok")
    return redirect(url_for(".index"), 303)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return _page(error.form), 422


def _typed() -> RightForm:
    form = request.form
    people = {side: form.get(f"{side}-one") or form.get(f"{side}_people", "") for side in SIDES}
    return RightForm(
        {side: form.get(f"{side}_groups", "") for side in SIDES},
        {side: text.strip() for side, text in people.items()},
    )


def _page(form: RightForm) -> str:
    return render_template(
        "admin/edit_rights/index.html",
        form=form,
        rights=rights_listed(viewer(), secret_key()),
        groups=groups_listed(),
    )
