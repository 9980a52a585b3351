"""Shared lists and start pages, as administrators set them in the browser."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import RefusedChange, change_setup, open_setup
from lupweb.configfile.field_draft import Draft, Posted, draft_of, new_draft
from lupweb.configfile.keys import Entry
from lupweb.configfile.list_keys import NO_KEYS, start_label
from lupweb.configfile.list_references import broken_starts, doubtful_starts, idle_lists
from lupweb.configfile.profile_editing import entry_of, key_of_name, refuse_outdated
from lupweb.configfile.recording import note_changes
from lupweb.configfile.stored import Setup
from lupweb.errors import InvalidForm, NotFound
from lupweb.lists.contents import ListContent
from lupweb.lists.queries import gone_groups
from lupweb.texts import Text, _

LISTS, STARTS = "lists", "start_pages"
UP, DOWN = "up", "down"
TEXTS = ("name", "query", "address", "view", "sort")


@dataclass(frozen=True)
class SharedSetup:
    """Lists and start pages as they are set, in their order.

    :param idle: key -> why, of the lists that are offered to nobody
    :param doubtful: label -> why, of the start pages that lead fewer people than they say
    :param broken: label -> why, of the start pages that lead nobody where they say
    """

    lists: Sequence[Entry]
    starts: Sequence[tuple[str, Entry]]
    idle: Mapping[str, Text]
    doubtful: Mapping[str, Text]
    broken: Mapping[str, Text]


def shared_setup(viewer: Viewer, secret_key: str) -> SharedSetup:
    """Return the shared lists, and the start pages with their labels.

    :raises Forbidden: if `viewer` is no administrator
    """
    stored = open_setup(viewer, secret_key)
    return SharedSetup(
        list(stored[LISTS].values()),
        list(stored[STARTS].items()),
        idle_lists(stored),
        doubtful_starts(stored),
        broken_starts(stored) | _of_gone_groups(stored),
    )


def new_list() -> Draft:
    """Return the form of a shared list that is not there yet."""
    return new_draft(LISTS)


def list_draft(viewer: Viewer, key: str, secret_key: str) -> Draft:
    """Return the form of a shared list.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such list
    """
    return draft_of(LISTS, entry_of(open_setup(viewer, secret_key), LISTS, key))


def list_typed(draft: Draft, posted: Posted) -> Draft:
    """Return the form with what was posted; every other name in it is ignored."""
    given = {name: next(iter(posted.get(name, ())), "").strip() for name in posted}
    entry = {**draft.entry, **{name: given.get(name, "") for name in TEXTS}}
    entry["sort"] = entry["sort"] or "name"
    entry["columns"] = tuple(dict.fromkeys(filter(None, posted.get("columns", ()))))
    entry["groups"] = tuple(sorted(set(posted.get("groups", ()))))
    return replace(draft, entry=entry, revision=given.get("revision", ""))


def add_list(viewer: Viewer, draft: Draft, secret_key: str) -> str:
    """Add a shared list behind the others; return its key. Call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    key = key_of_name(draft.entry["name"], "list", {*stored[LISTS], *NO_KEYS})
    entry = {**draft.entry, "key": key}
    _change_by_form(viewer, stored, {LISTS: {**stored[LISTS], key: entry}}, secret_key, draft)
    return key


