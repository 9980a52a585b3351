"""Record what a configuration file changed: an event for each changed thing, without secrets."""

from collections.abc import Iterator, Mapping
from typing import Any

from lupweb.audit.events import note_event
from lupweb.configfile.compare import Comparison
from lupweb.configfile.secrecy import Secret

Setup = Mapping[str, Mapping[str, Any]]
ONE_OF = {
    "directories": "directory", "groups": "group", "categories": "category", "fields": "field",
    "roles": "role", "edit_rights": "edit_right", "org_charts": "org_chart",
    "lists": "list", "start_pages": "start_page",
}  # fmt: skip
"""Kind that is a list -> what one of its entries is called in an event."""
HIDDEN = "***"
PLACE = "place"


def note_changes(actor: str, before: Setup, after: Setup, comparison: Comparison) -> None:
    """Record every entry that a change of the set-up added, changed or removed.

    :param actor: who did it, as `Viewer.actor` says; "" is the operator
    :param before: the set-up as it was
    """
    for what, kind, label in _changed(comparison):
        old, new = _told(before, kind, label), _told(after, kind, label)
        if kind == "directories" and what == "changed":
            old["bind_password"], new["bind_password"] = _passwords(before, after, label)
        has_moved = what == "changed" and old == new
        if has_moved:
            old, new = _place(before[kind], label), _place(after[kind], label)
        event = f"{ONE_OF.get(kind, kind)}.{'moved' if has_moved else what}"
        note_event(actor, event, label or kind, old, new)


def _changed(comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    """Yield what was done, the kind, and the key of the entry."""
    named = {
        "added": comparison.created,
        "changed": comparison.changed,
        "removed": comparison.removed,
    }
    for what, names in named.items():
        for name in names:
            kind, _dot, label = name.partition(".")
            yield what, kind, label


def _told(setup: Setup, kind: str, label: str) -> dict[str, Any]:
    """Return an entry as it may be kept; {} if there is none."""
    entry = setup[kind].get(label, {})
    return {name: HIDDEN if isinstance(value, Secret) and value.text else _plain(value)
            for name, value in entry.items()}  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return ""
    return list(value) if isinstance(value, tuple) else value


def _passwords(before: Setup, after: Setup, label: str) -> tuple[str, str]:
    """Return what tells that a password is another one, and neither of them."""
    old: Secret = before["directories"][label]["bind_password"]
    new: Secret = after["directories"][label]["bind_password"]
    if old == new:
        return HIDDEN, HIDDEN
    return HIDDEN if old.text else "", f"{HIDDEN} (new)" if new.text else ""


def _place(entries: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Return where an entry stands: its number, of a field that among those of its category."""
    category = entries[label].get("category")
    beside = [key for key, entry in entries.items() if entry.get("category") == category]
    return {PLACE: beside.index(label) + 1}
