"""Groups, as administrators build them in the browser: by the same door as a configuration file."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from lupweb.accounts.sessions import check_all_soon
from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.field_draft import Draft, Posted, draft_of, new_draft
from lupweb.configfile.group_uses import GROUPS, replaced, uses_of
from lupweb.configfile.keys import Entry, checked_name
from lupweb.configfile.naming import name_problem
from lupweb.configfile.profile_editing import (
    change_by_form,
    entry_of,
    key_of_name,
    refuse_outdated,
)
from lupweb.configfile.recording import note_changes
from lupweb.configfile.stored import Setup
from lupweb.database import db
from lupweb.errors import InvalidForm, InvalidValue
from lupweb.people.models import Group
from lupweb.people.names import fold_login
from lupweb.texts import Text, _


def new_group(directory: str = "", dn: str = "", name: str = "") -> Draft:
    """Return the form of a group that is not there yet.

    :param directory: key of the directory that holds it; "" for a local one
    """
    return new_draft(GROUPS, directory=directory, dn=dn, name=name)


def group_draft(viewer: Viewer, key: str, secret_key: str) -> Draft:
    """Return the form of a group.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such group
    """
    return draft_of(GROUPS, entry_of(open_setup(viewer, secret_key), GROUPS, key))


def group_typed(draft: Draft, posted: Posted) -> Draft:
    """Return the form with what was posted; every other name in it is ignored.

    A group that is there keeps its key, its members, and whether it is local.
    """
    given = {name: next(iter(posted.get(name, ())), "").strip() for name in posted}
    entry = {**draft.entry, "name": given.get("name", "")}
    if not draft.key:
        entry["key"] = given.get("key", "")
    if entry["directory"]:
        entry |= {name: given.get(name, "") for name in ("directory", "dn")}
    return replace(draft, entry=entry, revision=given.get("revision", ""))


def add_group(viewer: Viewer, draft: Draft, secret_key: str) -> str:
    """Add a group; return its key: the one typed, else made from the name. Nobody is in it yet.

    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    draft = _refuse_problems(draft, stored[GROUPS])
    key = draft.entry["key"] or key_of_name(draft.entry["name"], "group", stored[GROUPS])
    entry = {**draft.entry, "key": key, "members": ()}
    groups = {**stored[GROUPS], key: entry}
    change_by_form(viewer, stored, {GROUPS: groups}, secret_key, draft, key)
    note_event(viewer.actor, "group.added", key, {}, entry)
    return key


def save_group(viewer: Viewer, draft: Draft, secret_key: str) -> None:
    """Store the name of a group, and where a directory holds it.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such group
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, GROUPS, draft.key)
    draft = _refuse_problems(draft, {})
    refuse_outdated(draft, before)
    entry = {**draft.entry, "members": before["members"]}
    groups = {**stored[GROUPS], draft.key: entry}
    change_by_form(viewer, stored, {GROUPS: groups}, secret_key, draft, draft.key)
    if before != entry:
        note_event(viewer.actor, "group.changed", draft.key, before, entry)


def remove_group(viewer: Viewer, key: str, replacement: str, secret_key: str) -> str:
    """Take a group away, and nothing that it restricts becomes open by that. Return its name.

    :param replacement: key of the group that takes its place wherever it is named; "": none
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such group
    :raises InvalidValue: if something names it and nothing takes its place, or if nobody would be
        an administrator any more
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, GROUPS, key)
    if uses_of(stored, key) and (replacement == key or replacement not in stored[GROUPS]):
        raise InvalidValue(
            _(
                "“%(name)s” is in use. Choose the group that takes its place, or change first what"
                " names it. Nothing was changed.",
                name=before["name"],
            )
        )
    rest = {other: entry for other, entry in stored[GROUPS].items() if other != key}
    changes = replaced(stored, key, replacement) if replacement else {}
    changes[GROUPS] = rest
    comparison = change_setup(viewer, stored, changes, secret_key)
    note_changes(viewer.actor, stored, {**stored, **changes}, comparison)
    check_all_soon()
    return str(before["name"])


def add_members(viewer: Viewer, key: str, logins: Sequence[str], secret_key: str) -> list[str]:
    """Add people to a local group; return the logins that were not in it.

    A login that nobody has waits until somebody does.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such group
    :raises InvalidValue: if a directory says who is in it
    """
    stored, before = _opened(viewer, key, secret_key)
    there = {fold_login(login) for login in before["members"]}
    new = {fold_login(each): each.strip() for each in logins if each.strip()}
    added = [login for folded, login in new.items() if folded not in there]
    _store_members(viewer, stored, key, (*before["members"], *added), secret_key)
    if added:
        note_event(viewer.actor, "group.members_added", key, {}, {"members": added})
    return added


def remove_members(viewer: Viewer, key: str, logins: Collection[str], secret_key: str) -> int:
    """Take people out of a local group; return how many. Their rights by it end at once.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such group
    :raises InvalidValue: if a directory says who is in it, or if nobody would be an administrator
        any more
    """
    stored, before = _opened(viewer, key, secret_key)
    leaving = {fold_login(login) for login in logins}
    left = [login for login in before["members"] if fold_login(login) in leaving]
    staying = tuple(login for login in before["members"] if fold_login(login) not in leaving)
    _store_members(viewer, stored, key, staying, secret_key)
    if left:
        note_event(viewer.actor, "group.members_removed", key, {"members": left}, {})
    return len(left)


def _opened(viewer: Viewer, key: str, secret_key: str) -> tuple[Setup, Entry]:
    """Return the set-up and a local group; nobody else changes its members meanwhile."""
    db.session.execute(select(Group.id).where(Group.key == key).with_for_update())
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, GROUPS, key)
    if before["directory"]:
        raise InvalidValue(
            _("A directory says who is in “%(name)s”. Change its members there.", name=key)
        )
    return stored, before


def _store_members(
    viewer: Viewer, stored: Setup, key: str, members: tuple[str, ...], secret_key: str
) -> None:
    entry = {**stored[GROUPS][key], "members": members}
    change_setup(viewer, stored, {GROUPS: {**stored[GROUPS], key: entry}}, secret_key)
    check_all_soon()


def _refuse_problems(draft: Draft, taken: Mapping[str, Any]) -> Draft:
    """Return the form if it can be stored.

    :param taken: groups whose key a new one cannot have
    :raises InvalidForm: with the form
    """
    problems: dict[str, Text | str] = {}
    if problem := name_problem(draft.entry["name"]):
        problems["name"] = problem
    if not draft.key and draft.entry["key"]:
        problems |= _key_problem(draft.entry["key"], taken)
    if problems:
        raise InvalidForm(next(iter(problems.values())), draft.with_problems(problems))
    return draft


def _key_problem(key: str, taken: Mapping[str, Any]) -> dict[str, Text | str]:
    try:
        checked_name(key)
    except InvalidValue as error:
        return {"key": error.message}
    if key.casefold() in {other.casefold() for other in taken}:
        return {"key": _("The key “%(key)s” is taken.", key=key)}
    return {}
