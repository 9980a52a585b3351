"""An error becomes a page: what happened, what stays safe, what to do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from flask import Flask, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from lupweb.database import db, is_full, was_too_long
from lupweb.errors import (
    Busy,
    DirectoryError,
    FilterRefused,
    Forbidden,
    InvalidValue,
    LupwebError,
    NotFound,
    OtherVersion,
    ProfileChanged,
    ReadOnlyMode,
    TooManyAttempts,
)
from lupweb.profiles.cards import PersonCard
from lupweb.texts import Text, _, language
from lupweb.web.api_errors import error_document
from lupweb.web.bearers import API
from lupweb.web.context import theme
from lupweb.web.filter_line import filter_line
from lupweb.web.request_ids import request_id

log = structlog.get_logger()

STATUS: dict[type[LupwebError], int] = {
    InvalidValue: 422,
    Forbidden: 403,
    ReadOnlyMode: 403,
    NotFound: 404,
    ProfileChanged: 409,
    DirectoryError: 503,
    OtherVersion: 503,
    Busy: 503,
}
SENTENCES: dict[int, tuple[Text, Text]] = {
    400: (
        _("This form is out of date"),
        _("Nothing was changed. Go back, load the page again, and send it once more."),
    ),
    401: (
        _("Your session ended"),
        _("Nothing was changed. Sign in, and you come back to this page."),
    ),
    403: (_("You may not see this page"), _("If you need it, ask an administrator.")),
    404: (
        _("This page does not exist"),
        _("The person may have left, or the link has a typing mistake."),
    ),
    405: (
        _("This address does not take that"),
        _("Nothing was changed. Go back and use the buttons of the page."),
    ),
    409: (
        _("Somebody changed the same"),
        _("Nothing was changed. Load the page again, and look at both."),
    ),
    413: (
        _("That was too much at once"),
        _("The form is larger than this site takes. Nothing was changed."),
    ),
    422: (_("This cannot be stored"), _("Nothing was changed.")),
    429: (_("Too many attempts"), _("Wait a little, then try again.")),
    431: (
        _("The request was too large"),
        _("Nothing was changed. Delete this site's cookies and try again."),
    ),
    500: (
        _("Something broke on our side"),
        _("Nothing you entered before is lost. Try again in a minute."),
    ),
    503: (
        _("This does not answer right now"),
        _("Nothing was changed. Try again in a minute."),
    ),
    507: (
        _("There is no room left to store this"),
        _(
            "The disk of the database is full. Nothing was changed, and everything stored is safe."
            " An administrator has to make room; then send it once more."
        ),
    ),
}
TOO_LONG = _(
    "Nothing was changed. Ask for less at once: with more words, or one condition instead of many."
)
SENTENCES_OF_API = {
    401: _("Show a token that is good: it may have ended, or have been revoked."),
    404: _("There is nothing at this address, or nothing that this token may read."),
    405: _("This address only reads: ask it with GET."),
}
OWN_WORDS = frozenset({"lists", "calendar", "contacts", "mine"})
"""Blueprints in which something else than a person is not found, whoever asks."""
READ_ONLY = _("Nothing can be changed now")
SENT_AGAIN = frozenset({503, 507})
"""Nothing was changed, and it may well be changed in a minute."""
OF_SECRETS = "password"
PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 503})


def init_app(app: Flask) -> None:
    """Answer every error of `app` with a page."""
    handlers: list[tuple[type[Exception], Callable[..., ResponseReturnValue]]] = [
        (LupwebError, _lupweb_error),
        (TooManyAttempts, _too_many_attempts),
        (HTTPException, _http_error),
        (OperationalError, _database_away),
        (InternalServerError, _broken),
    ]
    for kind, handler in handlers:
        app.register_error_handler(kind, handler)


def error_page(
    status: int,
    message: Text | str | None = None,
    *,
    title: Text | None = None,
    near: Sequence[PersonCard] = (),
) -> ResponseReturnValue:
    """Return the page of an error; below `/api/`, the document.

    :param message: a sentence of its own in place of the usual one
    :param title: a heading of its own
    :param near: people who may have been meant by an address that names nobody
    """
    nearest = 400 if status < 500 else 500
    heading, usual = SENTENCES.get(status, SENTENCES[nearest])
    if request.path.startswith(API):
        return error_document(status, message or SENTENCES_OF_API.get(status, usual))
    name = f"errors/{status if status in PAGES else nearest}.html"
    said: dict[str, Any] = {
        "title": str(title or heading),
        "message": str(message or usual),
        "near": near,
        "request_id": request_id(),
        "status": status,
    }
    if status < 500:
        return render_template(name, **said), status
    said["sent"] = _sent() if status in SENT_AGAIN else None
    # Database or session may be what broke: no context processor, which would ask them again.
    template = current_app.jinja_env.get_template(name)
    return template.render(**said, theme=theme(), language=language()), status


def _sent() -> Mapping[str, Any] | None:
    """Return the form that was sent, to be sent once more; nothing if it holds a secret or a file.

    Whoever typed it would have to type it again (faults.md X26).
    """
    if request.method != "POST" or request.files:
        return None
    fields = list(request.form.items(multi=True))
    if any(OF_SECRETS in name for name, _value in fields):
        return None
    return {"path": request.full_path.rstrip("?"), "fields": fields}


def status_of(error: LupwebError) -> int:
    """Return the HTTP status that an error is answered with."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def _lupweb_error(error: LupwebError) -> ResponseReturnValue:
    status = status_of(error)
    if status >= 500:
        log.error("request failed", kind=type(error).__name__, text=str(error))
    if isinstance(error, FilterRefused):
        return _filter_refused(error)
    title = READ_ONLY if isinstance(error, ReadOnlyMode) else None
    is_plain = status == 404 and request.blueprint not in OWN_WORDS
    return error_page(status, None if is_plain else error.message, title=title)


def _filter_refused(error: FilterRefused) -> ResponseReturnValue:
    """Return the page that says where a filter goes wrong, with the way to the line to mend it."""
    if request.path.startswith(API):
        return error_document(422, error.message, parameter="filter", column=error.column)
    asked = request.query_string.decode(errors="replace")
    if request.method == "POST":
        asked = request.form.get("state", "")  # the forms of lists say there what is asked for
    back = f"{url_for('people.index')}?{asked}" if asked else ""
    line = filter_line("", error)
    return render_template("errors/filter.html", line=line, back=back), 422


def _too_many_attempts(error: TooManyAttempts) -> ResponseReturnValue:
    answer = error_page(429, error.message)
    return *answer, {"Retry-After": str(error.retry_after_s)}  # type: ignore[misc]  # page, status


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    answer = error_page(error.code or 500)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            return *answer, {name: value}  # type: ignore[misc]  # a page and its status
    return answer


def _database_away(error: OperationalError) -> ResponseReturnValue:
    db.session.rollback()
    if was_too_long(error):
        log.warning("question broken off", path=request.path)
        return error_page(503, TOO_LONG, title=_("That takes the database too long"))
    log.error("database away", text=str(error.orig))
    if is_full(error):
        return error_page(507)
    return error_page(503, _("The database does not answer right now. Try again in a minute."))


def _broken(error: InternalServerError) -> ResponseReturnValue:
    db.session.rollback()
    cause = error.original_exception or error
    log.error("request broke", exc_info=(type(cause), cause, cause.__traceback__))
    return error_page(500)
