"""What runs, their results and their counters are called on the pages of synchronization."""

from collections.abc import Mapping

from lupweb.directories.service import all_directories
from lupweb.sync.items import Action
from lupweb.texts import Text, _

MODES: Mapping[str, Text] = {
    "full": _("Everything"), "changes": _("Changes"), "fill": _("New fields"),
    "person": _("One person"), "auto": _("What is needed"), "groups": _("Groups"),
    "undo": _("Undo"), "rekey": _("What tells people apart"),
}  # fmt: skip
WENT: Mapping[str, Text] = {
    "": _("All"), "good": _("Done"), "attention": _("To be looked at"), "bad": _("Failed"),
    "stopped": _("Stopped or paused"), "open": _("At work"),
}  # fmt: skip
ACTIONS: Mapping[str, Text] = {
    Action.NEW: _("would be new"), Action.CHANGE: _("would change"),
    Action.HIDE: _("would be hidden"), Action.BACK: _("would come back"),
    Action.DISABLE: _("would be switched off"), Action.ENABLE: _("would be switched on"),
}  # fmt: skip
WERE: Mapping[str, Text] = {
    Action.NEW: _("was to be new"), Action.CHANGE: _("was to change"),
    Action.HIDE: _("was to be hidden"), Action.BACK: _("was to come back"),
    Action.DISABLE: _("was to be switched off"), Action.ENABLE: _("was to be switched on"),
}  # fmt: skip
"""The same of what has been approved: what could not be done is listed as a problem."""
COUNTER_NAMES: Mapping[str, Text] = {
    "new": _("new"), "changed": _("changed"), "unchanged": _("unchanged"),
    "back": _("come back"), "skipped": _("skipped"),
    "shadowed": _("supplied by an earlier directory"), "failed": _("failed"),
}  # fmt: skip
"""What adds up to the people seen."""
BESIDE: Mapping[str, Text] = {
    "missing": _("no longer found"), "disabled": _("switched off"),
    "held": _("wait for approval"), "values_changed": _("values changed"),
}  # fmt: skip


def known_names() -> dict[str, str]:
    """Return key -> name of each directory; one query."""
    return {each.key: each.name for each in all_directories()}
