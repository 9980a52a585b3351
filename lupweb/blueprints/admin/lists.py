"""Shared lists, where people start, and which sites may show lists in frames."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.accounts.viewers import OPERATOR
from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.blueprints.viewing import today
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.list_editing import (
    LISTS,
    STARTS,
    add_list,
    add_start,
    list_draft,
    list_typed,
    move_entry,
    new_list,
    remove_shared,
    remove_start,
    save_list,
    shared_setup,
    starting_on,
)
from lupweb.configfile.site_editing import save_table, table_draft, table_typed
from lupweb.database import transaction
from lupweb.errors import FilterRefused, InvalidForm
from lupweb.people.queries import groups_listed
from lupweb.profiles.tables import columns_offered
from lupweb.search.filter_binding import bind
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.filter_line import pointings
from lupweb.web.layouts import page_layout

page = admin_page("lists", _("Lists"), Section.PROFILES, icon="list", place=45)

SITE, HOSTS = "site", "embed_hosts"


@page.get("")
def index() -> ResponseReturnValue:
    """Show the shared lists, where people start, and the hosts that may show lists."""
    return _page(Draft(STARTS, "", {"group": "", "list": "", "page": ""}))


@page.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a shared list."""
    draft = new_list()
    if request.method == "GET":
        return _form(draft)
    typed = list_typed(draft, posted())
    with transaction():
        add_list(viewer(), typed, secret_key())
    return _done(_("“%(name)s” was added.", name=typed.entry["name"]))


@page.route("/<key>/edit", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Show and change a shared list."""
    draft = list_draft(viewer(), key, secret_key())
    if request.method == "GET":
        return _form(draft)
    typed = list_typed(draft, posted())
    with transaction():
        save_list(viewer(), typed, secret_key())
    return _done(_("“%(name)s” was saved.", name=typed.entry["name"]))


@page.route("/<key>/remove", methods=["GET", "POST"])
def remove(key: str) -> ResponseReturnValue:
    """Ask, and take a shared list away; where people start on it, say so instead."""
    draft = list_draft(viewer(), key, secret_key())
    starting = starting_on(viewer(), key, secret_key())
    if starting or request.method == "GET":
        shown = {"draft": draft, "starting": starting, "groups": dict(groups_listed())}
        said = render_template("admin/lists/remove.html", **shown)
        return said, 200 if request.method == "GET" else 422
    with transaction():
        name = remove_shared(viewer(), key, secret_key())
    return _done(_("“%(name)s” was removed.", name=name))


@page.post("/move")
def move() -> ResponseReturnValue:
    """Let a list or a start page change places with its neighbour."""
    kind, step = request.form.get("kind", ""), request.form.get("step", "")
    label = request.form.get("row", "")
    with transaction():
        move_entry(viewer(), kind, label, step, secret_key())
    return redirect(url_for(".index", moved=f"{kind}:{label}", step=step), 303)


@page.post("/start-pages")
def start() -> ResponseReturnValue:
    """Let people of a group, or everybody, start somewhere."""
    entry = {name: request.form.get(name, "").strip() for name in ("group", "list", "page")}
    with transaction():
        add_start(viewer(), entry, secret_key())
    return _done(_("The start page was added."))


@page.post("/start-pages/remove")
def stop() -> ResponseReturnValue:
    """Take a start page away."""
    with transaction():
        remove_start(viewer(), request.form.get("row", ""), secret_key())
    return _done(_("The start page was removed."))


@page.post("/hosts")
def hosts() -> ResponseReturnValue:
    """Choose the hosts whose pages may show lists in a frame."""
    typed = request.form.get(HOSTS, "").split()
    sent = {HOSTS: typed, "revision": request.form.getlist("revision")}
    draft = table_typed(table_draft(viewer(), SITE, secret_key()), sent, {HOSTS})
    with transaction():
        save_table(viewer(), draft, secret_key())
    return _done(_("The hosts were saved."))


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    draft = error.form
    if draft.kind == LISTS:
        return _form(draft), 422
    if draft.kind == STARTS:
        return _page(draft), 422
    return _page(Draft(STARTS, "", {"group": "", "list": "", "page": ""}), draft), 422


def _page(start: Draft, site: Draft | None = None) -> str:
    """Return the page with what was typed.

    :param start: the form of a new start page
    :param site: the form of the hosts; None: as they are stored
    """
    return render_template(
        "admin/lists/index.html",
        setup=shared_setup(viewer(), secret_key()),
        start=start,
        site=site or table_draft(viewer(), SITE, secret_key()),
        groups=dict(groups_listed()),
        moved=request.args.get("moved", ""),
        step=request.args.get("step", ""),
    )


def _form(draft: Draft) -> str:
    return render_template(
        "admin/lists/edit.html",
        draft=draft,
        groups=groups_listed(),
        fields=columns_offered(viewer(), page_layout()),
        pointings=_pointings(draft) if "query" in draft.problems else (),
    )


def _pointings(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Return the part of a list's filter that is wrong, as `filter_line.pointings` does."""
    try:
        bind(OPERATOR, page_layout(), draft.entry["query"], today())
    except FilterRefused as refused:
        return pointings(refused.text, refused.column)
    return ()


def _done(said: Text) -> ResponseReturnValue:
    flash(str(said), "ok")
    return redirect(url_for(".index"), 303)
