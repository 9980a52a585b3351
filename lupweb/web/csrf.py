"""Only our own forms change anything: a token in every POST, and no foreign origin."""

from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def init_app(app: Flask) -> None:
    """Check each request of `app` that could change something."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form left open for a day is not lost
    app.config["WTF_CSRF_SSL_STRICT"] = False  # the origin is checked below, with and without TLS
    app.before_request(_refuse_foreign_origin)
    csrf.init_app(app)


def _refuse_foreign_origin() -> None:
    origin = request.headers.get("Origin")
    if request.method in SAFE or origin is None:
        return
    try:
        is_ours = urlsplit(origin).netloc == request.host
    except ValueError:
        is_ours = False
    if not is_ours:
        abort(400)
