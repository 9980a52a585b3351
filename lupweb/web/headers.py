"""The headers of every answer: errors, static files and pictures included."""

from collections.abc import Sequence

from flask import Flask, Response, g, request

from lupweb.config import Settings
from lupweb.web.assets import cache_header

POLICY_BUT_FRAMES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self';"
    " base-uri 'none'; object-src 'none'; frame-ancestors "
)
CONTENT_SECURITY_POLICY = f"{POLICY_BUT_FRAMES}'none'"
"""The one literal of ux.md section 5."""
FIXED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
YEAR = 31_536_000


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer of `app`."""

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.extend(FIXED)  # no view sets any of them
        if "framed_by" in g:
            hosts = " ".join(g.framed_by)
            response.headers["Content-Security-Policy"] = f"{POLICY_BUT_FRAMES}{hosts}"
        if settings.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
        if request.endpoint == "static" or "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = _cache_control()
        return response


def allow_framing(hosts: Sequence[str]) -> None:
    """Let pages of these hosts, and no others, show the answer of this request in a frame.

    :param hosts: names, with a port where it is not the usual one (`list_keys.host_rules`)
    """
    if hosts:
        g.framed_by = tuple(hosts)


def _cache_control() -> str:
    if request.endpoint != "static":
        return "private, no-store"
    name = (request.view_args or {}).get("filename", "")
    return cache_header(name, request.args.get("v", ""))
