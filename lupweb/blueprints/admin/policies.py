"""Policies: who counts, who is shown, what is switched on, and what pictures may be."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.policy_editing import (
    effect_of,
    policies_draft,
    policies_typed,
    save_policies,
)
from lupweb.database import transaction
from lupweb.errors import InvalidForm
from lupweb.options.registry import LOCKOUT_THRESHOLD
from lupweb.people.queries import groups_listed
from lupweb.texts import _
from lupweb.web.access import viewer

page = admin_page("policies", _("Policies"), Section.SITE, icon="flag", place=20)


@page.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Show and change the policies; what they would mean can be looked at first."""
    draft = policies_draft(viewer(), secret_key())
    if request.method == "GET":
        return _page(draft)
    typed = policies_typed(draft, posted())
    if "look" in request.form:
        return _page(typed)
    with transaction():
        save_policies(viewer(), typed, secret_key())
    flash(str(_("The policies were saved.")), "ok")
    return redirect(url_for(".index"), 303)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return _page(error.form), 422


def _page(draft: Draft) -> str:
    return render_template(
        "admin/policies/index.html",
        draft=draft,
        effect=effect_of(viewer(), draft, secret_key()),
        groups=groups_listed(),
        thresholds=LOCKOUT_THRESHOLD.choices,
        is_set_outside=current_app.extensions["lupweb"].settings.read_only,
    )
