"""Saved lists: the page of one, one's own, how they are saved, and the frame for other sites."""

from urllib.parse import parse_qsl

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from lupweb.accounts.viewers import OPERATOR
from lupweb.blueprints.people import show_people
from lupweb.blueprints.viewing import refuse_read_only, today
from lupweb.configfile.list_editing import change_shared
from lupweb.configfile.list_saving import ME, NameForm, SaveForm, rename_as, save_as
from lupweb.database import transaction
from lupweb.errors import InvalidForm, NotFound
from lupweb.lists.contents import ListContent
from lupweb.lists.queries import ListLine
from lupweb.lists.service import change_list, keep_look, remove_list
from lupweb.people.queries import groups_listed
from lupweb.profiles.tables import chosen_columns
from lupweb.search.filter_binding import bind
from lupweb.texts import _
from lupweb.web.access import signed_in_account, viewer
from lupweb.web.embedded_list import embedded_list
from lupweb.web.headers import allow_framing
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.list_address import address_of, content_of
from lupweb.web.list_menu import list_offered, lists_offered
from lupweb.web.looks import usual_look
from lupweb.web.search_address import SearchAddress, read_address

bp = Blueprint("lists", __name__)


@bp.get("/lists")
def index() -> ResponseReturnValue:
    """Show the lists that the viewer may open, and what may be done with each."""
    lines = lists_offered()
    return render_template(
        "lists/index.html",
        own=[line for line in lines if not line.is_shared],
        shared=[line for line in lines if line.is_shared],
    )


@bp.route("/lists/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Ask for a name, and who gets the list; save what is asked for."""
    if request.method == "GET":
        state = request.query_string.decode(errors="replace")
        content = content_of(_asked(state))
        _refuse_wrong_filter(content, is_shared=viewer().is_administrator)
        return _page(SaveForm(state, content))
    refuse_read_only()
    form = _typed()
    _refuse_wrong_filter(form.content, is_shared=form.who != ME)
    with transaction():
        key = save_as(viewer(), form, _secret_key())
    flash(str(_("“%(name)s” was saved.", name=form.name)), "ok")
    return redirect(url_for(".show", key=key), 303)


@bp.post("/lists/look")
def look() -> ResponseReturnValue:
    """Remember how the viewer likes to see people."""
    refuse_read_only()
    asked = _asked(request.form.get("state", ""))
    columns = chosen_columns(viewer(), page_layout(), asked.columns)
    with transaction():
        keep_look(viewer(), asked.view, columns)
    flash(str(_("People open like this from now on.")), "ok")
    return redirect(url_for("people.index"), 303)


@bp.get("/lists/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show the people of a list; what the address says beside the key counts instead."""
    line = list_offered(key)
    path = url_for(".show", key=key)
    if not request.args:
        return show_people(address_of(path, line.content, usual_look()), line)
    said = request.args.items(multi=True)
    return show_people(read_address(path, said, usual_look()).as_stored(), line)


@bp.route("/lists/<key>/edit", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Rename one's own list, or take it away."""
    line = _own(key)
    if request.method == "GET":
        return render_template("lists/edit.html", form=NameForm(key, line.name))
    refuse_read_only()
    with transaction():
        rename_as(viewer(), NameForm(key, request.form.get("name", "")))
    flash(str(_("The list was renamed.")), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/lists/<key>/change")
def change(key: str) -> ResponseReturnValue:
    """Let a list ask for what is shown."""
    refuse_read_only()
    line = list_offered(key)
    content = content_of(_asked(request.form.get("state", "")))
    _refuse_wrong_filter(content, is_shared=line.is_shared)
    with transaction():
        if line.is_shared:
            change_shared(viewer(), key, content, _secret_key())
        else:
            change_list(viewer(), key, content)
    flash(str(_("“%(name)s” was changed.", name=line.name)), "ok")
    return redirect(url_for(".show", key=key), 303)


@bp.post("/lists/<key>/remove")
def remove(key: str) -> ResponseReturnValue:
    """Take one's own list away."""
    refuse_read_only()
    with transaction():
        name = remove_list(viewer(), key)
    flash(str(_("“%(name)s” was removed.", name=name)), "ok")
    return redirect(url_for(".index"), 303)


@bp.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    if isinstance(error.form, NameForm):
        return render_template("lists/edit.html", form=error.form), 422
    return _page(error.form), 422


@bp.get("/embed/lists/<key>")
def embed(key: str) -> ResponseReturnValue:
    """Show a list without anything around it, for frames in the pages of allowed hosts.

    Whoever has not signed in is shown a link, and not whether there is such a list.
    """
    hosts = site_options()["embed_hosts"]
    if not hosts:
        raise NotFound(_("Lists are not shown in frames here."))
    address = url_for(".show", key=key)
    if signed_in_account() is None:
        answer = make_response(render_template("lists/embed_signed_out.html", address=address), 401)
    else:
        line = list_offered(key)
        shown = embedded_list(line, address_of(address, line.content, usual_look()))
        answer = make_response(render_template("lists/embed.html", shown=shown))
    allow_framing(hosts)
    return answer


def _page(form: SaveForm) -> str:
    groups = groups_listed() if viewer().is_administrator else []
    return render_template("lists/new.html", form=form, groups=groups)


def _typed() -> SaveForm:
    given = request.form
    state = given.get("state", "")
    return SaveForm(
        state=state,
        content=content_of(_asked(state)),
        name=given.get("name", "").strip(),
        who=given.get("who", ME),
        group=given.get("group", ""),
    )


def _refuse_wrong_filter(content: ListContent, *, is_shared: bool) -> None:
    """Let no list be saved with a filter that finds nobody, or without the one that was typed.

    :param is_shared: an administrator shares it: then it counts whether anybody can ask it
    :raises FilterRefused: with the sentence that stands beside the filter
    """
    asks = OPERATOR if is_shared and viewer().is_administrator else viewer()
    bind(asks, page_layout(), content.query, today())


def _own(key: str) -> ListLine:
    line = list_offered(key)
    if line.is_shared:
        raise NotFound(_("There is no such list."))
    return line


def _asked(state: str) -> SearchAddress:
    """Return what a form of a list says that is asked for."""
    pairs = parse_qsl(state.removeprefix("?"), keep_blank_values=True)
    return read_address(url_for("people.index"), pairs)


def _secret_key() -> str:
    return str(current_app.extensions["lupweb"].settings.secret_key)
