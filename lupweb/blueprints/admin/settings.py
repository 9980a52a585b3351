"""Settings of the site: its name, language and region, how people are matched, pictures."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import connect, posted, secret_key, shelf
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.site_editing import save_table, table_draft, table_typed
from lupweb.database import transaction
from lupweb.errors import InvalidForm
from lupweb.texts import LANGUAGES, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

page = admin_page("settings", _("Settings"), Section.SITE, place=10)
SITE, PICTURE = "site", "picture"
MATCHES = ("login", "email", "")
ATTRIBUTE = "attribute"
ASKED = {
    SITE: ("name", "language", "phone_region", "time_zone", "match_people_by"),
    PICTURE: ("source", "attribute", "url"),
}


@page.get("")
def index() -> ResponseReturnValue:
    """Show what is set for the site, and for pictures."""
    return _page()


@page.post("")
def save_site() -> ResponseReturnValue:
    """Store what is set for the site."""
    typed = table_typed(_draft(SITE), posted(), ASKED[SITE])
    if typed.entry["match_people_by"] == ATTRIBUTE:
        attribute = request.form.get("match_attribute", "").strip()
        typed = replace(typed, entry={**typed.entry, "match_people_by": attribute})
        if not attribute:
            typed = typed.with_problems({"match_people_by": _("Name the attribute.")})
    return _saved(typed)


@page.post("/picture")
def save_picture() -> ResponseReturnValue:
    """Store where pictures come from."""
    typed = table_typed(_draft(PICTURE), posted(), ASKED[PICTURE])
    known = shelf().known_attributes(secret_key(), connect())
    attribute = typed.entry["attribute"]
    if typed.entry["source"] == "ldap" and attribute and known.is_unknown(attribute):
        sentence = _("No directory knows the attribute %(name)s.", name=attribute[:63])
        typed = typed.with_problems({"attribute": sentence})
    return _saved(typed)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return _page(error.form), 422


def _draft(kind: str) -> Draft:
    return table_draft(viewer(), kind, secret_key())


def _saved(typed: Draft) -> ResponseReturnValue:
    with transaction():
        save_table(viewer(), typed, secret_key())
    flash(str(_("The settings were saved.")), "ok")
    return redirect(url_for(".index", _anchor=typed.kind), 303)


def _page(refused: Draft | None = None) -> str:
    drafts = {kind: _draft(kind) for kind in ASKED}
    if refused:
        drafts[refused.kind] = refused
    matched = drafts[SITE].entry["match_people_by"]
    return render_template(
        "admin/settings/index.html",
        site=drafts[SITE],
        picture=drafts[PICTURE],
        languages=LANGUAGES,
        match=matched if matched in MATCHES else ATTRIBUTE,
        fields=[each.key for each in page_layout().fields()],
        known=shelf().known_attributes(secret_key(), connect()),
    )
