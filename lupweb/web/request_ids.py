"""A short number for each request: on the error page, in every log line, in a header."""

import secrets

import structlog
from flask import Flask, Response, g, request

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = bytes(ALPHABET.encode()[number % len(ALPHABET)] for number in range(256))


def init_app(app: Flask) -> None:
    """Give each request of `app` its number."""

    @app.before_request
    def begin() -> None:
        structlog.contextvars.bind_contextvars(
            request=request_id(), method=request.method, path=_loggable_path()
        )

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()

    @app.after_request
    def name(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        return response


def _loggable_path() -> str:
    """Return the path as logs may hold it: without the secret in the address of a calendar."""
    return request.path if request.endpoint != "calendar.feed" else "/calendar/…"


def request_id() -> str:
    """Return the number of this request, such as "7F3K-21QX"."""
    number: str = g.get("request_id", "")
    if not number:
        letters = secrets.token_bytes(8).translate(LETTERS).decode()
        number = g.request_id = f"{letters[:4]}-{letters[4:]}"
    return number
