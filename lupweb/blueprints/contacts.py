"""My contacts: starred people, own groups of them, notes, and whom I looked at."""

from datetime import date
from typing import Any

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from lupweb import clock
from lupweb.activity.anniversaries import in_words
from lupweb.activity.queries import coming_up
from lupweb.blueprints.viewing import Paging, refuse_read_only, site_address, today
from lupweb.contacts import recent, service
from lupweb.contacts.pages import PAGE, Asked, MyContacts, asked_ids, my_contacts
from lupweb.contacts.queries import get_group, one_contact, starred
from lupweb.database import transaction
from lupweb.errors import InvalidValue, NotFound
from lupweb.exports.service import FORMATS, Export, exported_people, file_name, note_export
from lupweb.people.queries import LARGEST_ID
from lupweb.search.found import FoundPeople
from lupweb.search.words import LONGEST_QUERY
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.files import as_file
from lupweb.web.fragments import wants_part
from lupweb.web.layouts import page_layout, site_options, site_zone
from lupweb.web.paging import page_number
from lupweb.web.targets import page_before

bp = Blueprint("contacts", __name__, url_prefix="/contacts")
MOST_GROUPS_SENT = 100
TAKEN_AS = ("vcf", "xlsx", "csv")
"""Kinds of files in which contacts are taken along."""


@bp.get("")
def index() -> ResponseReturnValue:
    """Show the contacts of whoever looks, by groups, and beside them who was looked at."""
    found = my_contacts(viewer(), page_layout(), site_options(), _asked())
    return render_template(
        "contacts/index.html",
        contacts=found,
        paging=_paging(found),
        starred=starred(viewer()),
        recent=recent.recent_people(viewer(), page_layout(), site_options()),
        occasions=coming_up(viewer(), page_layout(), found.ids, today()),
        told=_told,
    )


@bp.post("/star")
def star() -> ResponseReturnValue:
    """Put somebody into the contacts, or take them out; the page comes back where one was."""
    refuse_read_only()
    form = request.form
    act = service.unstar if "unstar" in form else service.star
    with transaction():
        person_id = act(viewer(), site_options(), form.get("unstar", form.get("star", "")))
    if wants_part():
        return "", 204
    return redirect(f"{page_before(url_for('.index'))}#star-{person_id}", 303)


@bp.get("/people/<handle>")
def edit(handle: str) -> ResponseReturnValue:
    """Show the note about somebody, and the groups they stand in."""
    return _contact_page(handle)


@bp.post("/people/<handle>")
def save(handle: str) -> ResponseReturnValue:
    """Store the note and the groups."""
    refuse_read_only()
    note, new_group = request.form.get("note", ""), request.form.get("new_group", "")
    groups = {_number(each) for each in request.form.getlist("group")[:MOST_GROUPS_SENT]}
    try:
        with transaction():
            service.change_contact(viewer(), site_options(), handle, note, groups, new_group)
    except InvalidValue as error:
        typed = {"note": note, "new_group": new_group, "groups": groups}
        return _contact_page(handle, typed, error.message), 422
    flash(str(_("Contact saved.")), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/groups/new")
def new_group() -> ResponseReturnValue:
    """Ask for the name of a new group."""
    return _group_page()


@bp.post("/groups/new")
def add_group() -> ResponseReturnValue:
    """Make a group."""
    refuse_read_only()
    name = request.form.get("name", "")
    try:
        with transaction():
            service.add_group(viewer(), name)
    except InvalidValue as error:
        return _group_page(name=name, problem=error.message), 422
    flash(str(_("Group added. “Note, groups” beside a name puts people into it.")), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/groups/<number>")
def group(number: str) -> ResponseReturnValue:
    """Ask for another name of a group."""
    found = get_group(viewer(), _number(number))
    return _group_page(found.id, found.name)


@bp.post("/groups/<number>")
def rename_group(number: str) -> ResponseReturnValue:
    """Give a group another name."""
    refuse_read_only()
    name = request.form.get("name", "")
    try:
        with transaction():
            service.rename_group(viewer(), _number(number), name)
    except InvalidValue as error:
        return _group_page(_number(number), name, error.message), 422
    flash(str(_("Group saved.")), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/groups/<number>/remove")
def remove_group(number: str) -> ResponseReturnValue:
    """Remove a group; who stood in it stays a contact."""
    refuse_read_only()
    with transaction():
        name = service.remove_group(viewer(), _number(number))
    flash(str(_("The group “%(name)s” is gone. Its people stay in your contacts.", name=name)))
    return redirect(url_for(".index"), 303)


@bp.get("/export.<form>")
def export(form: str) -> ResponseReturnValue:
    """Send the contacts that were asked for as a file; a note never leaves the site."""
    if form not in TAKEN_AS:
        raise NotFound(_("Contacts are taken along as vCards, XLSX or CSV."))
    ids = asked_ids(viewer(), page_layout(), site_options(), _asked())
    export = Export(viewer(), page_layout(), FoundPeople(ids), site_address())
    content = exported_people(export, form)
    if request.method != "HEAD":
        with transaction():
            note_export(export, form, request.path)
    name = file_name("contacts", clock.now().astimezone(site_zone()), form)
    return as_file(content, FORMATS[form].content_type, name)


@bp.post("/recent")
def change_recent() -> ResponseReturnValue:
    """Forget whom the viewer looked at, or choose whether that is kept at all."""
    refuse_read_only()
    act = request.form.get("act", "")
    with transaction():
        if act in {"keep", "stop"}:
            recent.keep_views(viewer(), wanted=act == "keep")
        elif act == "clear":
            recent.forget_views(viewer())
    return redirect(url_for(".index", _anchor="recent"), 303)


def _paging(found: MyContacts) -> Paging:
    asked, total = found.asked, sum(panel.count for panel in found.panels)
    values = {"q": asked.query or None, "group": asked.group_id}
    return Paging(found.number, found.pages, total, PAGE, ".index", values)


def _contact_page(
    handle: str, typed: dict[str, Any] | None = None, problem: Text | str = ""
) -> str:
    contact = one_contact(viewer(), page_layout(), site_options(), handle)
    return render_template(
        "contacts/edit.html",
        contact=contact,
        written=typed["note"] if typed else contact.note,
        new_group=typed["new_group"] if typed else "",
        chosen=typed["groups"] if typed else {id_ for id_, _name, is_in in contact.groups if is_in},
        problem=problem,
        longest=service.LONGEST_NOTE,
    )


def _group_page(group_id: int = 0, name: str = "", problem: Text | str = "") -> str:
    return render_template(
        "contacts/group.html",
        group_id=group_id,
        name=name,
        problem=problem,
        longest=service.LONGEST_NAME,
    )


def _asked() -> Asked:
    given = request.args
    chosen = given.get("group", "")
    return Asked(
        query=given.get("q", "").replace("\0", "")[:LONGEST_QUERY].strip(),
        group_id=_number(chosen) if chosen else None,
        page=page_number(given.get("page", "")),
    )


def _number(text: str) -> int:
    """Return the number of a group; -1, which none has, for what is no number of one."""
    is_number = text.isascii() and text.isdigit() and len(text) < 12
    return int(text) if is_number and int(text) <= LARGEST_ID else -1


def _told(on: date) -> Text:
    return in_words(on, today())
