"""Runs of synchronization as JSON, the newest first (interface.md section 5)."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from lupweb.accounts.tokens import Scope
from lupweb.accounts.viewers import require_administrator
from lupweb.blueprints.api.answers import answer
from lupweb.blueprints.api.describing import (
    MOST_DIGITS,
    VERSION,
    Operation,
    Parameter,
    arguments,
    operation,
)
from lupweb.blueprints.api.people import LIMIT
from lupweb.blueprints.api.schemas import ADDRESS_OR_NOTHING, document, list_of, named
from lupweb.errors import NotFound
from lupweb.runs.models import Run
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.sync.records import PREFIX, summary
from lupweb.sync.run_list import runs_before
from lupweb.sync.run_page import problems_of
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

LONGEST_KEY = 100
MOST_NUMBER = 999_999_999
NUMBER = {"type": "integer", "minimum": 1, "maximum": MOST_NUMBER}

bp = Blueprint("api_runs", __name__, url_prefix=f"{VERSION}/sync-runs")

LIST = Operation(
    "Runs of synchronization without their errors, the newest first; for administrators",
    document({"runs": list_of(named("Run")), "next": ADDRESS_OR_NOTHING}),
    Scope.RUNS,
    (
        Parameter(
            "directory",
            "Key of a directory, or xml or pictures.",
            {"type": "string", "maxLength": LONGEST_KEY, "default": ""},
        ),
        Parameter(
            "state",
            "How far they are.",
            {"type": "string", "maxLength": LONGEST_KEY, "enum": [str(each) for each in RunState]},
        ),
        LIMIT,
        Parameter("before", "Only runs with a lower number.", NUMBER),
    ),
)
ONE = Operation(
    "One run of synchronization with its errors; for administrators",
    named("Run"),
    Scope.RUNS,
    (Parameter("number", "Number of the run.", NUMBER, where="path"),),
)


@bp.before_request
def refuse_others() -> None:
    """Let administrators in, and nobody else."""
    require_administrator(viewer())


@operation(bp, "", LIST)
def index() -> ResponseReturnValue:
    """List runs without their errors; `before` is the last number of the page before."""
    asked = arguments().values
    limit, directory = asked["limit"], asked["directory"]
    runs = runs_before(asked["before"], _subject(directory), asked["state"] or "", most=limit + 1)
    page = runs[:limit]
    following = None
    if len(runs) > limit:
        said = {**asked, "directory": directory or None, "before": page[-1].id}
        following = url_for(".index", **said)
    return _answer({"runs": [summary(run) for run in page], "next": following}, page)


@operation(bp, "/<number>", ONE)
def show(number: str) -> ResponseReturnValue:
    """Show one run with its errors; what the viewer may not see is not quoted."""
    arguments()
    is_number = number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS
    if not is_number:
        raise NotFound(_("There is no run %(number)s.", number=number[:20]))
    run = get_run(int(number))
    return _answer({**summary(run), "errors": _errors(run.id)}, [run])


def _errors(run_id: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    number, count = 1, 1
    while number <= count:
        part = problems_of(viewer(), page_layout(), run_id, number)
        found += (
            {"login": each.login, "field": each.field_key, "text": str(each.text)}
            for each in part.lines
        )
        number, count = number + 1, part.count
    return found


def _answer(content: dict[str, Any], runs: Sequence[Run]) -> Response:
    """Return the document, or 304 if whoever asks has it as it stands.

    The tag is made of how far the runs are and of nothing that they counted: numbers of people
    would tell by a header what a document may leave out.
    """
    digest = blake2b(digest_size=16)
    digest.update(request.full_path.encode())
    for run in runs:
        digest.update(f"{run.id} {run.state} {run.progress} {run.ended_at}\n".encode())
    return answer(content, digest.hexdigest())


def _subject(directory: str) -> str:
    return directory if directory in {"", "xml", "pictures"} else PREFIX + directory
