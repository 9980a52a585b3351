"""The parts of the set-up that are one table: the site, policies, pictures, the card."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import RefusedChange, change_setup, open_setup
from lupweb.configfile.field_draft import Draft, Posted, revision_of
from lupweb.configfile.keys import Key
from lupweb.configfile.kinds import KINDS
from lupweb.configfile.profile_editing import refuse_outdated
from lupweb.configfile.recording import note_changes
from lupweb.errors import InvalidForm
from lupweb.texts import Text, _

MOST_DIGITS = 6


def table_draft(viewer: Viewer, kind: str, secret_key: str) -> Draft:
    """Return the form of a table of the set-up.

    :raises Forbidden: if `viewer` is no administrator
    """
    entry = open_setup(viewer, secret_key)[kind][""]
    return Draft(kind, "", entry, revision_of(entry))


def table_typed(draft: Draft, posted: Posted, names: Collection[str]) -> Draft:
    """Return the form of a table with what was posted.

    :param names: the keys that the form asks for; the others stay as they are
    """
    entry, typed, problems = dict(draft.entry), dict[str, str](), dict[str, Text | str]()
    for key in KINDS[draft.kind].keys:
        if key.name not in names:
            continue
        given = posted.get(key.name, ())
        value = _value(key, given)
        if value is None:
            typed[key.name] = given[0] if given else ""
            problems[key.name] = _("“%(text)s” is no number.", text=typed[key.name][:100])
        else:
            entry[key.name] = value
    revision = next(iter(posted.get("revision", ())), "")
    return replace(draft, entry=entry, typed=typed, problems=problems, revision=revision)


def save_table(viewer: Viewer, draft: Draft, secret_key: str) -> bool:
    """Store what was typed, all of it or nothing; call inside a transaction.

    :returns: whether anything is different now
    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    if draft.problems:
        raise InvalidForm(next(iter(draft.problems.values())), draft)
    refuse_outdated(draft, stored[draft.kind][""])
    changes = {draft.kind: {"": draft.entry}}
    try:
        comparison = change_setup(viewer, stored, changes, secret_key)
    except RefusedChange as refused:
        problems: dict[str, Text | str] = {}
        for (kind, _label, name), sentence in refused.problems.items():
            problems.setdefault(name if kind == draft.kind else "", sentence)
        raise InvalidForm(refused.message, draft.with_problems(problems)) from refused
    note_changes(viewer.actor, stored, {**stored, **changes}, comparison)
    return not comparison.is_empty


def _value(key: Key, given: Collection[str]) -> Any:
    """Return what was typed in the type of the key; None where a number is meant and is none."""
    first = next(iter(given), "")
    if isinstance(key.default, bool):
        return bool(given)
    if isinstance(key.default, int):
        text = first.strip()
        is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
        return int(text) if is_number else None
    if isinstance(key.default, tuple):
        return tuple(dict.fromkeys(each for each in given if each))
    return first.strip()
