"""The options of a field's type as the file writes them: lines in `options`, others in `settings`.

Pure; in the database they are one mapping.
"""

from collections.abc import Mapping
from typing import Any

from lupweb.configfile.keys import Entry
from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.choosing import CHOICES


def with_lines() -> list[str]:
    """Return the keys of the types that have lines."""
    return sorted(
        key
        for key, kind in FIELD_TYPES.items()
        if any(option.name == CHOICES for option in kind.option_list)
    )


def type_options(entry: Entry) -> dict[str, Any]:
    """Return the options of an entry of `[[fields]]` as its type knows them."""
    lines = {CHOICES: list(entry["options"])} if entry["options"] else {}
    return {**entry["settings"], **lines}


def stored_options(entry: Entry) -> dict[str, Any]:
    """Return the options of an entry that was checked, as they are stored."""
    return FIELD_TYPES[entry["type"]].check_options(type_options(entry))


def written_options(type_key: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys `options` and `settings` for what is stored.

    What the type does not know is left out: it has no meaning.
    """
    known = {option.name for option in FIELD_TYPES[type_key].option_list}
    return {
        "options": tuple(options.get(CHOICES, ())),
        "settings": {
            name: value for name, value in options.items() if name in known and name != CHOICES
        },
    }
