"""Data sources: the directories in their order, each with its settings and its connection test."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.directories_key import changed_key, key_page, shown_key
from lupweb.blueprints.admin.directories_page import (
    Tried,
    directories_page,
    directory_page,
    tried_connection,
    tried_filter,
)
from lupweb.blueprints.admin.directories_writing import try_writing
from lupweb.blueprints.admin.parts import connect, posted, secret_key
from lupweb.configfile.directory_draft import directory_typed, new_directory, question_of
from lupweb.configfile.directory_editing import (
    add_directory,
    directory_draft,
    move_directory,
    require_system_administrator,
    save_directory,
    switch_directory,
)
from lupweb.configfile.directory_removal import removal_question, remove_directory
from lupweb.configfile.directory_trying import prove_typed
from lupweb.configfile.field_draft import Draft
from lupweb.database import transaction
from lupweb.directories.models import DirectoryRole
from lupweb.directories.service import get_directory
from lupweb.errors import InvalidForm, InvalidValue, ReadOnlyMode
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.writeback.directory_changes import try_again_now

page = admin_page("directories", _("Data sources"), Section.DATA, icon="db", place=20)


@page.get("")
def index() -> ResponseReturnValue:
    """Show the directories in the order in which they are asked."""
    return directories_page()


@page.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a directory; before it is stored, it can be tried."""
    require_system_administrator(viewer())
    draft = new_directory(request.values.get("kind", ""))
    if request.method == "GET":
        return directory_page(draft, Tried())
    typed = directory_typed(draft, posted())
    if "try" in request.form:
        return directory_page(typed, _tried(typed))
    prove_typed(viewer(), typed, secret_key(), connect())
    with transaction():
        key = add_directory(viewer(), typed, secret_key())
    return _saved(_("“%(name)s” was added.", name=typed.entry["name"]), key)


@page.route("/<key>", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Show and change everything about a directory; what stands in the form can be tried."""
    draft = directory_draft(viewer(), key, secret_key())
    if request.method == "GET":
        return directory_page(draft, Tried())
    require_system_administrator(viewer())
    typed = directory_typed(draft, posted())
    if "try" in request.form:
        tried = _tried(typed)
        _try_again_if_it_answers(draft, typed, tried)
        return directory_page(typed, tried)
    prove_typed(viewer(), typed, secret_key(), connect())
    if _is_unseen(draft, typed):
        return directory_page(typed, replace(tried_filter(typed), is_unsaved=True))
    with transaction():
        save_directory(viewer(), typed, secret_key())
    return _saved(_("“%(name)s” was saved.", name=typed.entry["name"]), key)


@page.post("/<key>/write-test")
def test_write(key: str) -> ResponseReturnValue:
    """Test writing for people and attributes; what becomes of it stays on the page."""
    try:
        try_writing(key)
    except (InvalidValue, ReadOnlyMode) as error:
        draft = directory_draft(viewer(), key, secret_key())
        return directory_page(draft, Tried(), error.message), 422
    return redirect(url_for(".edit", key=key, _anchor="writing"), 303)


@page.post("/<key>/move")
def move(key: str) -> ResponseReturnValue:
    """Let a directory change places with its neighbour."""
    step = request.form.get("step", "")
    with transaction():
        name, place, count = move_directory(viewer(), key, step, secret_key())
    said = _("%(name)s: place %(number)s of %(count)s.", name=name, number=place, count=count)
    flash(str(said), "ok")
    return redirect(url_for(".index", moved=key, step=step), 303)


@page.post("/<key>/switch")
def switch(key: str) -> ResponseReturnValue:
    """Ask a directory, or leave it alone."""
    is_on = request.form.get("on") == "1"
    with transaction():
        name = switch_directory(viewer(), key, secret_key(), is_on=is_on)
    said = _("“%(name)s” is on again. The next run reads it.", name=name)
    if not is_on:
        said = _(
            "“%(name)s” is off. Nothing is read from it, and nobody signs in with it. Its people"
            " stay; who is in another directory too has the values of that one.",
            name=name,
        )
    flash(str(said), "ok")
    return redirect(url_for(".index"), 303)


@page.route("/<key>/key", methods=["GET", "POST"])
def key(key: str) -> ResponseReturnValue:
    """Show what another attribute that tells people apart would do; do exactly that."""
    if request.method == "GET":
        return key_page(key)
    if "digest" not in request.form:
        return shown_key(key)
    done = changed_key(key)
    if not isinstance(done, int):
        return done
    flash(str(_("People are told apart by another attribute now. Nobody became another.")), "ok")
    return redirect(url_for("admin_sync.show", number=done), 303)


@page.route("/<key>/remove", methods=["GET", "POST"])
def remove(key: str) -> ResponseReturnValue:
    """Ask what becomes of the people of a directory; take it away."""
    directory = get_directory(key)
    if request.method == "GET":
        return render_template(
            "admin/directories/remove.html",
            directory=directory,
            asked=removal_question(viewer(), directory),
        )
    with transaction():
        becomes = request.form.get("people", "")
        name = remove_directory(viewer(), get_directory(key), becomes, secret_key())
    flash(str(_("“%(name)s” was removed.", name=name)), "ok")
    return redirect(url_for(".index"), 303)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    form: Draft = error.form
    return directory_page(form, Tried()), 422


def _tried(typed: Draft) -> Tried:
    return tried_filter(typed) if request.form["try"] == "filter" else tried_connection(typed)


def _is_unseen(stored: Draft, typed: Draft) -> bool:
    """Return whether others than now would be shown of a directory, and nobody has looked at it."""
    if typed.entry["role"] == DirectoryRole.ALTERNATIVE:
        return False
    seen = (question_of(stored.entry), request.form.get("seen", ""))
    return question_of(typed.entry) not in seen


def _saved(said: Text, key: str) -> ResponseReturnValue:
    """Say that it was saved; with the connection tested, where that was asked."""
    flash(str(said), "ok")
    if "test" not in request.form:
        return redirect(url_for(".edit", key=key), 303)
    draft = directory_draft(viewer(), key, secret_key())
    tried = tried_connection(draft)
    _try_again_if_it_answers(draft, draft, tried)
    return directory_page(draft, tried)


def _try_again_if_it_answers(stored: Draft, tested: Draft, tried: Tried) -> None:
    """Let what waits for a directory go at once that takes the stored name and password again."""
    if tried.signed_in and tested.entry == stored.entry:
        with transaction():
            try_again_now(get_directory(stored.key).id)
