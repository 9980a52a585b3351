"""One category: what it is called, whose profile has it, who may read it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import admin_part
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.configfile.category_editing import (
    add_category,
    category_draft,
    remove_category,
    save_category,
)
from lupweb.configfile.field_draft import Draft, category_typed, new_draft
from lupweb.database import transaction
from lupweb.errors import InvalidForm
from lupweb.people.queries import groups_listed
from lupweb.profiles.overview import overview
from lupweb.texts import LANGUAGES, Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

page = admin_part("categories", under="fields")


@page.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a category."""
    draft = new_draft("categories")
    if request.method == "GET":
        return _page(draft)
    typed = category_typed(draft, posted())
    with transaction():
        key = add_category(viewer(), typed, secret_key())
    return _done(_("“%(name)s” was added.", name=typed.entry["name"]), key)


@page.route("/<key>/edit", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Show and change what is set for a category."""
    draft = category_draft(viewer(), key, secret_key())
    if request.method == "GET":
        return _page(draft)
    typed = category_typed(draft, posted())
    with transaction():
        save_category(viewer(), typed, secret_key())
    return _done(_("“%(name)s” was saved.", name=typed.entry["name"]), key)


@page.route("/<key>/delete", methods=["GET", "POST"])
def delete(key: str) -> ResponseReturnValue:
    """Ask where the fields of a category go; delete it."""
    draft = category_draft(viewer(), key, secret_key())
    if request.method == "GET":
        blocks = {block.key: block for block in overview(viewer(), page_layout())}
        return render_template(
            "admin/categories/delete.html",
            draft=draft,
            block=blocks[key],
            others=[block for block in blocks.values() if block.key != key],
        )
    with transaction():
        name = remove_category(viewer(), key, request.form.get("move_to", ""), secret_key())
    return _done(_("“%(name)s” was deleted.", name=name), "")


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return _page(error.form), 422


def _page(draft: Draft) -> str:
    return render_template(
        "admin/categories/edit.html", draft=draft, languages=LANGUAGES, groups=groups_listed()
    )


def _done(said: Text, key: str) -> ResponseReturnValue:
    flash(str(said), "ok")
    return redirect(url_for("admin_fields.index", _anchor=f"category-{key}" if key else None), 303)
