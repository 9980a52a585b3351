"""The programming interface below `/api/v1`: JSON for the session of a browser, errors as JSON."""

from http import HTTPStatus

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from lupweb.blueprints.api import runs
from lupweb.errors import LupwebError
from lupweb.texts import Text
from lupweb.web.errors import SENTENCES, status_of

PARTS = (runs.bp,)
FORESEEN = (400, 401, 403, 404, 405, 413, 422, 429)


def init_app(app: Flask) -> None:
    """Put the interface into `app`."""
    for part in PARTS:
        app.register_blueprint(part)


def _lupweb_error(error: LupwebError) -> ResponseReturnValue:
    return _error(status_of(error), error.message)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    _title, sentence = SENTENCES.get(status, SENTENCES[400])
    return _error(status, sentence)


def _error(status: int, message: Text | str) -> ResponseReturnValue:
    """Return an error: a word for programs, and a sentence for people."""
    code = HTTPStatus(status).name.lower()
    return jsonify({"error": {"code": code, "message": str(message)}}), status


for part in PARTS:
    part.register_error_handler(LupwebError, _lupweb_error)
    for status in FORESEEN:
        part.register_error_handler(status, _http_error)
