"""What editing fields and categories has in common: keys, forms that are out of date, refusals."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from lupweb.accounts.viewers import Viewer
from lupweb.configfile.changing import RefusedChange, change_setup
from lupweb.configfile.field_draft import Draft, revision_of
from lupweb.configfile.keys import Entry
from lupweb.configfile.stored import Setup
from lupweb.errors import InvalidForm, NotFound
from lupweb.search.folding import spelled_out
from lupweb.texts import Text, _

FIELDS, CATEGORIES = "fields", "categories"
LONGEST_KEY = 40
NO_KEY = re.compile(r"[^a-z0-9]+")
INPUTS = {
    "name": "name-en", "names": "name-en", "help_text": "help_text-en",
    "help_texts": "help_text-en", "applies_to": "groups", "visible_to": "groups",
}  # fmt: skip
"""Key of a setting -> the input that stands for it, where it is called otherwise."""


def entry_of(stored: Setup, kind: str, key: str) -> Entry:
    """Return what is stored.

    :raises NotFound: if there is no such entry
    """
    if key not in stored[kind]:
        raise NotFound(_("There is no “%(key)s” any more.", key=key))
    entry: Entry = stored[kind][key]
    return entry


def key_of_name(name: str, otherwise: str, taken: Collection[str]) -> str:
    """Return a key for something of this name that nothing else has.

    :param otherwise: what the key is made of where the name has no letters for one
    """
    plain = NO_KEY.sub("_", spelled_out(name.lower()))[:LONGEST_KEY].strip("_") or otherwise
    used = {key.casefold() for key in taken}
    key, number = plain, 1
    while key in used:
        number += 1
        key = f"{plain}_{number}"
    return key


def refuse_problems(draft: Draft) -> None:
    """Refuse a form of which something could not even be read, or that has no name.

    :raises InvalidForm: with the form
    """
    if not draft.entry["name"]:
        draft = draft.with_problems({"name-en": _("Give it a name.")})
    if draft.problems:
        raise InvalidForm(next(iter(draft.problems.values())), draft)


def refuse_outdated(draft: Draft, before: Entry) -> None:
    """Refuse a form that was made before somebody else changed the same.

    :raises InvalidForm: with the form, which may be sent once more
    """
    now = revision_of(before)
    if draft.revision != now:
        message = _(
            "Somebody changed this while the form was open. Nothing has been saved. Save once more"
            " to put what stands here in its place, or open the page anew to see what was changed."
        )
        raise InvalidForm(message, replace(draft, revision=now).with_problems({"": message}))


def change_by_form(
    viewer: Viewer,
    stored: Setup,
    changes: Mapping[str, Mapping[str, Any]],
    secret_key: str,
    draft: Draft,
    key: str,
) -> None:
    """Store what a form says.

    :param key: of what the form is about
    :raises InvalidForm: with the form, each sentence beside its input
    """
    try:
        change_setup(viewer, stored, changes, secret_key)
    except RefusedChange as refused:
        problems: dict[str, Text | str] = {}
        for (kind, label, name), sentence in refused.problems.items():
            is_here = kind == draft.kind and label == key
            problems.setdefault(_input(draft, name) if is_here else "", sentence)
        raise InvalidForm(refused.message, draft.with_problems(problems)) from refused


def _input(draft: Draft, name: str) -> str:
    has_own_inputs = draft.kind in {FIELDS, CATEGORIES}
    is_one_of_its_own = draft.kind == FIELDS and name == "visible_to"
    return INPUTS.get(name, name) if has_own_inputs and not is_one_of_its_own else name
