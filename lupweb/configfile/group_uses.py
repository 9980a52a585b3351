"""What names a group in the set-up, and how another one takes its place. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lupweb.configfile.list_keys import start_label
from lupweb.configfile.profile_keys import right_label
from lupweb.configfile.references import REFERENCES
from lupweb.texts import Text, _

Setup = Mapping[str, Mapping[str, Any]]
GROUPS = "groups"
SENTENCES: Mapping[tuple[str, str], Callable[[str], Text]] = {
    ("policies", "licence_group"): lambda _name: _("Its people have a licence"),
    ("categories", "applies_to"): lambda name: _("Its people have “%(name)s”", name=name),
    ("categories", "visible_to"): lambda name: _("Its people read “%(name)s”", name=name),
    ("fields", "visible_to"): lambda name: _("Its people read “%(name)s”", name=name),
    ("roles", "groups"): lambda name: _("Its people are %(role)s", role=name.replace("_", " ")),
    ("edit_rights", "profiles_of_groups"): lambda name: _(
        "Others edit its people: %(right)s", right=name
    ),
    ("edit_rights", "editor_groups"): lambda name: _(
        "Its people edit others: %(right)s", right=name
    ),
    ("lists", "groups"): lambda name: _("Its people get the list “%(name)s”", name=name),
    ("start_pages", "group"): lambda _name: _("Its people start on a page of their own"),
}
"""Kind, key -> what a group is there for, in the words of administrators."""


@dataclass(frozen=True)
class Use:
    """One place of the set-up that names a group.

    :param kind: of the set-up, as `categories`
    :param key: of the entry; "" where the kind is one table
    """

    kind: str
    key: str
    sentence: Text | str


def uses_of(setup: Setup, key: str) -> list[Use]:
    """Return everything that names a group."""
    return [
        Use(kind, label, _sentence(kind, name, label, setup[kind][label]))
        for kind, name, label in _places(setup, key)
    ]


def replaced(setup: Setup, key: str, other: str) -> dict[str, dict[str, Any]]:
    """Return the kinds that name a group, with another one in its place everywhere.

    :param other: key of the group that takes its place
    """
    changed: dict[str, dict[str, Any]] = {}
    for kind, name, label in _places(setup, key):
        entries = changed.setdefault(kind, dict(setup[kind]))
        entries[label] = {**entries[label], name: _exchanged(entries[label][name], key, other)}
    if "edit_rights" in changed:  # they are known by what they say
        rights = changed["edit_rights"].values()
        changed["edit_rights"] = {right_label(each): each for each in rights}
    if "start_pages" in changed:  # so are these; of two the one that goes first counts
        starts = list(changed["start_pages"].values())
        firsts = {start_label(each): each for each in reversed(starts)}
        changed["start_pages"] = {
            start_label(each): each for each in starts if firsts[start_label(each)] is each
        }
    return changed


def _places(setup: Setup, key: str) -> Iterator[tuple[str, str, str]]:
    for kind, name, target in REFERENCES:
        if target == GROUPS:
            for label, entry in setup[kind].items():
                value = entry[name]
                if key == value or (isinstance(value, tuple) and key in value):
                    yield kind, name, label


def _exchanged(value: str | tuple[str, ...], key: str, other: str) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return other
    return tuple(sorted({other if each == key else each for each in value}))


def _sentence(kind: str, name: str, label: str, entry: Mapping[str, Any]) -> Text | str:
    sentence = SENTENCES.get((kind, name))
    called = str(entry.get("name") or label)
    return sentence(called) if sentence else f"{kind}: {called}"
