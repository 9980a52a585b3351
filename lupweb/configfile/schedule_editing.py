"""When directories are read, as administrators choose it: for the site, and for each by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import RefusedChange
from lupweb.configfile.directory_editing import save_schedules
from lupweb.configfile.field_draft import Posted
from lupweb.configfile.site_editing import save_table, table_draft
from lupweb.errors import InvalidForm, InvalidValue
from lupweb.runs.sentences import MINUTES, Choice, choice_of, cron_of
from lupweb.runs.states import CHANGES, FULL
from lupweb.texts import Text

SCHEDULES = "schedules"
MODES = (CHANGES, FULL)
QUIET = "full_not_between"
MOST_DIGITS = 2


@dataclass(frozen=True)
class ScheduleForm:
    """What was chosen for the site, or for one directory.

    :param of: key of the directory; "" for the site
    :param quiet: when no schedule reads everything; of the site alone
    :param problems: mode, or `QUIET` -> what is wrong
    """

    of: str
    choices: Mapping[str, Choice]
    revision: str = ""
    quiet: str = ""
    problems: Mapping[str, Text | str] = field(default_factory=dict)


def site_form(viewer: Viewer, secret_key: str) -> ScheduleForm:
    """Return the schedules of the site.

    :raises Forbidden: if `viewer` is no administrator
    """
    draft = table_draft(viewer, SCHEDULES, secret_key)
    choices = {mode: choice_of(draft.entry[mode] or "off") for mode in MODES}
    return ScheduleForm("", choices, draft.revision, draft.entry[QUIET])


def directory_form(key: str, crons: Mapping[str, str]) -> ScheduleForm:
    """Return the schedules of a directory; "" is that of the site."""
    return ScheduleForm(key, {mode: choice_of(crons[mode]) for mode in MODES})


def form_typed(posted: Posted) -> ScheduleForm:
    """Return the form with what was posted."""
    choices = {mode: _choice(posted, mode) for mode in MODES}
    return ScheduleForm(
        _first(posted, "of"), choices, _first(posted, "revision"), _first(posted, QUIET)
    )


def save_form(viewer: Viewer, form: ScheduleForm, secret_key: str) -> None:
    """Store the schedules of a form; call inside a transaction. They count within seconds.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such directory
    :raises InvalidForm: with the form and everything that was typed
    """
    crons = _crons(form)
    try:
        if form.of:
            own = {f"schedule_{mode}": cron for mode, cron in crons.items()}
            save_schedules(viewer, form.of, own, secret_key)
        else:
            draft = table_draft(viewer, SCHEDULES, secret_key)
            site = {mode: cron or "off" for mode, cron in crons.items()}
            entry = {**draft.entry, **site, QUIET: form.quiet}
            save_table(viewer, replace(draft, entry=entry, revision=form.revision), secret_key)
    except RefusedChange as refused:
        problems = {name.removeprefix("schedule_"): text
                    for (_kind, _key, name), text in refused.problems.items()}  # fmt: skip
        raise InvalidForm(refused.message, replace(form, problems=problems)) from refused
    except InvalidForm as error:
        refused_form = replace(form, problems=error.form.problems, revision=error.form.revision)
        raise InvalidForm(error.message, refused_form) from error


def _crons(form: ScheduleForm) -> dict[str, str]:
    crons: dict[str, str] = {}
    problems: dict[str, Text | str] = {}
    for mode, choice in form.choices.items():
        try:
            crons[mode] = cron_of(choice)
        except InvalidValue as error:
            problems[mode] = error.message
    if problems:
        raise InvalidForm(next(iter(problems.values())), replace(form, problems=problems))
    return crons


def _choice(posted: Posted, mode: str) -> Choice:
    kind = _first(posted, f"{mode}-kind")
    minutes = _first(posted, f"{mode}-minutes")
    is_number = minutes.isascii() and minutes.isdecimal() and len(minutes) <= MOST_DIGITS
    return Choice(
        kind if kind in {"minutes", "daily", "weekdays", "off", "cron"} else "",
        minutes=int(minutes) if is_number and int(minutes) in MINUTES else MINUTES[2],
        time=_first(posted, f"{mode}-time"),
        cron=_first(posted, f"{mode}-cron"),
    )


def _first(posted: Posted, name: str) -> str:
    return next(iter(posted.get(name, ())), "").strip()
