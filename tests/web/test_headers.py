"""The headers of every answer."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.app import create_app
from lupweb.config import Settings
from tests.browsing import Browser

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
PATHS = ["/", "/people", "/people/ada", "/people/none", "/nowhere", "/login", "/logout", "/healthz",
         "/readyz", "/static/lup.css", "/static/none"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_b50_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, buffered=True)

    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "X-Powered-By" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["X-Request-Id"]


def test_b50_with_https_the_browser_is_told_to_stay_there(settings: Settings) -> None:
    secure = Settings(
        instance=settings.instance,
        secret_key=settings.secret_key,
        base_url="https://people.example.com",
    )

    answer = create_app(secure).test_client().get("/login", base_url="https://people.example.com")

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-lupweb=")
    assert "Secure" in cookie


def test_b39_pages_are_not_kept_and_static_files_are(
    app: Flask, browser: Callable[[], Browser]
) -> None:
    page = browser()
    page.get("/login")
    assert page.response.headers["Cache-Control"] == "private, no-store"

    style = page.page.select_one("link[rel=stylesheet]")["href"]
    answer = app.test_client().get(style, buffered=True)

    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "." * 300]
)
def test_b16_a_request_for_another_host_is_refused(app: Flask, host: str) -> None:
    answer = app.test_client().get("/login", headers={"Host": host})

    assert answer.status_code == 400
    assert host not in answer.get_data(as_text=True)
