"""The programming interface described for programs: OpenAPI 3.1, made of what checks each call."""

import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from lupweb import __version__
from lupweb.blueprints.api.answers import answer
from lupweb.blueprints.api.describing import (
    OPERATIONS,
    VERSION,
    Operation,
    Parameter,
    arguments,
    operation,
)
from lupweb.blueprints.api.fields import chooses_people
from lupweb.blueprints.api.schemas import SCHEMAS, named
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.search_address import FIELD, LONGEST_VALUE

VARIABLE = re.compile(r"<([^>]+)>")
FAULTS = {
    "401": "Nobody is signed in, or the token is not good any more.",
    "403": "The account, or the token, may not do this.",
    "404": "It is not there, or the account may not see it.",
    "422": "A parameter cannot be understood.",
    "429": "Too many calls; `Retry-After` says how many seconds to wait.",
}
SAME_AS_BEFORE: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer: 304 and nothing else, if it still stands.",
    "schema": {"type": "string"},
}

bp = Blueprint("api_description", __name__, url_prefix=VERSION)


@operation(bp, "/openapi.json", Operation("This description", {"type": "object"}))
def show() -> ResponseReturnValue:
    """Describe every address, with the fields by which this account chooses people."""
    arguments()
    return answer(_description())


def _description() -> dict[str, Any]:
    rules = sorted(
        (rule for rule in current_app.url_map.iter_rules() if rule.endpoint in OPERATIONS),
        key=lambda rule: rule.rule,
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": str(site_options()["site_name"]), "version": __version__},
        "servers": [{"url": VERSION}],
        "security": [{"token": []}, {"session": []}],
        "paths": {_path(rule): {"get": _operation(OPERATIONS[rule.endpoint])} for rule in rules},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": current_app.config["SESSION_COOKIE_NAME"],
                },
            },
        },
    }


def _path(rule: Rule) -> str:
    return VARIABLE.sub(r"{\1}", rule.rule.removeprefix(VERSION))


def _operation(described: Operation) -> dict[str, Any]:
    parameters = [_parameter(each) for each in described.parameters]
    if described.takes_fields:
        parameters += _of_fields()
    said: dict[str, Any] = {
        "summary": described.summary,
        "parameters": [*parameters, SAME_AS_BEFORE],
        "responses": {
            "200": {"description": described.summary, **_content(described.answer)},
            "304": {"description": "It is as it was."},
            **{
                status: {"description": text, **_content(named("Error"))}
                for status, text in FAULTS.items()
            },
        },
    }
    if described.scope:
        said["x-scope"] = str(described.scope)
    return said


def _parameter(each: Parameter) -> dict[str, Any]:
    return {
        "name": each.name,
        "in": each.where,
        "required": each.where == "path",
        "description": each.text,
        "schema": each.schema,
    }


def _of_fields() -> Iterable[dict[str, Any]]:
    """Yield a parameter for each field by which this account may choose people."""
    for field in page_layout().fields():
        if chooses_people(viewer(), field):
            yield {
                "name": f"{FIELD}{field.key}",
                "in": "query",
                "required": False,
                "description": f"{field.name}: one of these values; the empty text is “not set”.",
                "explode": True,
                "schema": {
                    "type": "array",
                    "items": {"type": "string", "maxLength": LONGEST_VALUE},
                },
            }


def _content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}
