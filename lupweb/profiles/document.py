"""A person's document: values and where each comes from. Pure; never edits what it is given."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

Values = Mapping[str, str]


def values_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return field key -> confirmed value; a field without a value is absent."""
    return dict(document.get("values", {}))


def with_values(
    document: Mapping[str, Any], provenance: Mapping[str, Any], changes: Values, origin: Values
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document and the provenance after `changes`.

    :param changes: field key -> new value; "" takes the value away
    :param origin: where the changes come from: source, directory, run or editor, time
    """
    values = values_of(document)
    origins = dict(provenance)
    for key, value in changes.items():
        rev = int(origins.get(key, {}).get("rev", 0)) + 1
        origins[key] = {**origin, "rev": rev}
        if value:
            values[key] = value
        else:
            values.pop(key, None)
    return {"values": values}, origins


def content_hash(*parts: Any) -> bytes:
    """Return 16 bytes (blake2b) that differ when any of the JSON-like `parts` differs."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
