"""An error as programs read it: a word, a sentence, and what was wrong with what they asked."""

from http import HTTPStatus

from flask import jsonify
from flask.typing import ResponseReturnValue

from lupweb.texts import Text


def error_document(status: int, text: Text | str, **more: str | int) -> ResponseReturnValue:
    """Return the answer of an error below `/api/`.

    :param more: what else is known of it: `parameter`, and the `column` of a filter
    """
    code = HTTPStatus(status).name.lower()
    return jsonify({"error": {"code": code, "text": str(text), **more}}), status
