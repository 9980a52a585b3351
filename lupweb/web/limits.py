"""How much a browser may send at once, how often it may ask for what costs much, and how long the
database may think about it.

Questions are counted in the queue server, or without it.

Sign-ins are counted elsewhere, in the database: `accounts/throttle.py`.
"""

import time
from functools import wraps
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, request
from flask_limiter import Limiter, RequestLimit
from redis.backoff import NoBackoff
from redis.retry import Retry

from lupweb.database import limit_statements
from lupweb.texts import _
from lupweb.web.bearers import current_bearer
from lupweb.web.errors import error_page
from lupweb.web.sessions import current_presence

SEARCHES = "120 per minute"
EXPORTS = "30 per minute"
API_CALLS = "600 per minute"
SEARCHED = {"people.index", "lists.show"}
TAKEN_ALONG = {
    "contacts.export", "orgchart.export_csv", "orgchart.export_png", "orgchart.export_svg",
}  # fmt: skip
"""What is an export beside the exports of people."""
LARGEST_WITH_PICTURE = 9 * 1024 * 1024
"""A picture of 8 MiB, and a form around it; other forms are smaller (`app.py`)."""
MOST_PARTS_OF_A_PROFILE = 4_000
"""A profile may have hundreds of fields, and a field with options a part for each."""
ADMINISTRATION = "/admin"
WAIT_S = 0.25
"""How long a page waits for the queue server; Flask-Limiter asks twice before it goes without."""


def init_app(app: Flask, queue_url: str) -> None:
    """Limit the costly pages of `app`; call it when its blueprints are registered.

    A queue server that is dead or hangs holds up a page for half a second, now and then; each
    process counts in its own memory until it is back.

    :param queue_url: as redis-py understands it
    """
    app.before_request(_limit_statements)
    app.teardown_request(_end_limit)
    hooks: list[Any] = [
        each[None]
        for each in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    ]
    known = [len(each) for each in hooks]
    limiter = Limiter(
        _who_asks,
        app=app,
        storage_uri=_storage(queue_url),
        storage_options=_options(),
        strategy="sliding-window-counter",
        in_memory_fallback_enabled=True,
        key_prefix=f"lupweb {_site(app)}",
        on_breach=_slow_down,
    )
    for each, count in zip(hooks, known, strict=True):
        del each[count:]  # it would look at every request thrice; our limits are around views
    searches = limiter.shared_limit(SEARCHES, scope="searches")
    exports = limiter.shared_limit(EXPORTS, scope="exports")
    calls = limiter.shared_limit(API_CALLS, scope="api")
    views: dict[str, Any] = app.view_functions
    for endpoint, view in views.items():
        if endpoint in SEARCHED:
            views[endpoint] = _either(view, searches(view))
        elif endpoint.startswith("exports.") or endpoint in TAKEN_ALONG:
            views[endpoint] = exports(view)
        elif endpoint.startswith("api_"):
            views[endpoint] = calls(view)


def _limit_statements() -> None:
    """Let no question of a page keep the database to itself (hostile-input.md B90).

    Those of administrators may take longer: they count values of everybody.
    """
    limit_statements(is_on=not request.path.startswith(ADMINISTRATION))


def _end_limit(_error: BaseException | None) -> None:
    limit_statements(is_on=False)


def make_room_for_a_picture() -> None:
    """Let this one request be larger than others; call it before anything reads the form."""
    request.max_content_length = LARGEST_WITH_PICTURE
    request.max_form_parts = MOST_PARTS_OF_A_PROFILE


def _site(app: Flask) -> str:
    """Return what tells this site from others that count in the same queue server."""
    named = f"{app.config['SECRET_KEY']} {app.config['SQLALCHEMY_DATABASE_URI']}"
    return blake2b(named.encode(), digest_size=8).hexdigest()


def _storage(queue_url: str) -> str:
    """Return the URL as Flask-Limiter wants it."""
    return f"redis+{queue_url}" if urlsplit(queue_url).scheme == "unix" else queue_url


def _options() -> dict[str, Any]:
    return {
        "socket_timeout": WAIT_S,
        "socket_connect_timeout": WAIT_S,
        "retry": Retry(NoBackoff(), 0),
    }


def _who_asks() -> str:
    """Return the account, by whatever token or session it asks, or the address of who has none."""
    bearer = current_bearer()
    presence = bearer.presence if bearer else current_presence()
    return f"account {presence.user_id}" if presence else f"address {request.remote_addr}"


def _either(page: Any, search: Any) -> Any:
    """Return the view that counts searches and nothing else; to count costs as much as a query."""

    @wraps(page)
    def view(**values: Any) -> Any:
        asks = request.args.get("q", "").strip() or request.args.get("filter", "").strip()
        return search(**values) if asks else page(**values)

    return view


def _slow_down(limit: RequestLimit) -> Response:
    seconds = max(int(limit.reset_at - time.time()) + 1, 1)
    sentence = _("Nothing was changed. Wait %(n)s seconds, then try again.", n=seconds)
    response = make_response(error_page(429, sentence))
    response.headers["Retry-After"] = str(seconds)
    return response
