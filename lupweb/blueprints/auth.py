"""Sign in and out."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField

from lupweb.accounts.service import Door
from lupweb.accounts.service import sign_in as accounts_sign_in
from lupweb.accounts.throttle import MOST_PER_ACCOUNT
from lupweb.errors import DirectoryError, SignInRefused
from lupweb.sync.signing_in import refresh_at_sign_in
from lupweb.texts import Text, _
from lupweb.web.forms import label
from lupweb.web.layouts import page_layout
from lupweb.web.sessions import begin_session, end_session
from lupweb.web.targets import safe_target

bp = Blueprint("auth", __name__)


class SignInForm(FlaskForm):
    """User name and password; neither is trimmed, and nothing tells which of them was wrong."""

    username = StringField(label(_("User name")))
    password = PasswordField(label(_("Password")))
    keep = BooleanField(label(_("Stay signed in on this device")))


@bp.route("/login", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Ask for user name and password; open the session."""
    target = safe_target(request.args.get("next", ""))
    if current_user.is_authenticated and request.method == "GET":
        return redirect(target)
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form)
    config = current_app.extensions["lupweb"]
    user_id = accounts_sign_in(
        form.username.data or "",
        form.password.data or "",
        address=request.remote_addr or "",
        door=Door(config.settings.secret_key, config.connect, config.admit),
    )
    if not config.settings.read_only:
        refresh_at_sign_in(user_id, page_layout(), config.settings.secret_key, config.connect)
    response = redirect(target)
    begin_session(current_app, response, user_id, keep=bool(form.keep.data))
    return response


@bp.post("/logout")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    response = redirect(url_for("auth.sign_in"))
    end_session(current_app, response)
    return response


@bp.errorhandler(SignInRefused)
def refused(error: SignInRefused) -> ResponseReturnValue:
    """Say that it was wrong, and not what; who is held back reads the same (B08)."""
    sentence = _(
        "User name or password is wrong. Use the ones for your computer."
        " After %(most)s failures in a row, wait a minute before you try again.",
        most=MOST_PER_ACCOUNT,
    )
    return _page(SignInForm(), sentence, "bad"), 401


@bp.errorhandler(DirectoryError)
def away(error: DirectoryError) -> ResponseReturnValue:
    """Say that the directory does not answer; the attempt does not count."""
    sentence = _(
        "The directory does not answer right now, so nobody can be checked."
        " Local accounts still work. Try again in a minute."
    )
    return _page(SignInForm(), sentence, "warn"), 503


def _page(form: SignInForm, message: Text | str = "", kind: str = "bad") -> str:
    return render_template("auth/sign_in.html", form=form, message=str(message), message_kind=kind)
