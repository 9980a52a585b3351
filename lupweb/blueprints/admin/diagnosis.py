"""“Why is this value not here?”: a person and a field, the checks, and buttons that mend."""

from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lupweb.accounts.giving import is_system_administrator
from lupweb.accounts.viewers import Viewer, viewer_as
from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.diagnosis_fixes import OF_SYSTEM_ADMINISTRATORS, Wish, mend
from lupweb.blueprints.admin.parts import connect, secret_key
from lupweb.database import end_reading
from lupweb.diagnosis.findings import LEADS, Act, Check, Explanation, FieldVerdict, Fix, Reason
from lupweb.diagnosis.service import Outside, explain, explain_all
from lupweb.errors import InvalidValue, LupwebError, ReadOnlyMode
from lupweb.people.queries import find_person
from lupweb.profiles.choosing import LOGIN_BEHIND
from lupweb.profiles.field_preview import Chosen, chosen_person
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options

page = admin_page("diagnosis", _("Why is it not here?"), Section.DATA, icon="pulse", place=30)
LONGEST = 200
PERSON, FIELD, SEER = "person", "field", "viewer"


@dataclass(frozen=True)
class _Asked:
    """What was asked for: whom, which field, and as whom.

    :param field: "" for all fields
    :param handle: what names the person for the diagnosis; "" if nobody was named
    """

    typed: str
    chosen: Chosen
    handle: str
    field: str
    seer_typed: str
    seer: Chosen


@page.get("")
def index() -> ResponseReturnValue:
    """Show the form and, with a person, what is known without asking directories."""
    return _page(_asked(request.args), Outside(read_only=_is_set_outside()))


@page.post("")
def check() -> ResponseReturnValue:
    """Ask the directories, and show every check."""
    outside = Outside(secret_key(), connect(), _is_set_outside())
    return _page(_asked(request.form), outside)


@page.post("/fix")
def fix() -> ResponseReturnValue:
    """Do what a button says, and show what is known then.

    What could not be done is told with what stands in the way, which the directories are asked for.
    """
    form = request.form
    act = next((each for each in Act if each == form.get("act")), Act.SHOW_PROFILE)
    wish = Wish(
        viewer=viewer(),
        who=current_user.name,
        layout=page_layout(),
        secret_key=secret_key(),
        handle=form.get(PERSON, ""),
        field=form.get(FIELD, ""),
        target=form.get("target", ""),
        value=form.get("value", ""),
        is_read_only=_is_set_outside() or site_options()["read_only"],
    )
    try:
        flash(str(mend(act, wish)), "ok")
    except (InvalidValue, ReadOnlyMode) as error:
        end_reading()
        outside = Outside(secret_key(), connect(), _is_set_outside())
        return _page(_asked(form), outside, failed=str(error))
    return redirect(url_for(".index", person=wish.handle, field=wish.field), 303)


def _page(asked: _Asked, outside: Outside, failed: str = "") -> ResponseReturnValue:
    """Show what is found out.

    :param failed: why a button did nothing; "" if none was pressed
    """
    found, every, problem = None, None, failed
    try:
        if asked.handle and asked.field:
            found = explain(
                viewer(), asked.handle, asked.field, as_viewer=_seer(asked), outside=outside
            )
        elif asked.handle:
            every = explain_all(viewer(), asked.handle, as_viewer=_seer(asked), outside=outside)
    except LupwebError as error:
        problem = str(error)
    if failed and found and found.reason is not Reason.VALUE_IS_HERE:
        problem = str(_("%(failed)s The reason: %(verdict)s", failed=failed, verdict=found.verdict))
    shown = _shown(asked, found, every, problem)
    return render_template("admin/diagnosis/index.html", **shown), 422 if problem else 200


def _shown(
    asked: _Asked, found: Explanation | None, every: list[FieldVerdict] | None, problem: str
) -> dict[str, Any]:
    may_act = is_system_administrator(viewer())

    def offered(each: Check) -> list[Fix]:
        return [fix for fix in each.fixes if may_act or fix.act not in OF_SYSTEM_ADMINISTRATORS]

    return {
        "asked": asked,
        "found": found,
        "every": every,
        "problem": problem,
        "fields": [(each.name, each.key) for each in page_layout().fields()],
        "offered": offered,
        "address_of": lambda each: _address(each, asked),
        "leads": LEADS,
    }


def _asked(sent: MultiDict[str, str]) -> _Asked:
    typed, seer_typed = (sent.get(name, "").strip()[:LONGEST] for name in (PERSON, SEER))
    typed = sent.get(f"{PERSON}-one") or typed
    seer_typed = sent.get(f"{SEER}-one") or seer_typed
    chosen, seer = _meant(typed), _meant(seer_typed)
    is_open = bool(chosen.people)
    handle = f"id:{chosen.person.id}" if chosen.person else "" if is_open else typed
    return _Asked(typed, chosen, handle, sent.get(FIELD, ""), seer_typed, seer)


def _meant(typed: str) -> Chosen:
    """Return whom a text means: also people whom the site does not show, by login or number."""
    if not typed:
        return Chosen()
    behind = LOGIN_BEHIND.search(typed)
    person = find_person(behind[1] if behind else typed)
    return Chosen(person) if person else chosen_person(viewer(), typed)


def _seer(asked: _Asked) -> Viewer | None:
    """Return for whom the value is not there; an administrator sees no more through their eyes."""
    if asked.seer.person is None:
        return None
    return replace(viewer_as(asked.seer.person.id), behind=viewer())


def _address(each: Fix, asked: _Asked) -> str:
    """Return where a fix leads that opens a page; "" if the site has no such page."""
    target = _PAGES[each.act]
    if target[0] not in current_app.view_functions:
        return ""
    values: dict[str, Any] = {target[1]: each.target} if target[1] else {}
    return url_for(target[0], **values)


def _is_set_outside() -> bool:
    return bool(current_app.extensions["lupweb"].settings.read_only)


_PAGES = {
    Act.SHOW_RUN: ("admin_sync.show", "number"),
    Act.SHOW_DIRECTORY: ("admin_directories.edit", "key"),
    Act.SHOW_DIRECTORIES: ("admin_directories.index", ""),
    Act.SHOW_SOURCES: ("admin_sources.index", ""),
    Act.SHOW_PERSON: ("admin_people.person", "handle"),
    Act.SHOW_FIELD: ("admin_fields.edit", "key"),
    Act.SHOW_CATEGORY: ("admin_categories.edit", "key"),
    Act.SHOW_GROUPS: ("admin_groups.index", ""),
    Act.SHOW_POLICIES: ("admin_policies.index", ""),
    Act.SHOW_WRITE_BACK: ("admin_write-back.index", ""),
    Act.EDIT_PROFILE: ("editing.edit", "handle"),
    Act.SHOW_PROFILE: ("profiles.show", "handle"),
}
"""Act -> endpoint, and the name of what it is about there."""
