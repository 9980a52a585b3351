"""The card: which fields stand in the head of a profile and on the card over a name."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.rules import MOST_EXTRA
from lupweb.configfile.site_editing import save_table, table_draft, table_typed
from lupweb.database import transaction
from lupweb.errors import InvalidForm
from lupweb.profiles.card_preview import CardPreview, card_preview
from lupweb.profiles.field_preview import Chosen, chosen_person
from lupweb.profiles.layout import CardLayout
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.fragments import wants_part
from lupweb.web.layouts import page_layout

page = admin_page("card", _("Cards"), Section.PROFILES, icon="card", place=30)
ASKED = ("subline", "place", "pronouns", "time_zone", "extra")


@page.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Show and change what stands on cards; beside it the card of anybody."""
    draft = table_draft(viewer(), "card", secret_key())
    if request.method == "GET":
        return _page(draft)
    typed = table_typed(draft, posted(), ASKED)
    if "look" in request.form:
        return _part(typed) if wants_part() else _page(typed)
    with transaction():
        save_table(viewer(), typed, secret_key())
    flash(str(_("The card was saved.")), "ok")
    return redirect(url_for(".index"), 303)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return _page(error.form), 422


def _page(draft: Draft) -> str:
    extra = list(draft.entry["extra"])
    return render_template(
        "admin/card/index.html",
        draft=draft,
        layout=page_layout(),
        extra=extra + [""] * (MOST_EXTRA - len(extra)),
        **_parts(draft),
    )


def _part(draft: Draft) -> str:
    return render_template("admin/card/_preview.html", **_parts(draft))


def _parts(draft: Draft) -> dict[str, CardPreview | Chosen | str | None]:
    """Return whose card is shown, and as whom it is seen."""
    typed = {name: request.values.get(name, "").strip() for name in ("preview", "reader")}
    shown, reader = (chosen_person(viewer(), text) for text in typed.values())
    preview = None
    if shown.person:
        chosen = CardLayout(**{name: draft.entry[name] for name in ASKED})
        preview = card_preview(viewer(), page_layout(), chosen, shown.person, reader.person)
    return {
        "preview": preview,
        "shown": shown,
        "reads": reader,
        "asked": typed["preview"],
        "reader": typed["reader"],
    }
