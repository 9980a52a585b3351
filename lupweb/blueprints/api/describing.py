"""What an address of the programming interface takes and answers: said once, beside its view.

The same words check what a program asks and make up `openapi.json`, so that neither can differ from
the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lupweb.accounts.tokens import Scope
from lupweb.errors import InvalidParameter
from lupweb.texts import _
from lupweb.web.search_address import FIELD, LONGEST_VALUE

VERSION = "/api/v1"
MOST_DIGITS = 9
View = Callable[..., ResponseReturnValue]
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """Something that an address takes.

    :param schema: JSON Schema: a text with `maxLength` and perhaps `enum`, or an integer with
        `minimum` and `maximum`; what is not given has its `default`
    :param where: "query" or "path"
    """

    name: str
    text: str
    schema: Schema
    where: str = "query"


@dataclass(frozen=True)
class Operation:
    """One address.

    :param scope: what a token must be good for; None: any token will do
    :param answer: JSON Schema of the document
    :param takes_fields: whether people are chosen by `f.<field key>`
    """

    summary: str
    answer: Schema
    scope: Scope | None = None
    parameters: tuple[Parameter, ...] = ()
    takes_fields: bool = False

    @property
    def in_query(self) -> Mapping[str, Parameter]:
        """Return the parameters behind the question mark, but for those of fields."""
        return {each.name: each for each in self.parameters if each.where == "query"}


@dataclass(frozen=True)
class Arguments:
    """What a program asks, checked.

    :param values: parameter -> value, its default where it was not given
    :param chosen: pairs such as ("f.location", "Porto")
    """

    values: Mapping[str, Any]
    chosen: tuple[tuple[str, str], ...] = field(default=())


OPERATIONS: dict[str, Operation] = {}
"""Endpoint -> what is said of it."""


def operation(bp: Blueprint, rule: str, described: Operation) -> Callable[[View], View]:
    """Let a view answer GET at `rule`, as it is described."""

    def register(view: View) -> View:
        OPERATIONS[f"{bp.name}.{view.__name__}"] = described
        bp.add_url_rule(rule, view_func=view)
        return view

    return register


def arguments() -> Arguments:
    """Return what this request asks.

    :raises InvalidParameter: for what is unknown, given twice, or no such value
    """
    described = OPERATIONS[str(request.endpoint)]
    values = {name: each.schema.get("default") for name, each in described.in_query.items()}
    chosen: list[tuple[str, str]] = []
    for name, given in request.args.items(multi=True):
        if described.takes_fields and name.startswith(FIELD):
            chosen.append((name, _text(name, given, {"maxLength": LONGEST_VALUE})))
        else:
            _refuse_unknown(name, described)
            values[name] = _value(name, given, described.in_query[name].schema)
    return Arguments(values, tuple(chosen))


def _refuse_unknown(name: str, described: Operation) -> None:
    if name not in described.in_query:
        shown = name[:40]
        raise InvalidParameter(
            _("There is no parameter “%(name)s” here.", name=shown), parameter=shown
        )
    if len(request.args.getlist(name)) > 1:
        raise InvalidParameter(_("%(name)s can be given once.", name=name), parameter=name)


def _value(name: str, given: str, schema: Schema) -> str | int:
    return (
        _number(name, given, schema) if schema["type"] == "integer" else _text(name, given, schema)
    )


def _number(name: str, given: str, schema: Schema) -> int:
    is_number = given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS
    least, most = schema["minimum"], schema["maximum"]
    if not is_number or not least <= int(given) <= most:
        raise InvalidParameter(
            _(
                "%(name)s is a number from %(least)s to %(most)s.",
                name=name,
                least=least,
                most=most,
            ),
            parameter=name,
        )
    return int(given)


def _text(name: str, given: str, schema: Schema) -> str:
    if len(given) > schema["maxLength"]:
        raise InvalidParameter(
            _("%(name)s has at most %(n)s characters.", name=name[:40], n=schema["maxLength"]),
            parameter=name[:40],
        )
    if given not in schema.get("enum", (given,)):
        raise InvalidParameter(
            _("%(name)s is one of: %(words)s.", name=name, words=", ".join(schema["enum"])),
            parameter=name,
        )
    return given
