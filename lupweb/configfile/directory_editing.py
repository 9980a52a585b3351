"""Directories, as system administrators set them up in the browser: by the same door as a file."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lupweb.accounts.giving import is_system_administrator
from lupweb.accounts.viewers import Viewer, require_administrator
from lupweb.configfile.changing import RefusedChange, change_setup, open_setup
from lupweb.configfile.directory_draft import (
    DIRECTORIES,
    OF_A_SCHEDULE,
    SYNC_DATE,
    checked,
    draft_of_directory,
    plain_date,
    revision_of_directory,
)
from lupweb.configfile.field_draft import Draft
from lupweb.configfile.keys import Entry, checked_name
from lupweb.configfile.profile_editing import entry_of, key_of_name
from lupweb.configfile.recording import note_changes
from lupweb.configfile.stored import Setup
from lupweb.directories.service import get_directory
from lupweb.errors import Forbidden, InvalidForm, InvalidValue
from lupweb.runs import service as runs
from lupweb.runs.states import FULL
from lupweb.texts import Text, _

SUBJECT = "directory:"
STEPS = {"up": -1, "down": 1}


def require_system_administrator(viewer: Viewer) -> None:
    """Let nobody pass but system administrators (hostile-input.md B21).

    :raises Forbidden: for everybody else
    """
    require_administrator(viewer)
    if not is_system_administrator(viewer):
        raise Forbidden(
            _("Only system administrators may change directories. Everybody else may look.")
        )


def directory_draft(viewer: Viewer, key: str, secret_key: str) -> Draft:
    """Return the form of a directory.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such directory
    """
    entry = entry_of(open_setup(viewer, secret_key), DIRECTORIES, key)
    return draft_of_directory(entry, get_directory(key).last_sync_date)


def add_directory(viewer: Viewer, draft: Draft, secret_key: str) -> str:
    """Add a directory behind the others; return its key: the one typed, else made from the name.

    Call inside a transaction.

    :raises Forbidden: if `viewer` is no system administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    require_system_administrator(viewer)
    stored = open_setup(viewer, secret_key)
    checked(draft, None)
    key = _new_key(draft, stored)
    entry = {**draft.entry, "key": key, SYNC_DATE: plain_date(draft.entry[SYNC_DATE])}
    _store(viewer, stored, {**stored[DIRECTORIES], key: entry}, secret_key, replace(draft, key=key))
    return key


def save_directory(viewer: Viewer, draft: Draft, secret_key: str) -> None:
    """Store what was typed about a directory, all of it or nothing; call inside a transaction.

    A last sync date that was emptied asks for a run that reads everything.

    :raises Forbidden: if `viewer` is no system administrator
    :raises NotFound: if there is no such directory
    :raises InvalidForm: with the form and everything that was typed
    """
    require_system_administrator(viewer)
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, DIRECTORIES, draft.key)
    draft = checked(draft, before)
    _refuse_outdated(draft, before)
    shown, typed = get_directory(draft.key).last_sync_date, plain_date(draft.entry[SYNC_DATE])
    given = before[SYNC_DATE] if typed in (shown, "") else typed
    kept = {name: before[name] for name in OF_A_SCHEDULE}
    entry = {**draft.entry, **kept, SYNC_DATE: given}
    _store(viewer, stored, {**stored[DIRECTORIES], draft.key: entry}, secret_key, draft)
    if typed != shown:
        _take_date(viewer, draft.key, typed)


def save_schedules(viewer: Viewer, key: str, crons: Mapping[str, str], secret_key: str) -> None:
    """Give a directory schedules of its own; call inside a transaction.

    :param crons: `schedule_full` and `schedule_changes` -> cron text; "" as the site, off: never
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such directory
    :raises RefusedChange: if one cannot be read
    """
    stored = open_setup(viewer, secret_key)
    entry = {**entry_of(stored, DIRECTORIES, key), **{name: crons[name] for name in OF_A_SCHEDULE}}
    _change(viewer, stored, {**stored[DIRECTORIES], key: entry}, secret_key)


def move_directory(viewer: Viewer, key: str, step: str, secret_key: str) -> tuple[str, int, int]:
    """Let a directory change places with its neighbour; call inside a transaction.

    :param step: up or down; anything else leaves it where it is
    :returns: its name, its place from 1 on, and how many there are
    :raises Forbidden: if `viewer` is no system administrator
    :raises NotFound: if there is no such directory
    """
    require_system_administrator(viewer)
    stored = open_setup(viewer, secret_key)
    name = str(entry_of(stored, DIRECTORIES, key)["name"])
    order = list(stored[DIRECTORIES])
    place = order.index(key)
    target = min(max(place + STEPS.get(step, 0), 0), len(order) - 1)
    order.insert(target, order.pop(place))
    _change(viewer, stored, {each: stored[DIRECTORIES][each] for each in order}, secret_key)
    return name, target + 1, len(order)


def switch_directory(viewer: Viewer, key: str, secret_key: str, *, is_on: bool) -> str:
    """Ask a directory, or leave it alone; call inside a transaction. Return its name.

    :raises Forbidden: if `viewer` is no system administrator
    :raises NotFound: if there is no such directory
    """
    require_system_administrator(viewer)
    stored = open_setup(viewer, secret_key)
    entry = {**entry_of(stored, DIRECTORIES, key), "enabled": is_on}
    _change(viewer, stored, {**stored[DIRECTORIES], key: entry}, secret_key)
    return str(entry["name"])


def _new_key(draft: Draft, stored: Setup) -> str:
    typed = str(draft.entry["key"])
    if not typed:
        return key_of_name(draft.entry["name"], "directory", stored[DIRECTORIES])
    problem: Text | str = ""
    try:
        checked_name(typed)
    except InvalidValue as error:
        problem = error.message
    if typed.casefold() in {key.casefold() for key in stored[DIRECTORIES]}:
        problem = _("The key “%(key)s” is taken.", key=typed)
    if problem:
        raise InvalidForm(problem, draft.with_problems({"key": problem}))
    return typed


def _refuse_outdated(draft: Draft, before: Entry) -> None:
    now = revision_of_directory(before)
    if draft.revision != now:
        message = _(
            "Somebody changed this while the form was open. Nothing has been saved. Save once more"
            " to put what stands here in its place, or open the page anew to see what was changed."
        )
        raise InvalidForm(message, replace(draft, revision=now).with_problems({"": message}))


def _take_date(viewer: Viewer, key: str, typed: str) -> None:
    directory = get_directory(key)
    directory.last_sync_date = typed
    if not typed and directory.is_enabled:
        runs.request(
            SUBJECT + key,
            trigger=viewer.actor or "operator",
            mode=FULL,
            reason=_("the last sync date was emptied"),
        )


def _store(
    viewer: Viewer, stored: Setup, entries: Mapping[str, Any], secret_key: str, draft: Draft
) -> None:
    try:
        _change(viewer, stored, entries, secret_key)
    except RefusedChange as refused:
        problems: dict[str, Text | str] = {}
        for (kind, key, name), sentence in refused.problems.items():
            is_here = kind == DIRECTORIES and key == draft.key
            problems.setdefault(name if is_here else "", sentence)
        raise InvalidForm(refused.message, draft.with_problems(problems)) from refused


def _change(viewer: Viewer, stored: Setup, entries: Mapping[str, Any], secret_key: str) -> None:
    changes = {DIRECTORIES: entries}
    comparison = change_setup(viewer, stored, changes, secret_key)
    note_changes(viewer.actor, stored, {**stored, **changes}, comparison)
