"""An error is a page with a sentence, never a traceback."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from lupweb.errors import DirectoryUnavailable, Forbidden, InvalidValue, LupwebError, NotFound
from lupweb.web.access import OPEN_ENDPOINTS
from tests.browsing import Browser

CANARY = "canary-in-the-message"


@pytest.fixture
def raising(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], Browser]:
    """Opens a page whose view raises what it is given."""
    app.testing = False  # as in production: nothing is raised through

    def opened(error: Exception) -> Browser:
        def view() -> str:
            raise error

        app.view_functions["health.live"] = view
        browser = Browser(app.test_client())
        browser.get("/healthz")
        return browser

    assert "health.live" in OPEN_ENDPOINTS
    return opened


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidValue("<b>no</b>"), 422),
        (Forbidden("no"), 403),
        (NotFound("no"), 404),
        (DirectoryUnavailable("no"), 503),
        (LupwebError("no"), 500),
        (OperationalError("SELECT secret", {}, Exception(CANARY)), 503),
        (ZeroDivisionError(CANARY), 500),
    ],
)
def test_b51_every_error_has_a_page_a_number_and_no_inside(
    raising: Callable[[Exception], Browser], error: Exception, status: int
) -> None:
    browser = raising(error)

    assert browser.response.status_code == status
    assert len(browser.page.select("h1")) == 1
    assert browser.page.select("main b") == []
    for inside in ("Traceback", CANARY, "SELECT", "ZeroDivision"):
        assert inside not in browser.response.text
    if status >= 500:
        assert browser.response.headers["X-Request-Id"] in browser.text


def test_b51_what_was_asked_for_is_never_shown_as_markup(app: Flask) -> None:
    answer = app.test_client().get("/login/<script>alert(1)</script>?next=<script>")

    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_a_form_that_is_too_large_is_refused_before_it_is_read(app: Flask) -> None:
    browser = Browser(app.test_client())
    browser.get("/login")

    browser.post("/login", username="x" * (2 * 1024 * 1024))

    assert browser.response.status_code == 413
    assert "too much" in browser.text


def test_a_post_of_somebody_whose_session_ended_says_so(app: Flask) -> None:
    browser = Browser(app.test_client())
    browser.get("/login")

    browser.post("/logout")

    assert browser.response.status_code == 401
    assert "session ended" in browser.text


def test_pages_speak_a_language_and_errors_too(app: Flask) -> None:
    for path in ("/login", "/nowhere"):
        browser = Browser(app.test_client())
        assert browser.get(path).html["lang"] == "en"
