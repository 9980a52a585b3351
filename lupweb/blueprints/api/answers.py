"""Documents as answers: with a tag, so that a program that has one as it stands is not sent it."""

from hashlib import blake2b
from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response


def answer(document: Any, tag: str = "") -> Response:
    """Return the document, or 304 if whoever asks has it as it stands.

    :param tag: what stands for the document; "": a hash of what is sent, which tells nothing more
    """
    found = jsonify(document)
    found.set_etag(tag or blake2b(found.get_data(), digest_size=16).hexdigest(), weak=True)
    conditional = found.make_conditional(request)
    conditional.headers.pop("Date", None)  # the web server has its own
    return conditional
