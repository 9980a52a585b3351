"""Runs of synchronization as JSON, the newest first (interface.md section 5)."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from lupweb.accounts.viewers import require_administrator
from lupweb.errors import InvalidValue, NotFound
from lupweb.runs.models import Run
from lupweb.runs.service import get_run
from lupweb.runs.states import RunState
from lupweb.sync.records import PREFIX, summary
from lupweb.sync.run_list import runs_before
from lupweb.sync.run_page import problems_of
from lupweb.texts import _
from lupweb.web.access import viewer
from lupweb.web.layouts import page_layout

bp = Blueprint("api_runs", __name__, url_prefix="/api/v1/sync-runs")
USUAL, MOST = 50, 200
MOST_DIGITS = 9


@bp.before_request
def refuse_others() -> None:
    """Let administrators in, and nobody else."""
    require_administrator(viewer())


@bp.get("")
def index() -> ResponseReturnValue:
    """List runs without their errors; `before` is the last number of the page before."""
    limit = max(1, min(_number("limit") or USUAL, MOST))
    directory, state = request.args.get("directory", ""), _state()
    runs = runs_before(_number("before"), _subject(directory), state, most=limit + 1)
    page = runs[:limit]
    following = None
    if len(runs) > limit:
        following = url_for(
            ".index",
            directory=directory or None,
            state=state or None,
            limit=limit,
            before=page[-1].id,
        )
    return _answer({"runs": [summary(run) for run in page], "next": following}, page)


@bp.get("/<number>")
def show(number: str) -> ResponseReturnValue:
    """Show one run with its errors; what the viewer may not see is not quoted."""
    if not _is_number(number):
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


def _answer(document: dict[str, Any], runs: Sequence[Run]) -> Response:
    """Return the document, or 304 if whoever asks has it as it stands.

    The tag is made of how far the runs are and of nothing that they counted: numbers of people
    would tell by a header what a document may leave out.
    """
    digest = blake2b(digest_size=16)
    digest.update(request.full_path.encode())
    for run in runs:
        digest.update(f"{run.id} {run.state} {run.progress} {run.ended_at}\n".encode())
    answer = jsonify(document)
    answer.set_etag(digest.hexdigest(), weak=True)
    return answer.make_conditional(request)


def _subject(directory: str) -> str:
    return directory if directory in {"", "xml", "pictures"} else PREFIX + directory


def _state() -> str:
    """Return the state that is asked for, "" for all.

    :raises InvalidValue: if there is no such state
    """
    given = request.args.get("state", "")
    if given and given not in set(RunState):
        states = ", ".join(RunState)
        raise InvalidValue(_("A run has one of these states: %(states)s.", states=states))
    return given


def _number(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if _is_number(given) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
