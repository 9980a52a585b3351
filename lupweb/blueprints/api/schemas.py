"""The documents of the programming interface as JSON Schema (2020-12, as OpenAPI 3.1 has it)."""

from collections.abc import Mapping, Sequence
from typing import Any

from lupweb.profiles.standard import STANDARD_FIELDS
from lupweb.runs.states import RunState
from lupweb.sync.records import COUNTERS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
TEXT_OR_NOTHING: Schema = {"type": ["string", "null"]}
ADDRESS_OR_NOTHING: Schema = {
    "type": ["string", "null"],
    "description": "Address of the following page; null on the last one.",
}


def list_of(items: Mapping[str, Any]) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": dict(items)}


def named(name: str) -> Schema:
    """Return a reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def document(properties: Mapping[str, Any], optional: Sequence[str] = ()) -> Schema:
    """Return the schema of an object with these members and no others.

    :param optional: those that may be missing
    """
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


SCHEMAS: dict[str, Schema] = {
    "Error": document(
        {
            "error": document(
                {
                    "code": {"type": "string", "description": "A word for programs."},
                    "text": {"type": "string", "description": "A sentence for people."},
                    "parameter": {"type": "string", "description": "What cannot be understood."},
                    "column": {"type": "integer", "description": "Where in a filter, from 1."},
                    "expected": {"type": "string", "description": "What may stand there."},
                    "suggestion": {"type": "string", "description": "A field that may be meant."},
                },
                optional=("parameter", "column", "expected", "suggestion"),
            )
        }
    ),
    "Person": document(
        {
            "id": NUMBER,
            "login": TEXT,
            "name": TEXT,
            "email": TEXT,
            "directory": TEXT_OR_NOTHING,
            "state": TEXT,
            "groups": list_of(TEXT),
            "manager": TEXT_OR_NOTHING,
            "values": {
                "type": "object",
                "description": (
                    "Field key to value: a person is a login, a day ISO 8601, several values a"
                    " list. What the account may not see is missing, as is what is empty."
                ),
            },
            "standard": {
                **document(
                    dict.fromkeys((field.key for field in STANDARD_FIELDS), TEXT_OR_NOTHING)
                ),
                "description": (
                    "The values of the six standard fields, which every site has; null where there"
                    " is none, or none that the account may see."
                ),
            },
            "picture": {"type": ["string", "null"], "description": "Hash of the picture."},
        }
    ),
    "Field": document(
        {
            "key": TEXT,
            "name": TEXT,
            "help": TEXT,
            "type": TEXT,
            "category": document({"key": TEXT, "name": TEXT}),
            "several": {"type": "boolean", "description": "Whether it has a list of values."},
            "searchable": {"type": "boolean"},
            "filter": {"type": "boolean", "description": "Whether f.<key> chooses people by it."},
        }
    ),
    "Place": document(
        {
            "id": NUMBER,
            "login": TEXT,
            "name": TEXT,
            "reports": {**NUMBER, "description": "How many people report to this one."},
            "below": {**NUMBER, "description": "How many people are below, at any depth."},
        }
    ),
    "Run": document(
        {
            "run": NUMBER,
            **dict.fromkeys(("directory", "trigger", "mode", "reason"), TEXT),
            "state": {"type": "string", "enum": [str(state) for state in RunState]},
            "started": {"type": "string", "format": "date-time"},
            "seconds": {"type": ["number", "null"]},
            **dict.fromkeys(COUNTERS, NUMBER),
            "message": TEXT,
            "dry_run": {"type": "boolean"},
            "errors": list_of(document({"login": TEXT, "field": TEXT, "text": TEXT})),
        },
        optional=("errors",),
    ),
}
"""Name -> schema; further documents are made of these."""
