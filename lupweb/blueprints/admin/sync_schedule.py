"""What the page of schedules shows."""

from flask import render_template, request

from lupweb.blueprints.admin.parts import secret_key
from lupweb.configfile.schedule_editing import ScheduleForm, directory_form, site_form
from lupweb.directories.service import all_directories
from lupweb.runs.sentences import MINUTES, sentence
from lupweb.runs.states import CHANGES, FULL
from lupweb.sync.dashboard import READ
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import site_options

MODES = {CHANGES: _("Changes"), FULL: _("Everything")}


def schedule_page(typed: ScheduleForm | None = None) -> str:
    """Return the page of schedules, with what was typed where something is wrong with it."""
    directories = [each for each in all_directories() if each.role in READ]
    forms = {"": site_form(viewer(), secret_key())}
    for each in directories:
        own = {CHANGES: each.schedule_changes, FULL: each.schedule_full}
        forms[each.key] = directory_form(each.key, own)
    if typed is not None and typed.of in forms:
        forms[typed.of] = typed
    options = site_options()
    return render_template(
        "admin/sync/schedule.html",
        forms=forms,
        names={each.key: each.name for each in directories},
        modes=MODES,
        minutes=MINUTES,
        site={mode: sentence(options[f"schedule_{mode}"]) for mode in MODES},
        zone=options["time_zone"],
        has_problems=typed is not None,
        opened=request.args.get("of", ""),
    )