def save_list(viewer: Viewer, draft: Draft, secret_key: str) -> None:
    """Store a shared list; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such list
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    refuse_outdated(draft, entry_of(stored, LISTS, draft.key))
    changed = {**stored[LISTS], draft.key: draft.entry}
    _change_by_form(viewer, stored, {LISTS: changed}, secret_key, draft)


def share_list(
    viewer: Viewer, name: str, content: ListContent, groups: Collection[str], secret_key: str
) -> str:
    """Share conditions under a name; return the key. Call inside a transaction.

    :param groups: keys of the groups that get it offered; none: everybody
    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: if it cannot be stored
    """
    draft = new_draft(LISTS, name=name.strip(), groups=tuple(sorted(groups)), **_entry(content))
    return add_list(viewer, draft, secret_key)


def change_shared(viewer: Viewer, key: str, content: ListContent, secret_key: str) -> None:
    """Let a shared list ask for something else; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such list
    :raises RefusedChange: if it cannot be stored
    """
    stored = open_setup(viewer, secret_key)
    entry = {**entry_of(stored, LISTS, key), **_entry(content)}
    _change(viewer, stored, {LISTS: {**stored[LISTS], key: entry}}, secret_key)


def starting_on(viewer: Viewer, key: str, secret_key: str) -> list[str]:
    """Return the keys of the groups whose people start on a shared list; "" is everybody.

    :raises Forbidden: if `viewer` is no administrator
    """
    starts = open_setup(viewer, secret_key)[STARTS].values()
    return [str(entry["group"]) for entry in starts if entry["list"] == key]


def remove_shared(viewer: Viewer, key: str, secret_key: str) -> str:
    """Take a shared list away, and return its name; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such list
    :raises RefusedChange: if people start on it
    """
    stored = open_setup(viewer, secret_key)
    name = str(entry_of(stored, LISTS, key)["name"])
    rest = {other: entry for other, entry in stored[LISTS].items() if other != key}
    _change(viewer, stored, {LISTS: rest}, secret_key)
    return name


def add_start(viewer: Viewer, entry: Mapping[str, str], secret_key: str) -> None:
    """Let people start somewhere, behind the rows there are; call inside a transaction.

    :param entry: `group`, `list` and `page`, "" where nothing was chosen
    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with what was typed as `form`, and what is wrong with it
    """
    stored = open_setup(viewer, secret_key)
    label = start_label(entry)
    draft = Draft(STARTS, label, dict(entry))
    if label in stored[STARTS]:
        sentence = _("There is a row for them already. Take it away first.")
        raise InvalidForm(sentence, draft.with_problems({"group": sentence}))
    changed = {**stored[STARTS], label: dict(entry)}
    _change_by_form(viewer, stored, {STARTS: changed}, secret_key, draft)


def remove_start(viewer: Viewer, label: str, secret_key: str) -> None:
    """Take a start page away; call inside a transaction.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such row
    """
    stored = open_setup(viewer, secret_key)
    if label not in stored[STARTS]:
        raise NotFound(_("There is no such row any more."))
    rest = {other: entry for other, entry in stored[STARTS].items() if other != label}
    _change(viewer, stored, {STARTS: rest}, secret_key)


def move_entry(viewer: Viewer, kind: str, label: str, step: str, secret_key: str) -> None:
    """Let a list or a start page change places with its neighbour; call inside a transaction.

    At the end of the way nothing happens.

    :param kind: `LISTS` or `STARTS`
    :param step: `UP` or `DOWN`
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such entry, or no such step
    """
    stored = open_setup(viewer, secret_key)
    if kind not in {LISTS, STARTS} or step not in {UP, DOWN} or label not in stored[kind]:
        raise NotFound(_("There is no such row any more."))
    labels = list(stored[kind])
    place = labels.index(label)
    other = place + (1 if step == DOWN else -1)
    if 0 <= other < len(labels):
        labels[place], labels[other] = labels[other], labels[place]
        _change(viewer, stored, {kind: {each: stored[kind][each] for each in labels}}, secret_key)


def _of_gone_groups(stored: Setup) -> dict[str, Text]:
    """Return label -> why, of the start pages of groups that their directory has no more."""
    gone = gone_groups()
    return {
        label: _(
            "The directory has this group no more, so nobody starts here. Take the row away, or"
            " name the group anew."
        )
        for label, entry in stored[STARTS].items()
        if entry["group"] in gone
    }


def _entry(content: ListContent) -> dict[str, Any]:
    return {
        "query": content.query,
        "address": content.address,
        "view": content.view,
        "sort": content.sort,
        "columns": content.columns,
    }


def _change(
    viewer: Viewer, stored: Setup, changes: Mapping[str, Mapping[str, Any]], secret_key: str
) -> None:
    comparison = change_setup(viewer, stored, changes, secret_key)
    note_changes(viewer.actor, stored, {**stored, **changes}, comparison)


def _change_by_form(
    viewer: Viewer,
    stored: Setup,
    changes: Mapping[str, Mapping[str, Any]],
    secret_key: str,
    draft: Draft,
) -> None:
    """Store what a form says; each sentence stands beside its input.

    :raises InvalidForm: with the form
    """
    try:
        _change(viewer, stored, changes, secret_key)
    except RefusedChange as refused:
        problems: dict[str, Text | str] = {}
        for (kind, _label, name), sentence in refused.problems.items():
            problems.setdefault(name if kind == draft.kind else "", sentence)
        raise InvalidForm(refused.message, draft.with_problems(problems)) from refused
