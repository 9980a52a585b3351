"""Sessions of browsers. Before sign-in a signed cookie; from sign-in on a row, found by a key.

The cookie of a signed-in browser holds nothing but a random key; the row can be revoked. The key
is signed, too: whoever changes SECRET_KEY signs everybody out.
"""

import hashlib
import secrets
from typing import Any

import structlog
from flask import Flask, Request, Response, session
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, Signer
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import CallbackDict
from werkzeug.wrappers import Response as BaseResponse

from lupweb.accounts import sessions as rows
from lupweb.accounts.grants import role_of
from lupweb.accounts.models import User
from lupweb.accounts.presence import Presence, find_presence
from lupweb.accounts.roles import Role
from lupweb.config import Settings
from lupweb.database import db, transaction

MARK = "k."
"""What the value of a signed-in browser's cookie begins with; a signed one never does."""
LONGEST_COOKIE = 4096
ROLE = "role"
"""What the account may do, as it was found at sign-in or at the last check."""


class RowSession(CallbackDict[str, Any], SessionMixin):
    """What a signed-in browser remembers; kept in the database."""

    def __init__(self, key: str, presence: Presence) -> None:
        def changed(_self: Any) -> None:
            self.modified = True

        super().__init__(presence.content, changed)
        self.key = key
        self.presence = presence
        self.is_due = rows.is_due(presence.checked_at)
        self.needs_new_key = False
        self.modified = False
        self.accessed = True


log = structlog.get_logger()


class UnreadSession(SecureCookieSession):
    """The session of a browser that the database could not tell about: it stays as it is.

    Flask asks for it before any handler of errors is there; so what went wrong is kept, and raised
    as soon as a page can be made of it (faults.md X27).
    """

    def __init__(self, error: OperationalError) -> None:
        super().__init__()
        self.error = error


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
        try:
            return _row_session(app, value.removeprefix(MARK)) or SecureCookieSession()
        except OperationalError as error:
            return UnreadSession(error)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed; a signed-in browser's content goes to its row."""
        if isinstance(session, UnreadSession):
            return
        if not isinstance(session, RowSession):
            super().save_session(app, session, response)
            return
        response.vary.add("Cookie")
        if not session.key:
            return
        if session.needs_new_key:
            _replace_key(app, session, response)
        elif session.modified:
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
    app.before_request(_refuse_unread)


def _refuse_unread() -> None:
    """Answer nobody whose session is not known.

    :raises OperationalError: what the database said
    """
    current = request_ctx.session
    if isinstance(current, UnreadSession):
        raise current.error


def begin_session(app: Flask, response: BaseResponse, user_id: int, *, keep: bool) -> None:
    """Sign the browser in: a new row, a new key, nothing taken over from before."""
    content = {"_user_id": str(user_id), "_fresh": True, "csrf_token": _new_csrf_secret()}
    with transaction():
        _close_row()
        content[ROLE] = str(role_of(db.session.get_one(User, user_id)))
        key = rows.open_session(user_id, content, keep=keep)
    session.clear()
    session.modified = False
    _set_cookie(app, response, key, max_age=int(rows.LONG.total_seconds()) if keep else None)


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


def current_role() -> Role:
    """Return what the account of this request's session may do."""
    return Role(session.get(ROLE, Role.EMPLOYEE))


def current_presence() -> Presence | None:
    """Return whose session this request has; None if it has none."""
    current = request_ctx.session
    return current.presence if isinstance(current, RowSession) and current.key else None


def check_role() -> None:
    """Look again, if it is time, what the account may do; a change means a new key (B13)."""
    current = request_ctx.session
    if not isinstance(current, RowSession) or not current.is_due:
        return
    role = role_of(db.session.get_one(User, current.presence.user_id))
    current.is_due = False
    try:
        with transaction(waits=False):
            rows.note_check(current.key)
    except OperationalError:
        log.info("check of a session not noted")  # somebody else writes: the next page looks again
    if role is not current_role():
        current[ROLE] = str(role)
        current.needs_new_key = True


def _row_session(app: Flask, signed: str) -> RowSession | None:
    try:
        key = _signer(app).unsign(signed).decode()
    except (BadSignature, UnicodeDecodeError):
        return None
    presence = find_presence(key)
    return RowSession(key, presence) if presence else None


def _replace_key(app: Flask, session: RowSession, response: BaseResponse) -> None:
    with transaction():
        key = rows.replace_key(session.key, dict(session))
    if key is not None:
        _set_cookie(app, response, key, max_age=_seconds_to_keep(session))


def _seconds_to_keep(session: RowSession) -> int | None:
    return rows.seconds_to_keep(session.presence.created_at, session.presence.expires_at)


def _close_row() -> None:
    current = request_ctx.session
    if isinstance(current, RowSession):
        rows.close_session(current.key)
        current.key = ""


def _new_csrf_secret() -> str:
    """Return what Flask-WTF would put into the session at the first form of a page."""
    return hashlib.sha256(secrets.token_bytes(64)).hexdigest()


def _signer(app: Flask) -> Signer:
    return Signer(app.config["SECRET_KEY"], salt="lupweb session", digest_method=hashlib.sha256)


def _set_cookie(app: Flask, response: BaseResponse, key: str, *, max_age: int | None) -> None:
    response.set_cookie(
        app.config["SESSION_COOKIE_NAME"],
        MARK + _signer(app).sign(key).decode(),
        max_age=max_age,
        path="/",
        secure=app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
