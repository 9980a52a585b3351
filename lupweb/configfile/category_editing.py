"""Categories, as administrators build them in the browser, and the order of everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lupweb.accounts.viewers import Viewer
from lupweb.audit.events import note_event
from lupweb.configfile.changing import change_setup, open_setup
from lupweb.configfile.field_draft import Draft, draft_of
from lupweb.configfile.profile_editing import (
    CATEGORIES,
    FIELDS,
    change_by_form,
    entry_of,
    key_of_name,
    refuse_outdated,
    refuse_problems,
)
from lupweb.configfile.stored import Setup
from lupweb.errors import InvalidValue, NotFound
from lupweb.texts import _

Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Place:
    """Where something stands now: the first of `count` is number 1."""

    name: str
    number: int
    count: int


def category_draft(viewer: Viewer, key: str, secret_key: str) -> Draft:
    """Return the form of a category.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such category
    """
    return draft_of(CATEGORIES, entry_of(open_setup(viewer, secret_key), CATEGORIES, key))


def add_category(viewer: Viewer, draft: Draft, secret_key: str) -> str:
    """Add a category at the end; return its key, made from its first name.

    :raises Forbidden: if `viewer` is no administrator
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    refuse_problems(draft)
    key = key_of_name(draft.entry["name"], "category", stored[CATEGORIES])
    entry = {**draft.entry, "key": key}
    categories = {**stored[CATEGORIES], key: entry}
    change_by_form(viewer, stored, {CATEGORIES: categories}, secret_key, draft, key)
    note_event(viewer.actor, "category.added", key, {}, entry)
    return key


def save_category(viewer: Viewer, draft: Draft, secret_key: str) -> None:
    """Store what was typed about a category; restrictions count at once, for old values as well.

    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such category
    :raises InvalidForm: with the form and everything that was typed
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, CATEGORIES, draft.key)
    refuse_problems(draft)
    refuse_outdated(draft, before)
    categories = {**stored[CATEGORIES], draft.key: draft.entry}
    change_by_form(viewer, stored, {CATEGORIES: categories}, secret_key, draft, draft.key)
    if before != draft.entry:
        note_event(viewer.actor, "category.changed", draft.key, before, draft.entry)


def remove_category(viewer: Viewer, key: str, move_to: str, secret_key: str) -> str:
    """Take a category away; its fields go to the end of another one. Return its name.

    :param move_to: key of the other category; "" where there is nothing to move
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such category
    :raises InvalidValue: if there are fields in it and nothing says where they go
    """
    stored = open_setup(viewer, secret_key)
    before = entry_of(stored, CATEGORIES, key)
    inside = {name: each for name, each in stored[FIELDS].items() if each["category"] == key}
    if inside and (move_to == key or move_to not in stored[CATEGORIES]):
        raise InvalidValue(
            _("There are fields in “%(name)s”. Choose where they go.", name=before["name"])
        )
    staying = {name: each for name, each in stored[FIELDS].items() if name not in inside}
    moved = {name: {**each, "category": move_to} for name, each in inside.items()}
    rest = {name: each for name, each in stored[CATEGORIES].items() if name != key}
    changes = {CATEGORIES: rest, FIELDS: {**staying, **moved}}
    change_setup(viewer, stored, changes, secret_key)
    note_event(viewer.actor, "category.removed", key, before, {"move_to": move_to})
    return str(before["name"])


def move_category(viewer: Viewer, key: str, step: int, secret_key: str) -> Place:
    """Let a category change places with its neighbour; at the end it stays where it is.

    :param step: -1 is up, 1 is down
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such category
    """
    stored = open_setup(viewer, secret_key)
    name = str(entry_of(stored, CATEGORIES, key)["name"])
    order = _moved(list(stored[CATEGORIES]), key, step)
    categories = {each: stored[CATEGORIES][each] for each in order}
    return _store_order(viewer, stored, {CATEGORIES: categories}, name, key, secret_key)


def move_field(viewer: Viewer, key: str, step: int, secret_key: str) -> Place:
    """Let a field change places with its neighbour in its category; as `move_category`."""
    stored = open_setup(viewer, secret_key)
    category = entry_of(stored, FIELDS, key)["category"]
    order = _moved(_fields_in(stored, category), key, step)
    following = order[order.index(key) + 1 :]
    return place_field(viewer, key, category, following[0] if following else "", secret_key)


def place_field(viewer: Viewer, key: str, category: str, before: str, secret_key: str) -> Place:
    """Put a field into a category, before another field there.

    :param before: key of that field; "" or one that is elsewhere: at the end
    :raises Forbidden: if `viewer` is no administrator
    :raises NotFound: if there is no such field or category
    """
    stored = open_setup(viewer, secret_key)
    entry = entry_of(stored, FIELDS, key)
    if category not in stored[CATEGORIES]:
        raise NotFound(_("There is no category “%(key)s”.", key=category[:63]))
    others = [each for each in _fields_in(stored, category) if each != key]
    place = others.index(before) if before in others else len(others)
    order = [*others[:place], key, *others[place:]]
    elsewhere = [each for each in stored[FIELDS] if each not in order]
    fields = {each: stored[FIELDS][each] for each in (*elsewhere, *order)}
    fields[key] = {**entry, "category": category}
    name = str(entry["name"])
    return _store_order(viewer, stored, {FIELDS: fields}, name, key, secret_key)


def _store_order(
    viewer: Viewer, stored: Setup, changes: Mapping[str, Entries], name: str, key: str, secret: str
) -> Place:
    kind = next(iter(changes))
    was, now = _place(stored[kind], key), _place(changes[kind], key)
    change_setup(viewer, stored, changes, secret)
    if was != now:
        what = "field.moved" if kind == FIELDS else "category.moved"
        note_event(viewer.actor, what, key, {"place": list(was)}, {"place": list(now)})
    return Place(name, now[1], now[2])


def _place(entries: Entries, key: str) -> tuple[str, int, int]:
    category = entries[key].get("category", "")
    beside = [each for each, entry in entries.items() if entry.get("category", "") == category]
    return category, beside.index(key) + 1, len(beside)


def _fields_in(stored: Setup, category: str) -> list[str]:
    return [key for key, entry in stored[FIELDS].items() if entry["category"] == category]


def _moved(order: list[str], key: str, step: int) -> list[str]:
    place = order.index(key)
    target = min(max(place + step, 0), len(order) - 1)
    rest = [each for each in order if each != key]
    return [*rest[:target], key, *rest[target:]]
