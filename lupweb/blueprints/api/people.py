"""People as JSON: a page at a time by a cursor, and one by one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, or_

from lupweb.accounts.tokens import Scope
from lupweb.blueprints.api.answers import answer
from lupweb.blueprints.api.describing import (
    VERSION,
    Arguments,
    Operation,
    Parameter,
    arguments,
    operation,
)
from lupweb.blueprints.api.schemas import ADDRESS_OR_NOTHING, document, list_of, named
from lupweb.errors import InvalidParameter
from lupweb.people.models import Person
from lupweb.people.policies import listed
from lupweb.people.queries import LARGEST_ID
from lupweb.profiles.exchange import documents
from lupweb.profiles.readers import get_shown
from lupweb.profiles.standard import STANDARD_FIELDS
from lupweb.profiles.visibility import may_read
from lupweb.search.found import FoundPeople
from lupweb.search.grammar import LONGEST_FILTER
from lupweb.search.queries import found_people
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout, site_options
from lupweb.web.search_address import FIELD, LONGEST_QUERY, read_address

USUAL, MOST = 50, 200
STANDARD = tuple(field.key for field in STANDARD_FIELDS)
LONGEST_CURSOR = 4_000
LIMIT = Parameter(
    "limit",
    "How many at most.",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
)
LOGIN = Parameter(
    "login", "A login, or id:<number>.", {"type": "string", "minLength": 1}, where="path"
)

bp = Blueprint("api_people", __name__, url_prefix=f"{VERSION}/people")

LIST = Operation(
    "People, in the order of their last names",
    document({"people": list_of(named("Person")), "next": ADDRESS_OR_NOTHING}),
    Scope.PEOPLE,
    (
        Parameter("q", "Plain words.", {"type": "string", "maxLength": LONGEST_QUERY}),
        Parameter("filter", "A filter.", {"type": "string", "maxLength": LONGEST_FILTER}),
        LIMIT,
        Parameter(
            "after",
            "Where the page before ended; stands in its `next`.",
            {"type": "string", "maxLength": LONGEST_CURSOR},
        ),
    ),
    takes_fields=True,
)
ONE = Operation("One person, as the profile shows them", named("Person"), Scope.PEOPLE, (LOGIN,))


@operation(bp, "", LIST)
def index() -> ResponseReturnValue:
    """List who is found, as the people directory does."""
    asked = arguments()
    limit = asked.values["limit"]
    found = _found(asked)
    people = found[:limit]
    following = _following(asked, people[-1]) if len(found) > limit and people else None
    return answer({"people": _documents(people), "next": following})


@operation(bp, "/<login>", ONE)
def show(login: str) -> ResponseReturnValue:
    """Show one person; who is hidden is missing."""
    arguments()
    person = get_shown(viewer(), login)
    return answer(_documents([person])[0])


def _documents(people: Sequence[Person]) -> list[dict[str, Any]]:
    """Return people as documents, with the six standard fields where every site has them."""
    return [
        {**each, "standard": {key: each["values"].get(key) for key in STANDARD}}
        for each in documents(viewer(), page_layout(), people)
    ]


def _found(asked: Arguments) -> FoundPeople:
    said = [(name, asked.values[name]) for name in ("q", "filter") if asked.values[name]]
    address = read_address("", [*said, *asked.chosen])
    request = replace(address.request, is_saved=True)  # what nobody has any more finds nobody
    _refuse_unknown(asked)
    among = listed(site_options())
    if asked.values["after"]:
        among = and_(among, _behind(asked.values["after"]))
    return found_people(viewer(), page_layout(), site_options(), request, among)


def _refuse_unknown(asked: Arguments) -> None:
    """Refuse to choose by what nobody can, or this viewer may not: both alike.

    :raises InvalidParameter: for the first such field
    """
    known = {
        f"{FIELD}{field.key}"
        for field in page_layout().fields()
        if field.facet and may_read(viewer(), field)
    }
    for name, _value in asked.chosen:
        if name not in known:
            shown = name[:40]
            raise InvalidParameter(
                _("There is no parameter “%(name)s” here.", name=shown), parameter=shown
            )


def _following(asked: Arguments, last: Person) -> str:
    said = {name: value for name, value in asked.values.items() if value is not None}
    chosen: dict[str, list[str]] = {}
    for name, value in asked.chosen:
        chosen.setdefault(name, []).append(value)
    return url_for(".index", **{**said, **chosen, "after": cursor_of(last)})


def cursor_of(person: Person) -> str:
    """Return what says where a page ended: it holds when people come and go meanwhile."""
    place = f"{person.id} {person.sort_name}".encode()
    return urlsafe_b64encode(place).decode().rstrip("=")


def _behind(cursor: str) -> ColumnElement[bool]:
    """Return who stands behind the end of a page.

    :raises InvalidParameter: if it is the end of none
    """
    padding = "=" * (-len(cursor) % 4)
    try:
        number, _blank, name = urlsafe_b64decode(cursor + padding).decode().partition(" ")
    except ValueError:
        number, name = "", ""
    is_number = number.isascii() and number.isdecimal() and int(number[:20]) <= LARGEST_ID
    if not is_number or "\0" in name:
        raise InvalidParameter(
            _("after is what stood in the `next` of a page before."), parameter="after"
        )
    return or_(
        Person.sort_name > name, and_(Person.sort_name == name, Person.id > int(number[:20]))
    )
