"""Where a browser may be sent after signing in: to a page of ours, and nowhere else."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

HOME = "/"


def safe_target(target: str) -> str:
    """Return `target` if it is the path of a page that exists here, else "/".

    Refused are other hosts in all their spellings, and anything with a control character or a
    backslash, which browsers read as a slash (hostile-input.md B15).
    """
    if not target.startswith("/") or target.startswith("//"):
        return HOME
    if "\\" in target or not target.isprintable():
        return HOME
    try:
        parts = urlsplit(target)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc or not _is_page(parts.path):
        return HOME
    return target


def page_before(otherwise: str) -> str:
    """Return the page of ours from which this form was sent, or `otherwise`; never another's."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:
        return otherwise
    if came_from.netloc != request.host:
        return otherwise
    path = came_from.path.removeprefix(request.script_root)
    target = safe_target(f"{path}?{came_from.query}" if came_from.query else path)
    is_ours = target != HOME or path == HOME
    return f"{request.script_root}{target}" if is_ours else otherwise


def _is_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return False
    try:
        endpoint, _values = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return bool(endpoint) and endpoint not in {"auth.sign_in", "static"}
