"""The people whom an address asks for, as files and as a list for paper."""

from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    current_app,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from lupweb import clock
from lupweb.database import transaction
from lupweb.exports.phone_list import phone_list
from lupweb.exports.service import FORMATS, Export, exported_people, file_name, note_export
from lupweb.people.policies import exported
from lupweb.search.queries import found_people
from lupweb.search.request import BY_NAME
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.conditions import conditions
from lupweb.web.files import LargeFile, as_file
from lupweb.web.filters import day
from lupweb.web.layouts import page_layout, site_options, site_zone
from lupweb.web.search_address import SearchAddress, read_address

PRINT = "print"
LARGE = 5_000
"""People; a file of more takes its time, and there are few at once."""

bp = Blueprint("exports", __name__, url_prefix="/people")


@bp.get("/export.csv")
def csv() -> ResponseReturnValue:
    """Send people for spreadsheets, as text."""
    return _file("csv")


@bp.get("/export.xlsx")
def xlsx() -> ResponseReturnValue:
    """Send people for spreadsheets, as a workbook."""
    return _file("xlsx")


@bp.get("/export.vcf")
def vcf() -> ResponseReturnValue:
    """Send people for address books."""
    return _file("vcf")


@bp.get("/export.json")
def json() -> ResponseReturnValue:
    """Send people for programs."""
    return _file("json")


@bp.get("/print")
def phones() -> ResponseReturnValue:
    """Show people as a phone list for paper, a part at a time."""
    address = _asked(url_for(".phones"))
    by_name = replace(address, request=replace(address.request, sort=BY_NAME))
    export = _export(by_name)
    found = phone_list(viewer(), page_layout(), export.people, by_name.request.page)
    _note(export, PRINT, by_name)
    now = clock.now().astimezone(site_zone())
    return render_template(
        "people/print.html",
        list=found,
        address=by_name,
        made_at=_("%(day)s, %(time)s", day=day(now.date()), time=f"{now:%H:%M}"),
        conditions=conditions(viewer(), page_layout(), by_name.request),
    )


def _file(form: str) -> Response:
    """Return an answer that sends a block of people after the other.

    :raises InvalidValue: if a file of this kind cannot hold so many
    :raises Busy: if so many that are as large are on their way
    """
    address = _asked(request.path)
    export = _export(address)
    content = exported_people(export, form)
    if len(export.people) > LARGE:
        content = LargeFile(content)
    _note(export, form, address)
    name = file_name(site_options()["site_name"], clock.now().astimezone(site_zone()), form)
    return as_file(content, FORMATS[form].content_type, name)


def _export(address: SearchAddress) -> Export:
    among = exported(site_options())
    # a value that nobody has any more finds nobody: a file never holds more than was asked for
    asked = replace(address.request, is_saved=True)
    found = found_people(viewer(), page_layout(), site_options(), asked, among)
    settings = current_app.extensions["lupweb"].settings
    site = settings.base_url.rstrip("/") or request.host_url.rstrip("/")
    return Export(viewer(), page_layout(), found, site, address.columns)


def _note(export: Export, form: str, address: SearchAddress) -> None:
    """Record that people are taken along; whoever asks for the head alone takes nobody."""
    if request.method == "HEAD":
        return
    with transaction():
        note_export(export, form, str(address.at(url_for("people.index"))))


def _asked(path: str) -> SearchAddress:
    return read_address(path, request.args.items(multi=True))
