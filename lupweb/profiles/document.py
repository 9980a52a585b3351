"""A person's document: values and where each comes from. Pure; never edits what it is given."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any

Values = Mapping[str, str]
BEGINS = '{"values":{'
ALL = ""
"""The key of an origin that all values share which have none of their own."""
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def values_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return field key -> confirmed value; a field without a value is absent."""
    return dict(document.get("values", {}))


def origin_of_value(provenance: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return where the value of field `key` comes from, as stored; empty if nothing is known."""
    found: Mapping[str, Any] = provenance.get(key) or provenance.get(ALL, {})
    return found


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
        before = origins.get(key) or (origins.get(ALL, {}) if key in values else {})
        origins[key] = {**origin, "rev": int(before.get("rev", 0)) + 1}
        if value:
            values[key] = value
        else:
            values.pop(key, None)
    return {"values": values}, origins


def first_provenance(origin: Values) -> str:
    """Return the provenance of a new person, all of whose values have the same origin, as JSON."""
    return _encoded({ALL: {**origin, "rev": 1}})


def as_json(values: Values) -> str:
    """Return the document of these values as it is stored, the same for equal values."""
    return '{"values":' + _encoded(values) + "}"


def documents_of(columns: Sequence[Sequence[str]], count: int) -> list[str]:
    """Return what `as_json` does, of the values of many people.

    :param columns: the fields in the order of their keys; of each person a comma and the value as
        member of a JSON object, "" where there is none
    :param count: of people
    """
    begins, ends = repeat(BEGINS, count), repeat("}}\n", count)  # JSON has no line break in it
    joined = "".join(chain.from_iterable(zip(begins, *columns, ends, strict=True)))
    return joined.replace(f"{BEGINS},", BEGINS).split("\n")[:-1]


def content_hash(document_json: str, *names: str) -> bytes:
    """Return 16 bytes (blake2b) that differ when the document or one of the names differs.

    :param document_json: what `as_json` returned
    :param names: what else is kept of the person: login, name and the like
    """
    text = "\0".join((*names, document_json))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
