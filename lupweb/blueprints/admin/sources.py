"""Other sources: the XML file and the other LDAP, with their settings, tests and last results."""

from collections.abc import Sequence
from pathlib import Path

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.accounts.giving import is_system_administrator
from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import connect, posted, secret_key
from lupweb.configfile.directory_editing import require_system_administrator
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.site_editing import save_table, table_draft, table_typed
from lupweb.database import end_reading, transaction
from lupweb.directories.models import Directory
from lupweb.directories.service import facts_of
from lupweb.directories.steps import Step
from lupweb.errors import InvalidForm, InvalidValue, NotFound, ReadOnlyMode
from lupweb.options.service import options
from lupweb.profiles.sources import Source
from lupweb.runs import schedules
from lupweb.sources import alternative as other_ldap
from lupweb.sources import overview, xml_file
from lupweb.sources.checking import check_file, check_other
from lupweb.sources.people import fields_of
from lupweb.sources.running import Refused
from lupweb.sources.xml_content import setting
from lupweb.texts import Text, _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

page = admin_page("sources", _("Other sources"), Section.DATA, icon="link", place=25)
XML, OTHER = "xml", "ldap"
ASKED = ("file", "user_tag", "username_tag", "schedule")
NAMES = {
    "content": _("The file"), "people": _("People"), "nodes": _("Nodes of fields"),
    "reach": _("Server"), "tls": _("Encryption"), "sign_in": _("Sign-in"), "base": _("Base DN"),
    "attributes": _("Attributes"), "pattern": _("Changes"),
}  # fmt: skip
"""Steps of the tests, as the page calls them."""


@page.get("")
def index() -> ResponseReturnValue:
    """Show both sources."""
    return _page()


@page.post("/xml")
def save_xml() -> ResponseReturnValue:
    """Store what is set up for the XML file; test it, if that was asked as well."""
    typed = table_typed(table_draft(viewer(), XML, secret_key()), posted(), ASKED)
    with transaction():
        save_table(viewer(), typed, secret_key())
    flash(str(_("The XML file was saved.")), "ok")
    if "test" in request.form:
        return _page(tried={XML: _tried_file()})
    return redirect(url_for(".index"), 303)


@page.post("/xml/import")
def import_xml() -> ResponseReturnValue:
    """Ask for an import of the XML file."""
    _refuse_read_only()
    try:
        setting(_folder())
    except Refused as refused:
        flash(str(refused.message), "bad")
        return redirect(url_for(".index"), 303)
    end_reading()
    return _started(xml_file.SUBJECT)


@page.post("/ldap/test")
def test_ldap() -> ResponseReturnValue:
    """Walk from the address of the other LDAP to its people."""
    require_system_administrator(viewer())
    directory = _other()
    facts = facts_of(directory, secret_key())
    pattern, reads_changes = directory.timestamp_pattern, other_ldap.reads_changes(directory)
    fields = fields_of(page_layout(), Source.ALTERNATIVE_LDAP)
    end_reading()
    steps = check_other(facts, connect(), fields, pattern=pattern, reads_changes=reads_changes)
    return _page(tried={OTHER: steps})


@page.post("/ldap/read")
def read_ldap() -> ResponseReturnValue:
    """Ask for a run of the other LDAP."""
    _refuse_read_only()
    subject = other_ldap.PREFIX + _other().key
    end_reading()
    return _started(subject)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return _page(error.form), 422


def _page(draft: Draft | None = None, tried: dict[str, Sequence[Step]] | None = None) -> str:
    directory, layout, who = other_ldap.alternative(), page_layout(), viewer()
    draft = draft or table_draft(who, XML, secret_key())
    return render_template(
        "admin/sources/index.html",
        draft=draft,
        folder=current_app.extensions["lupweb"].settings.xml_folder,
        when=_explained(draft.entry["schedule"]),
        xml=overview.source_standing(who, layout, Source.XML, xml_file.SUBJECT),
        other=directory,
        ldap=overview.source_standing(
            who,
            layout,
            Source.ALTERNATIVE_LDAP,
            other_ldap.PREFIX + (directory.key if directory else ""),
        ),
        tried={XML: [], OTHER: [], **(tried or {})},
        names=NAMES,
        may_change=is_system_administrator(who),
        read_only=_is_read_only(),
    )


def _explained(cron: str) -> str:
    """Return in words when the file is imported; "" where that cannot be read."""
    try:
        return schedules.explain(cron)
    except InvalidValue:
        return ""


def _tried_file() -> Sequence[Step]:
    try:
        return check_file(setting(_folder()))
    except Refused as refused:
        return [Step("content", ok=False, text=refused.message)]


def _started(subject: str) -> ResponseReturnValue:
    with transaction():
        number = overview.start(viewer(), subject)
    said: Text = _("Run %(run)s was asked for. This page shows what becomes of it.", run=number)
    flash(str(said), "ok")
    return redirect(url_for(".index"), 303)


def _other() -> Directory:
    found = other_ldap.alternative()
    if found is None:
        raise NotFound(_("There is no other LDAP yet. Add one under Data sources."))
    return found


def _refuse_read_only() -> None:
    if _is_read_only():
        raise ReadOnlyMode(_("The site is in read-only mode. Nothing is read and nothing changed."))


def _is_read_only() -> bool:
    return bool(current_app.extensions["lupweb"].settings.read_only or options()["read_only"])


def _folder() -> Path:
    found: Path = current_app.extensions["lupweb"].settings.imports
    return found
