"""The installation: versions, and the summary of directories for a request for help."""

import json

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import connect, secret_key
from lupweb.diagnosis.service import Outside
from lupweb.diagnosis.summary import support_summary
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.files import as_file

page = admin_page("system", _("System"), Section.SITE, icon="info", place=90)
FILE = "lupweb-support-summary.json"


@page.get("")
def index() -> ResponseReturnValue:
    """Show versions, and where the summary is."""
    return render_template("admin/system/index.html", summary=support_summary(viewer()))


@page.get("/support-summary")
def download() -> ResponseReturnValue:
    """Hand out the summary; no directory is asked."""
    return _file(Outside())


@page.post("/support-summary")
def download_asked() -> ResponseReturnValue:
    """Hand out the summary, with what the servers say they are."""
    return _file(Outside(secret_key(), connect()))


def _file(outside: Outside) -> Response:
    text = json.dumps(support_summary(viewer(), outside), ensure_ascii=False, indent=2)
    return as_file(text, "application/json", FILE)
