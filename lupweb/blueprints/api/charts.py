"""Where people stand in org charts, as JSON."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from lupweb.accounts.tokens import Scope
from lupweb.blueprints.api.answers import answer
from lupweb.blueprints.api.describing import (
    VERSION,
    Operation,
    Parameter,
    arguments,
    operation,
)
from lupweb.blueprints.api.people import LIMIT, LOGIN
from lupweb.blueprints.api.schemas import NUMBER, TEXT, document, list_of, named
from lupweb.orgchart.places import Place
from lupweb.orgchart.queries import charts_for, find_chart, reports, standing
from lupweb.people.summaries import summaries
from lupweb.profiles.readers import get_shown
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

MOST_BEFORE = 999_999_999

bp = Blueprint("api_charts", __name__, url_prefix=f"{VERSION}/org-charts")

LIST = Operation(
    "Org charts",
    document({"charts": list_of(document({"key": TEXT, "name": TEXT}))}),
    Scope.PEOPLE,
)
ONE = Operation(
    "One person in an org chart: the line upwards, and who reports to them",
    document(
        {
            "chart": TEXT,
            "person": named("Place"),
            "above": {**list_of(named("Place")), "description": "The top first."},
            "reports": list_of(named("Place")),
            "more": {**NUMBER, "description": "How many reports stand behind these."},
        }
    ),
    Scope.PEOPLE,
    (
        Parameter("key", "Key of a chart.", {"type": "string", "minLength": 1}, where="path"),
        LOGIN,
        LIMIT,
        Parameter(
            "skip",
            "How many reports stand before the first that is given.",
            {"type": "integer", "minimum": 0, "maximum": MOST_BEFORE, "default": 0},
        ),
    ),
)


@operation(bp, "", LIST)
def index() -> ResponseReturnValue:
    """List the charts that the account may see."""
    arguments()
    charts = charts_for(viewer(), page_layout())
    return answer({"charts": [{"key": each.key, "name": each.name} for each in charts]})


@operation(bp, "/<key>/<login>", ONE)
def show(key: str, login: str) -> ResponseReturnValue:
    """Show where one person stands."""
    asked = arguments().values
    chart = find_chart(key, viewer(), page_layout())
    found = standing(chart, viewer(), get_shown(viewer(), login).id)
    below = reports(chart, viewer(), found.place.person_id, asked["skip"], asked["limit"])
    people = _people({place.person_id for place in (*found.chain, *below.places)})
    return answer(
        {
            "chart": chart.key,
            "person": _place(found.place, people),
            "above": _places(found.chain[:-1], people),
            "reports": _places(below.places, people),
            "more": below.rest,
        }
    )


def _people(ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return login and name of each of these people, who are active."""
    return {each.id: (each.login, each.name) for each in summaries(sorted(ids))}


def _places(places: Sequence[Place], people: Mapping[int, tuple[str, str]]) -> list[dict[str, Any]]:
    return [_place(each, people) for each in places]


def _place(place: Place, people: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
    login, name = people[place.person_id]
    return {
        "id": place.person_id,
        "login": login,
        "name": name,
        "reports": place.direct,
        "below": place.total,
    }
