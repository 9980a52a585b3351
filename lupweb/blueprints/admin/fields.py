"""The profile editor: categories and fields in their order, and every setting of a field."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.field_page import field_page, type_part, with_known_attribute
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.configfile.category_editing import Place, move_category, move_field, place_field
from lupweb.configfile.field_draft import Draft, field_typed, new_draft
from lupweb.configfile.field_editing import (
    add_field,
    bring_field_back,
    field_draft,
    fit_of_draft,
    remove_field,
    save_field,
)
from lupweb.configfile.profile_keys import STANDARD
from lupweb.configfile.profile_rules import allowed_types
from lupweb.database import transaction
from lupweb.errors import InvalidForm, NotFound
from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.options import OptionKind
from lupweb.profiles.field_changes import values_kept
from lupweb.profiles.field_preview import chosen_person
from lupweb.profiles.overview import overview
from lupweb.profiles.removal import removed_fields
from lupweb.profiles.sources import Source
from lupweb.sync.fingerprints import waiting_fields
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.fragments import wants_part
from lupweb.web.layouts import page_layout

page = admin_page("fields", _("Profile editor"), Section.PROFILES, icon="list", place=10)
STEPS = {"up": -1, "down": 1}


@page.get("")
def index() -> ResponseReturnValue:
    """Show every category with its fields."""
    return render_template(
        "admin/fields/index.html",
        blocks=overview(viewer(), page_layout()),
        removed=removed_fields(),
        waiting=waiting_fields(),
        moved=request.args.get("moved", ""),
        asked=request.args.get("step", ""),
    )


@page.post("/order")
def order() -> ResponseReturnValue:
    """Put a field or a category into another place."""
    with transaction():
        place = _moved()
    said = _place_said(place)
    if wants_part():
        return str(said)
    flash(str(said), "ok")
    moved, step = _asked_step()
    if not step:
        return redirect(url_for(".index", _anchor=f"field-{request.form.get('field')}"), 303)
    return redirect(url_for(".index", moved=moved, step=step), 303)


@page.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a field."""
    draft = new_draft("fields", category=request.args.get("category", ""))
    if request.method == "GET":
        return field_page(draft)
    typed = with_known_attribute(field_typed(draft, posted()))
    if "look" in request.form:
        return _looked_at(typed)
    if _has_unseen_settings(typed):
        return _asked_for_settings(typed)
    with transaction():
        key = add_field(viewer(), typed, secret_key())
    _say_when_it_fills(typed, None)
    return _saved(_("“%(name)s” was added.", name=typed.entry["name"]), key)


