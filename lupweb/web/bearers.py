"""Programs that show a token in place of a session; below `/api/` alone."""

from flask import g, request

from lupweb.accounts.tokens import Bearer, find_bearer

API = "/api/"
SCHEME = "bearer"


def shows_token() -> bool:
    """Return whether this request names a token, be it none: its cookie counts for nothing then."""
    scheme, _blank, _token = request.headers.get("Authorization", "").partition(" ")
    return request.path.startswith(API) and scheme.lower() == SCHEME


def current_bearer() -> Bearer | None:
    """Return whom the token of this request speaks for; None if there is no such token."""
    if "bearer" not in g:
        _scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
        g.bearer = find_bearer(token.strip()) if shows_token() else None
    found: Bearer | None = g.bearer
    return found
