"""Who looks at the page: the account that signed in, and what it may do."""

from dataclasses import dataclass, replace
from functools import cached_property

from flask import Flask, Response, abort, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as BaseResponse

from lupweb.accounts.models import User
from lupweb.accounts.roles import Role
from lupweb.accounts.service import get_user
from lupweb.accounts.viewers import Viewer, viewer_of
from lupweb.people.states import SHOWN
from lupweb.profiles.cards import PersonCard, cards
from lupweb.web.fragments import wants_part
from lupweb.web.layouts import page_layout
from lupweb.web.sessions import check_role, current_role

OPEN_ENDPOINTS = frozenset({"static", "auth.sign_in", "health.live", "health.ready"})
"""What answers without signing in; everything else asks for it."""

login_manager = LoginManager()
login_manager.session_protection = None  # sessions are rows; there is nothing in the cookie


@dataclass
class SignedIn(UserMixin):
    """The account of this request."""

    user: User

    def get_id(self) -> str:
        """Return the account's id, as the session keeps it."""
        return str(self.user.id)

    @cached_property
    def viewer(self) -> Viewer:
        """Return what decisions about rights are made of."""
        return replace(viewer_of(self.user), role=self.role)

    @property
    def role(self) -> Role:
        """Return what the account may do, by itself or by a grant."""
        return current_role()

    @cached_property
    def card(self) -> PersonCard | None:
        """Return the card of the person behind the account; None for a local administrator."""
        person = self.user.person
        return cards(self.viewer, page_layout(), [person])[0] if person else None

    @property
    def name(self) -> str:
        """Return the name for the menu."""
        return self.user.person.name if self.user.person else self.user.local_name or ""

    @property
    def email(self) -> str:
        """Return the mail address for the menu, or ""."""
        return self.user.person.email if self.user.person else ""

    @property
    def is_administrator(self) -> bool:
        """Return whether the account administers the site."""
        return self.role.is_administrator


def init_app(app: Flask) -> None:
    """Ask every page of `app`, but for the open ones, who looks."""
    login_manager.init_app(app)
    app.before_request(_require_sign_in)


def viewer() -> Viewer:
    """Return who looks at this page."""
    signed_in: Viewer = current_user.viewer
    return signed_in


def signed_in_account() -> SignedIn | None:
    """Return the account of this request, or None."""
    if "signed_in" not in g:
        g.signed_in = current_user if current_user.is_authenticated else None
    found: SignedIn | None = g.signed_in
    return found


@login_manager.user_loader
def _load(user_id: str) -> SignedIn | None:
    user = get_user(int(user_id))
    if user is None or (user.person and user.person.state not in SHOWN):
        return None
    return SignedIn(user)


def _require_sign_in() -> Response | BaseResponse | None:
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        check_role(current_user.user)
        return None
    if request.method not in {"GET", "HEAD"}:
        abort(401)
    target = request.full_path.rstrip("?")
    page = url_for("auth.sign_in", next=target if target != "/" else None)
    if wants_part():  # the script would put the page for signing in where the result is
        return Response(status=401, headers={"HX-Redirect": page})
    return redirect(page)
