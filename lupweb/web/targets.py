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


def _is_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return False
    try:
        endpoint, _values = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return bool(endpoint) and endpoint not in {"auth.sign_in", "static"}
