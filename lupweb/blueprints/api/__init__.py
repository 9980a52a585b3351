"""The programming interface below `/api/v1`: JSON for a token or the session of a browser."""

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from lupweb.accounts.tokens import note_use
from lupweb.blueprints.api import charts, fields, openapi, people, runs
from lupweb.blueprints.api.describing import OPERATIONS
from lupweb.database import transaction
from lupweb.errors import FilterRefused, Forbidden, InvalidParameter, LupwebError
from lupweb.texts import _
from lupweb.web.access import signed_in_account
from lupweb.web.api_errors import error_document
from lupweb.web.bearers import shows_token
from lupweb.web.errors import SENTENCES, SENTENCES_OF_API, status_of

PARTS = (people.bp, fields.bp, charts.bp, runs.bp, openapi.bp)
FORESEEN = (400, 401, 403, 404, 405, 413, 422, 429)


def init_app(app: Flask) -> None:
    """Put the interface into `app`."""
    for part in PARTS:
        app.register_blueprint(part)


def _check_scope() -> None:
    """Let a token pass that is good for this address, and remember that it was used.

    :raises Forbidden: if it is good for something else
    """
    account = signed_in_account()
    bearer = account.bearer if account else None
    if bearer is None:
        return
    scope = OPERATIONS[str(request.endpoint)].scope
    if scope is not None and scope not in bearer.scopes:
        raise Forbidden(
            _("This token is not good for that. It takes one for %(scope)s.", scope=scope)
        )
    if bearer.is_due:
        with transaction():
            note_use(bearer.token_id)


def _lupweb_error(error: LupwebError) -> ResponseReturnValue:
    more: dict[str, str | int] = {}
    if isinstance(error, InvalidParameter):
        more = {"parameter": error.parameter}
    elif isinstance(error, FilterRefused):
        more = {"parameter": "filter", "column": error.column}
        said = {"expected": str(error.expected), "suggestion": error.suggestion}
        more |= {name: text for name, text in said.items() if text}
    return error_document(status_of(error), error.message, **more)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    _title, sentence = SENTENCES.get(status, SENTENCES[400])
    answer = error_document(status, SENTENCES_OF_API.get(status, sentence))
    return *answer, _headers_of(error)  # type: ignore[misc]  # a document and its status


def _headers_of(error: HTTPException) -> dict[str, str]:
    headers = {}
    if error.code == 401:
        fault = ', error="invalid_token"' if shows_token() else ""
        headers["WWW-Authenticate"] = f'Bearer realm="lupweb"{fault}'
    if isinstance(error.response, Response) and "Retry-After" in error.response.headers:
        headers["Retry-After"] = error.response.headers["Retry-After"]
    return headers


for part in PARTS:
    part.before_request(_check_scope)
    part.register_error_handler(LupwebError, _lupweb_error)
    for status in FORESEEN:
        part.register_error_handler(status, _http_error)
