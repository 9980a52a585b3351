"""Groups: which there are, who is in them and why, and what they decide."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.groups_page import (
    MEMBERS,
    find_page,
    find_people,
    group_form,
    members_page,
    person_groups,
)
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.group_editing import (
    add_group,
    add_members,
    group_draft,
    group_typed,
    new_group,
    remove_group,
    remove_members,
    save_group,
)
from lupweb.configfile.group_members import members_meant
from lupweb.configfile.group_overview import groups_overview, why_group_closed
from lupweb.database import transaction
from lupweb.directories.service import enabled_directories
from lupweb.errors import InvalidForm, NotFound
from lupweb.search.suggestions import suggestions
from lupweb.texts import Text, _, ngettext
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options

page = admin_page("groups", _("Groups"), Section.PROFILES, icon="team", place=20)


@page.get("")
def index() -> ResponseReturnValue:
    """Show every group, who is in it, and what it decides."""
    return render_template(
        "admin/groups/index.html",
        groups=groups_overview(viewer(), site_options(), secret_key()),
        directories=enabled_directories(),
    )


@page.get("/person")
def person() -> ResponseReturnValue:
    """Show the groups of one person, and why they are in them."""
    return person_groups()


@page.get("/people")
def people() -> ResponseReturnValue:
    """Show whom a few letters may mean, as the options of a list box."""
    found = suggestions(viewer(), page_layout(), site_options(), request.args.get("q", ""))
    return render_template("profiles/_people_options.html", people=found.people, query=found.query)


@page.route("/find", methods=["GET", "POST"])
def find() -> ResponseReturnValue:
    """Ask a directory for its groups when the form is sent, to declare one of them."""
    return find_page()


@page.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a local group, or declare one of a directory."""
    given = {name: request.values.get(name, "") for name in ("directory", "dn", "name")}
    draft = new_group(**given)
    if request.method == "GET":
        return group_form(draft)
    typed = group_typed(draft, posted())
    with transaction():
        key = add_group(viewer(), typed, secret_key())
    return _done(_("“%(name)s” was added.", name=typed.entry["name"]), key)


@page.route("/<key>/edit", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Show and change what is set for a group."""
    draft = group_draft(viewer(), key, secret_key())
    if request.method == "GET":
        return group_form(draft)
    typed = group_typed(draft, posted())
    with transaction():
        save_group(viewer(), typed, secret_key())
    return _done(_("“%(name)s” was saved.", name=typed.entry["name"]), key)


@page.route("/<key>/delete", methods=["GET", "POST"])
def delete(key: str) -> ResponseReturnValue:
    """Ask which group takes its place where it is named; delete it."""
    if request.method == "GET":
        rows = {row.key: row for row in groups_overview(viewer(), site_options(), secret_key())}
        if key not in rows:
            raise NotFound(_("There is no group “%(key)s”.", key=key[:63]))
        others = [row for row in rows.values() if row.key != key]
        closed = why_group_closed(viewer(), key, secret_key())
        return render_template(
            "admin/groups/delete.html", row=rows[key], others=others, why_closed=closed
        )
    with transaction():
        name = remove_group(viewer(), key, request.form.get("replacement", ""), secret_key())
    flash(str(_("“%(name)s” was deleted.", name=name)), "ok")
    return redirect(url_for(".index"), 303)


@page.get("/<key>/members")
def show(key: str) -> ResponseReturnValue:
    """Show who is in a group, and why."""
    return members_page(key)


@page.post("/<key>/members/add")
def add(key: str) -> ResponseReturnValue:
    """Add people to a local group; where it is not clear who is meant, ask."""
    logins = _lines(request.form.get("logins", ""))
    names = request.form.getlist(MEMBERS)
    typed = members_meant(viewer(), names, find_people)
    is_named = any(name.strip() for name in names)
    if typed.problem and (is_named or not logins):
        return members_page(key, typed, logins), 422
    with transaction():
        added = add_members(viewer(), key, [*typed.logins, *logins], secret_key())
    said = ngettext("%(n)s person was added.", "%(n)s people were added.", len(added))
    return _done(said if added else _("They were members already."), key)


@page.post("/<key>/members/remove")
def remove(key: str) -> ResponseReturnValue:
    """Take people out of a local group."""
    with transaction():
        count = remove_members(viewer(), key, request.form.getlist("login"), secret_key())
    said = ngettext("%(n)s person was taken out.", "%(n)s people were taken out.", count)
    return _done(said if count else _("Nobody was chosen. Tick who is to go."), key)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    form: Draft = error.form
    return group_form(form), 422


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _done(said: Text, key: str) -> ResponseReturnValue:
    flash(str(said), "ok")
    where: dict[str, Any] = {"key": key}
    return redirect(url_for(".show", **where), 303)
