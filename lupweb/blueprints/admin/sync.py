"""Synchronization: how it stands, what works now, and every run that there was."""

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lupweb.blueprints.admin import Section, admin_page
from lupweb.blueprints.admin.parts import posted, secret_key
from lupweb.blueprints.admin.sync_after import refuse_undo, undo_page
from lupweb.blueprints.admin.sync_page import (
    active_part,
    dashboard_page,
    run_number,
    run_page,
    runs_page,
)
from lupweb.blueprints.admin.sync_schedule import schedule_page
from lupweb.configfile.schedule_editing import form_typed, save_form
from lupweb.database import transaction
from lupweb.directories.service import enabled_directories
from lupweb.errors import AlreadyRunning, Forbidden, InvalidForm, ReadOnlyMode
from lupweb.runs.service import get_run
from lupweb.runs.states import CHANGES, FULL, RunState
from lupweb.sync.applying import request_plan
from lupweb.sync.dashboard import READ
from lupweb.sync.run_list import runs_about
from lupweb.sync.steering import (
    approve_shown,
    ask_for_run,
    keep_shown,
    let_run_go_on,
    pause_run,
    stop_run,
)
from lupweb.texts import Text, _, ngettext
from lupweb.undo.service import request_undo
from lupweb.web.access import signed_in_account, viewer
from lupweb.web.fragments import wants_part
from lupweb.web.layouts import site_options

page = admin_page("sync", _("Sync"), Section.DATA, icon="sync", place=10)
DRY = "dry"
"""What the button sends that asks for a dry run."""


@page.get("")
def index() -> ResponseReturnValue:
    """Show how synchronization stands, and what works now."""
    return dashboard_page()


@page.get("/progress")
def progress() -> ResponseReturnValue:
    """Show the runs that work now, as a part of the page; without the script, the whole page."""
    if not wants_part():
        return redirect(url_for(".index"))
    return active_part(request.args.get("runs", ""))


@page.post("/start")
def start() -> ResponseReturnValue:
    """Ask for a run of one directory, or of all of them."""
    asked = request.form.get("mode")
    is_dry, mode = asked == DRY, FULL if asked in {DRY, FULL} else CHANGES
    if _is_read_only() or site_options()["read_only"]:
        return _back(_("The site is in read-only mode. Nothing is read from LDAP."), "warn")
    with transaction():
        wanted = request.form.get("directory", "")
        keys = [
            each.key
            for each in enabled_directories()
            if each.role in READ and wanted in {"", each.key}
        ]
        why = _("it was asked for")
        ids = [
            ask_for_run(viewer(), key, mode, by=_me(), reason=why, dry_run=is_dry) for key in keys
        ]
        said = _started(ids)
    return _back(said, "ok" if keys else "warn")


@page.route("/schedule", methods=["GET", "POST"])
def schedule() -> ResponseReturnValue:
    """Show and change when directories are read."""
    if request.method == "GET":
        return schedule_page()
    with transaction():
        save_form(viewer(), form_typed(posted()), secret_key())
    flash(str(_("The schedule was saved. It counts within seconds.")), "ok")
    return redirect(url_for(".schedule"), 303)


@page.get("/runs")
def runs() -> ResponseReturnValue:
    """Show every run, narrowed and a page at a time."""
    return runs_page()


@page.get("/runs/<number>")
def show(number: str) -> ResponseReturnValue:
    """Show one run: what it counted, problems, what it holds, whom it changed and how."""
    return run_page(run_number(number), request.args.get("show", ""))


@page.post("/runs/<number>/pause")
def pause(number: str) -> ResponseReturnValue:
    """Let a run pause between two blocks."""
    with transaction():
        state = pause_run(viewer(), run_number(number), by=_me())
    if state is RunState.PAUSED:
        return _back(_("Run %(run)s is paused. What was written stays.", run=number))
    return _back(_("Run %(run)s pauses as soon as this block is written.", run=number))


@page.post("/runs/<number>/continue")
def go_on(number: str) -> ResponseReturnValue:
    """Let a paused run go on."""
    with transaction():
        let_run_go_on(viewer(), run_number(number))
    return _back(_("Run %(run)s goes on.", run=number))


