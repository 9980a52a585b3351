"""Who looks at the page: the account that signed in, and what it may do."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, Request, Response, abort, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as BaseResponse

from lupweb.accounts.barring import may_sign_in
from lupweb.accounts.presence import Face, Presence
from lupweb.accounts.roles import Role
from lupweb.accounts.tokens import Bearer
from lupweb.accounts.viewers import Viewer
from lupweb.web.bearers import current_bearer, shows_token
from lupweb.web.fragments import wants_part
from lupweb.web.sessions import check_role, current_presence, current_role

OPEN_ENDPOINTS = frozenset(
    {"static", "auth.sign_in", "calendar.feed", "health.live", "health.ready", "lists.embed"}
)
"""What answers without signing in; everything else asks for it."""

UNKNOWN: Any = object()
API = "/api/"
"""Programs are told that they are not signed in; they are not led to a page."""

login_manager = LoginManager()
login_manager.session_protection = None  # sessions are rows; there is nothing in the cookie


@dataclass
class SignedIn(UserMixin):
    """The account of this request.

    :param bearer: the token that a program shows in place of a session
    """

    presence: Presence
    bearer: Bearer | None = None

    def get_id(self) -> str:
        """Return the account's id, as the session keeps it."""
        return str(self.presence.user_id)

    @cached_property
    def viewer(self) -> Viewer:
        """Return what decisions about rights are made of."""
        person_id = self.card.id if self.card else None
        found = self.presence
        return Viewer(person_id, found.groups, self.role, account_id=found.user_id)

    @property
    def role(self) -> Role:
        """Return what the account may do, by itself or by a grant."""
        return self.bearer.role if self.bearer else current_role()

    @property
    def card(self) -> Face | None:
        """Return the person behind the account; None for a local administrator."""
        return self.presence.face

    @property
    def name(self) -> str:
        """Return the name for the menu."""
        return self.card.name if self.card else self.presence.local_name

    @property
    def email(self) -> str:
        """Return the mail address for the menu, or ""."""
        return self.card.email if self.card else ""

    @property
    def is_administrator(self) -> bool:
        """Return whether the account administers the site."""
        return self.role.is_administrator


def init_app(app: Flask) -> None:
    """Ask every page of `app`, but for the open ones, who looks."""
    login_manager.init_app(app, add_context_processor=False)
    app.before_request(_require_sign_in)


def viewer() -> Viewer:
    """Return who looks at this page."""
    account: SignedIn = signed_in_account() or current_user
    return account.viewer


def signed_in_account() -> SignedIn | None:
    """Return the account of this request, or None."""
    account: SignedIn | None = g.get("signed_in", UNKNOWN)
    if account is UNKNOWN:
        bearer = current_bearer()
        found = bearer.presence if bearer else None if shows_token() else current_presence()
        is_let_in = found is not None and (found.face is None or may_sign_in(found.face))
        account = SignedIn(found, bearer) if found is not None and is_let_in else None
        g.signed_in = account
    return account


@login_manager.user_loader
def _load(user_id: str) -> SignedIn | None:
    account = signed_in_account()
    return account if account is not None and account.get_id() == user_id else None


@login_manager.request_loader
def _load_bearer(_request: Request) -> SignedIn | None:
    return signed_in_account() if shows_token() else None


def _require_sign_in() -> Response | BaseResponse | None:
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    if signed_in_account() is not None:
        check_role()
        return None
    if request.method not in {"GET", "HEAD"} or request.path.startswith(API):
        abort(401)
    target = request.full_path.rstrip("?")
    page = url_for("auth.sign_in", next=target if target != "/" else None)
    if wants_part():  # the script would put the page for signing in where the result is
        return Response(status=401, headers={"HX-Redirect": page})
    return redirect(page)
