"""Only our own forms change anything: a token in every POST, and no foreign origin."""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from lupweb.search.recent import Recent

csrf = CSRFProtect()
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
IN_SESSION = "csrf_token"
"""Where a session keeps what its tokens are made of, as Flask-WTF names it."""
_tokens: Recent[str] = Recent(2_000)


def init_app(app: Flask) -> None:
    """Check each request of `app` that could change something."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form left open for a day is not lost
    app.config["WTF_CSRF_SSL_STRICT"] = False  # the origin is checked below, with and without TLS
    app.before_request(_refuse_foreign_origin)
    csrf.init_app(app)


def form_token() -> str:
    """Return what shows that a form came from this site.

    It is signed once for each session, since it never ends: the time in it says nothing.
    """
    secret = session.get(IN_SESSION)
    key = (current_app.config["SECRET_KEY"], secret) if isinstance(secret, str) else None
    return _tokens.get(key, generate_csrf)


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
