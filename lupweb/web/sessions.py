"""Sessions of browsers. Before sign-in a signed cookie; from sign-in on a row, found by a key.

The cookie of a signed-in browser holds nothing but a random key; the row can be revoked.
"""

import hashlib
import secrets
from typing import Any

from flask import Flask, Request, Response, session
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict
from werkzeug.wrappers import Response as BaseResponse

from lupweb.accounts import sessions as rows
from lupweb.config import Settings
from lupweb.database import transaction

MARK = "k."
"""What the value of a signed-in browser's cookie begins with; a signed one never does."""
LONGEST_COOKIE = 4096


class RowSession(CallbackDict[str, Any], SessionMixin):
    """What a signed-in browser remembers; kept in the database."""

    def __init__(self, key: str, content: dict[str, Any], *, keep: bool = False) -> None:
        def changed(_self: Any) -> None:
            self.modified = True

        super().__init__(content, changed)
        self.key = key
        self.keep = keep
        self.modified = False
        self.accessed = True


class RowSessions(SecureCookieSessionInterface):
    """Reads and writes the session of each request."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """Return the session that the request's cookie names, or a new one without rights."""
        if request.path.startswith(f"{app.static_url_path}/"):
            return SecureCookieSession()
        value = request.cookies.get(self.get_cookie_name(app), "")
        if len(value) > LONGEST_COOKIE:
            return SecureCookieSession()
        if not value.startswith(MARK):
            return super().open_session(app, request)
        key = value.removeprefix(MARK)
        row = rows.find_session(key)
        return RowSession(key, row.content) if row else SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed; a signed-in browser's content goes to its row."""
        if not isinstance(session, RowSession):
            super().save_session(app, session, response)
            return
        response.vary.add("Cookie")
        if session.modified and session.key:
            with transaction():
                rows.store_content(session.key, dict(session))


def init_app(app: Flask, settings: Settings) -> None:
    """Let `app` keep its sessions here."""
    app.session_interface = RowSessions()
    app.config["SESSION_COOKIE_NAME"] = "__Host-lupweb" if settings.is_secure else "lupweb"
    app.config["SESSION_COOKIE_SECURE"] = settings.is_secure
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_PATH"] = "/"


def begin_session(app: Flask, response: BaseResponse, user_id: int, *, keep: bool) -> None:
    """Sign the browser in: a new row, a new key, nothing taken over from before."""
    content = {"_user_id": str(user_id), "_fresh": True, "csrf_token": _new_csrf_secret()}
    with transaction():
        _close_row()
        key = rows.open_session(user_id, content, keep=keep)
    session.clear()
    session.modified = False
    _set_cookie(app, response, MARK + key, max_age=int(rows.LONG.total_seconds()) if keep else None)


def end_session(app: Flask, response: BaseResponse) -> None:
    """Sign the browser out: its row goes, and with it whatever its cookie was worth."""
    with transaction():
        _close_row()
    session.clear()
    session.modified = False
    response.delete_cookie(
        app.config["SESSION_COOKIE_NAME"],
        path="/",
        secure=app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _close_row() -> None:
    current = request_ctx.session
    if isinstance(current, RowSession):
        rows.close_session(current.key)
        current.key = ""


def _new_csrf_secret() -> str:
    """Return what Flask-WTF would put into the session at the first form of a page."""
    return hashlib.sha256(secrets.token_bytes(64)).hexdigest()


def _set_cookie(app: Flask, response: BaseResponse, value: str, *, max_age: int | None) -> None:
    response.set_cookie(
        app.config["SESSION_COOKIE_NAME"],
        value,
        max_age=max_age,
        path="/",
        secure=app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