@page.post("/runs/<number>/stop")
def stop(number: str) -> ResponseReturnValue:
    """Stop a run between two blocks."""
    with transaction():
        state = stop_run(viewer(), run_number(number), by=_me())
    if state is RunState.CANCELLED:
        return _back(_("Run %(run)s was stopped. What was written stays.", run=number))
    return _back(_("Run %(run)s stops as soon as this block is written.", run=number))


@page.post("/runs/<number>/approve")
def approve(number: str) -> ResponseReturnValue:
    """Do what a run held: exactly the set that was shown."""
    digest, run_id = request.form.get("digest", ""), run_number(number)
    try:
        approve_shown(viewer(), run_id, digest, read_only=_is_read_only())
    except (Forbidden, AlreadyRunning, ReadOnlyMode) as error:
        return _shown(run_id, error.message, "warn")
    return _shown(run_id, get_run(run_id).message)


@page.post("/runs/<number>/keep")
def keep(number: str) -> ResponseReturnValue:
    """Decide that whom a run holds stays as they are."""
    run_id = run_number(number)
    try:
        with transaction():
            keep_shown(viewer(), run_id, request.form.get("digest", ""))
    except Forbidden as error:
        return _shown(run_id, error.message, "warn")
    return _shown(
        run_id,
        _("They stay as they are. A run that finds the same again holds it, and asks nobody."),
    )


@page.post("/runs/<number>/apply")
def apply(number: str) -> ResponseReturnValue:
    """Ask for what a dry run found to be done."""
    planned_id = run_number(number)
    try:
        with transaction():
            run_id = request_plan(viewer(), planned_id, trigger=_me(), read_only=_is_read_only())
    except (Forbidden, ReadOnlyMode) as error:
        return _shown(planned_id, error.message, "warn")
    said = _("Run %(run)s applies the plan of run %(plan)s.", run=run_id, plan=planned_id)
    return _shown(run_id, said)


@page.route("/runs/<number>/undo", methods=["GET", "POST"])
def undo(number: str) -> ResponseReturnValue:
    """Ask once before what a run changed is taken back; ask for that."""
    if request.method == "GET":
        return undo_page(run_number(number))
    undone_id = run_number(number)
    try:
        with transaction():
            refuse_undo(get_run(undone_id), runs_about(undone_id))
            run_id = request_undo(viewer(), undone_id, trigger=_me(), read_only=_is_read_only())
    except (Forbidden, ReadOnlyMode) as error:
        return _shown(undone_id, error.message, "warn")
    said = _("Run %(run)s takes back what run %(undone)s changed.", run=run_id, undone=undone_id)
    return _shown(run_id, said)


@page.errorhandler(InvalidForm)
def refused(error: InvalidForm) -> ResponseReturnValue:
    """Show the form with everything that was typed, and what is wrong with it."""
    return schedule_page(error.form), 422


def _started(ids: list[int]) -> Text:
    """Return what becomes of what was asked for; a run that was there already is told as such."""
    if not ids:
        return _("There is no directory to read: none is there, or it is switched off.")
    run = get_run(ids[0])
    if len(ids) == 1 and run.state is RunState.PAUSED:
        return _("Run %(run)s is paused. Let it go on, or stop it first.", run=run.id)
    if len(ids) == 1 and run.state is not RunState.QUEUED:
        return _("Run %(run)s is at work already, started by %(who)s.", run=run.id, who=run.trigger)
    return ngettext("%(n)s run was asked for.", "%(n)s runs were asked for.", len(ids))


def _is_read_only() -> bool:
    """Return whether the installation is in read-only mode, whatever the site's options say."""
    return bool(current_app.extensions["lupweb"].settings.read_only)


def _me() -> str:
    account = signed_in_account()
    return account.name if account else ""


def _shown(run_id: int, said: Text | str, kind: str = "ok") -> ResponseReturnValue:
    flash(str(said), kind)
    return redirect(url_for(".show", number=run_id), 303)


def _back(said: Text, kind: str = "ok") -> ResponseReturnValue:
    flash(str(said), kind)
    number = request.form.get("back", "")
    if number.isascii() and number.isdecimal():
        return redirect(url_for(".show", number=int(number)), 303)
    return redirect(url_for(".index"), 303)
