"""Org charts, as administrators build them in the browser: by the door of a configuration file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.field_draft import Draft, Posted, draft_of, new_draft
from lupweb.configfile.group_members import MembersTyped, members_meant
from lupweb.configfile.naming import name_problem
from lupweb.configfile.profile_editing import (
    change_by_form,
    entry_of,
    key_of_name,
    refuse_outdated,
)
from lupweb.configfile.references import PERSON_TYPES
from lupweb.errors import InvalidForm
from lupweb.profiles.choosing import Find, names_in
from lupweb.profiles.layout import Layout
from lupweb.profiles.reporting import MANAGER
from lupweb.texts import Text, _

CHARTS = "org_charts"
STEPS = {"up": -1, "down": 1}


def person_fields(layout: Layout) -> list[tuple[str, str]]:
    """Return key and name of every field of which a chart can be made."""
    return [(each.key, each.name) for each in layout.fields() if each.type.key in PERSON_TYPES]


def new_chart(layout: Layout) -> Draft:
    """Return the form of a chart that is not there yet."""
    keys = [key for key, _name in person_fields(layout)]
    usual = MANAGER if MANAGER in keys else next(iter(keys), "")
    return new_draft(CHARTS, manager_field=usual)


def chart_draft(viewer: Viewer, key: str, secret_key: str) -> Draft:
    """Return the form of a chart.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such chart
    """
    return draft_of(CHARTS, entry_of(open_setup(viewer, secret_key), CHARTS, key))


def tops_meant(viewer: Viewer, draft: Draft, posted: Posted, find: Find) -> MembersTyped:
    """Return whom a form means as the tops; a login that stood there before stays as it is.

    :param draft: the form as it was before
    :raises Forbidden: if `viewer` is no administrator
    """
    names = names_in(posted.get("top", ()))
    kept = [name for name in names if name in draft.entry["top"]]
    new = [name for name in names if name not in kept]
    found = members_meant(viewer, new, find) if new else MembersTyped()
    return replace(found, values=[*kept, *found.values], logins=[*kept, *found.logins])


def chart_typed(draft: Draft, posted: Posted, tops: MembersTyped) -> Draft:
    """Return the form with what was posted; every other name in it is ignored."""
    given = {name: next(iter(posted.get(name, ())), "").strip() for name in posted}
    manager_field = given.get("manager_field", "")
    dotted = dict.fromkeys(posted.get("dotted_fields", ()))
    dotted.pop(manager_field, None)
    entry = {
        **draft.entry,
        "name": given.get("name", ""),
        "manager_field": manager_field,
        "dotted_fields": tuple(dotted),
        "top": tuple(dict.fromkeys(tops.logins)),
    }
    typed = replace(draft, entry=entry, revision=given.get("revision", ""))
    return typed.with_problems({"top": tops.problem}) if tops.problem else typed


def add_chart(viewer: Viewer, draft: Draft, secret_key: str) -> str:
    """Add a chart at the end; return its key, made from its name.

    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    draft = _refuse_problems(draft)
    key = key_of_name(draft.entry["name"], "chart", stored[CHARTS])
    entry = {**draft.entry, "key": key}
    change_by_form(viewer, stored, _with(stored, key, entry), secret_key, draft, key)
    note_event(viewer.actor, "org_chart.added", key, {}, _told(entry))
    return key


def save_chart(viewer: Viewer, draft: Draft, secret_key: str) -> None:
    """Store what was typed about a chart; it is drawn anew at once.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such chart
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, CHARTS, draft.key)
    draft = _refuse_problems(draft)
    refuse_outdated(draft, before)
    changes = _with(stored, draft.key, draft.entry)
    change_by_form(viewer, stored, changes, secret_key, draft, draft.key)
    if before != draft.entry:
        note_event(viewer.actor, "org_chart.changed", draft.key, _told(before), _told(draft.entry))


def remove_chart(viewer: Viewer, key: str, secret_key: str) -> str:
    """Take a chart away; fields and values stay. Return its name.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such chart
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, CHARTS, key)
    rest = {other: entry for other, entry in stored[CHARTS].items() if other != key}
    change_setup(viewer, stored, {CHARTS: rest}, secret_key)
    note_event(viewer.actor, "org_chart.removed", key, _told(before), {})
    return str(before["name"])


def move_chart(viewer: Viewer, key: str, step: str, secret_key: str) -> tuple[str, int, int]:
    """Let a chart change places with its neighbour; return its name, its place, and of how many.

    The first chart is the one that profiles and the main menu lead to.

    :param step: one of `STEPS`; anything else leaves it where it is
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such chart
    """
    stored = open_setup(viewer, secret_key)
    name = str(entry_of(stored, CHARTS, key)["name"])
    before = list(stored[CHARTS])
    place = before.index(key)
    target = min(max(place + STEPS.get(step, 0), 0), len(before) - 1)
    order = [each for each in before if each != key]
    order.insert(target, key)
    charts = {each: stored[CHARTS][each] for each in order}
    change_setup(viewer, stored, {CHARTS: charts}, secret_key)
    if order != before:
        note_event(
            viewer.actor, "org_chart.moved", key, {"place": place + 1}, {"place": target + 1}
        )
    return name, target + 1, len(order)


def _with(stored: Mapping[str, Any], key: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {CHARTS: {**stored[CHARTS], key: entry}}


def _refuse_problems(draft: Draft) -> Draft:
    """Return the form if it can be stored.

    :raises InvalidForm: with the form
    """
    problems: dict[str, Text | str] = {}
    if problem := name_problem(draft.entry["name"]):
        problems["name"] = problem
    if not draft.entry["manager_field"]:
        problems["manager_field"] = _("Choose the field that names the manager.")
    found = draft.with_problems(problems)
    if found.problems:
        raise InvalidForm(next(iter(found.problems.values())), found)
    return draft


def _told(entry: Mapping[str, Any]) -> dict[str, Sequence[str] | str]:
    """Return an entry as it may be kept in the record."""
    return {name: list(each) if isinstance(each, tuple) else each for name, each in entry.items()}