@page.route("/<key>/edit", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Show and change everything about a field."""
    draft = field_draft(viewer(), key, secret_key())
    if request.method == "GET":
        return field_page(draft)
    typed = with_known_attribute(field_typed(draft, posted()))
    if "look" in request.form:
        return _looked_at(typed)
    if _has_unseen_settings(typed):
        return _asked_for_settings(typed)
    layout = page_layout()
    with transaction():
        save_field(viewer(), layout, typed, secret_key())
    _say_when_it_fills(typed, draft)
    return _saved(_("“%(name)s” was saved.", name=typed.entry["name"]), key)


@page.route("/<key>/delete", methods=["GET", "POST"])
def delete(key: str) -> ResponseReturnValue:
    """Ask before a field is deleted, with numbers; delete it."""
    draft = field_draft(viewer(), key, secret_key())
    if request.method == "GET":
        return render_template(
            "admin/fields/delete.html",
            draft=draft,
            values=values_kept(key),
            is_standard=key in STANDARD,
        )
    with transaction():
        name = remove_field(viewer(), key, secret_key())
    flash(str(_("“%(name)s” was deleted. For 30 days it can be brought back.", name=name)), "ok")
    return redirect(url_for(".index", _anchor="deleted"), 303)


@page.post("/<key>/restore")
def restore(key: str) -> ResponseReturnValue:
    """Bring a deleted field back."""
    with transaction():
        name = bring_field_back(viewer(), key, secret_key())
    return _saved(_("“%(name)s” is back, with its values.", name=name), key)


@page.get("/<key>/move")
def move(key: str) -> ResponseReturnValue:
    """Ask into which category a field goes."""
    draft = field_draft(viewer(), key, secret_key())
    return render_template(
        "admin/fields/move.html", draft=draft, blocks=overview(viewer(), page_layout())
    )


@page.get("/preview")
def preview() -> ResponseReturnValue:
    """Ask whose profile is to be seen as somebody else sees it, and go there."""
    typed = {name: _person_typed(name) for name in ("profile", "viewer")}
    shown, reader = (chosen_person(viewer(), text) for text in typed.values())
    if shown.person and reader.person:
        reads: dict[str, Any] = {"as": f"id:{reader.person.id}"}
        return redirect(url_for("profiles.show", handle=f"id:{shown.person.id}", **reads))
    return render_template("admin/fields/preview.html", typed=typed, profile=shown, reader=reader)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return field_page(error.form), 422


def _person_typed(name: str) -> str:
    """Return what was typed, or who was chosen where that meant several."""
    args = request.args
    return (args.get(f"{name}-one") or args.get(name, "")).strip()


def _looked_at(draft: Draft) -> ResponseReturnValue:
    """Show what another type has to be told, and how values fit it; nothing is stored."""
    looked = replace(draft, problems={}, fit=fit_of_draft(viewer(), page_layout(), draft))
    if wants_part():
        return type_part(looked)
    return field_page(looked)


def _has_unseen_settings(draft: Draft) -> bool:
    """Return whether a type was chosen that is nothing without settings which were not there yet.

    Without a script the page does not follow the type that is chosen on it.
    """
    chosen = draft.entry["type"]
    if request.form.get("settings_of", chosen) == chosen or chosen not in allowed_types(draft.key):
        return False
    options = FIELD_TYPES[chosen].option_list
    names = {f"option-{each.name}" for each in options if each.kind is OptionKind.LINES}
    return bool(names) and not names & request.form.keys()


def _asked_for_settings(draft: Draft) -> ResponseReturnValue:
    """Show what the chosen type has to be told, before anything is stored."""
    said = _("This type has settings of its own. They stand below: look at them, then save.")
    looked = replace(draft, fit=fit_of_draft(viewer(), page_layout(), draft))
    return field_page(looked.with_problems({"type": said})), 422


def _moved() -> Place:
    if "field" in request.form:
        form = request.form
        return place_field(
            viewer(), form["field"], form.get("category", ""), form.get("before", ""), secret_key()
        )
    moved, step = _asked_step()
    if step.startswith("category-"):
        return move_category(viewer(), moved, STEPS[step.removeprefix("category-")], secret_key())
    if not step:
        raise NotFound
    return move_field(viewer(), moved, STEPS[step], secret_key())


def _asked_step() -> tuple[str, str]:
    """Return the key of what an arrow moves, and which arrow."""
    for step in (*STEPS, *(f"category-{each}" for each in STEPS)):
        if step in request.form:
            return request.form[step], step
    return "", ""


def _place_said(place: Place) -> Text:
    return _(
        "%(name)s: place %(number)s of %(count)s",
        name=place.name,
        number=place.number,
        count=place.count,
    )


def _say_when_it_fills(typed: Draft, before: Draft | None) -> None:
    """Say when the values of a field come that is read from elsewhere from now on."""
    is_new = before is None or _origin(typed) != _origin(before)
    if not is_new or typed.entry["source"] == Source.USER:
        return
    flash(
        str(_("Its values come with the next run. What people entered stays until then.")), "info"
    )


def _origin(draft: Draft) -> list[object]:
    return [draft.entry[name] for name in ("source", "attribute", "directory", "fall_through")]


def _saved(said: Text, key: str) -> ResponseReturnValue:
    flash(str(said), "ok")
    return redirect(url_for(".index", _anchor=f"field-{key}"), 303)
