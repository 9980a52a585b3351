"""A question that keeps the database busy is broken off; a full disk is named, and heals."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lupweb import database
from lupweb.accounts.service import create_admin
from lupweb.accounts.tokens import Scope
from lupweb.database import db, limit_statements, transaction
from lupweb.options.models import Option
from lupweb.web.access import OPEN_ENDPOINTS
from tests.browsing import Browser
from tests.databases import both_databases

ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)"
    " SELECT count(*) FROM n"
)
AT_ONCE = 50
PASSWORD = "an administrator's password"
Opened = Callable[[], Browser]


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets statements of pages run for a twentieth of a second, or some thousand steps."""
    monkeypatch.setattr(database, "PAGE_STATEMENT_S", 0.05)
    monkeypatch.setattr(database, "STEPS_AT_ONCE", 1_000)
    monkeypatch.setattr(database, "MOST_STEPS", 100_000)
    yield
    limit_statements(is_on=False)


def showing(app: Flask, view: Callable[[], str]) -> Opened:
    """Return what opens a page that shows what `view` returns."""
    assert "health.live" in OPEN_ENDPOINTS
    app.testing = False
    app.view_functions["health.live"] = view

    def opened() -> Browser:
        browser = Browser(app.test_client())
        browser.get("/healthz")
        return browser

    return opened


@both_databases
def test_b90_a_statement_that_takes_too_long_is_broken_off_with_a_sentence(
    app: Flask, little_patience: None
) -> None:
    opened = showing(app, lambda: str(db.session.scalar(text(ENDLESS))))

    page = opened()

    assert page.response.status_code == 503
    assert "takes the database too long" in page.text
    assert "Nothing was changed" in page.text


@both_databases
def test_b90_many_such_questions_at_once_leave_no_connection_behind(
    app: Flask, little_patience: None
) -> None:
    def asked() -> str:
        return str(db.session.scalar(text(ENDLESS)))

    opened = showing(app, asked)
    with ThreadPoolExecutor(8) as threads:  # as many as a web process has, and twice
        statuses = list(threads.map(lambda _number: opened().response.status_code, range(AT_ONCE)))
    assert set(statuses) == {503}

    again = showing(app, lambda: str(db.session.scalar(select(func.count(Option.key)))))
    assert again().response.status_code == 200
    with app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@both_databases
def test_b90_many_short_statements_of_one_page_are_not_one_long_one(
    app: Flask, little_patience: None
) -> None:
    short = text(ENDLESS.replace("2000000000", "2000"))

    def asked() -> str:
        return str([db.session.scalar(short) for _time in range(30)])

    assert showing(app, asked)().response.status_code == 200


def test_b90_what_writes_and_what_no_page_asks_for_may_take_long(
    in_app: Flask, little_patience: None
) -> None:
    some = text(ENDLESS.replace("2000000000", "200000"))
    assert db.session.scalar(some) == 200_000
    db.session.rollback()

    limit_statements()
    with transaction():
        assert db.session.scalar(some) == 200_000


def test_x26_what_was_typed_stands_on_the_page_and_can_be_sent_once_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_MS", 50)
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)
    browser = Browser(app.test_client()).sign_in("admin", PASSWORD)
    browser.get("/mine/tokens")
    with app.app_context(), db.engine.connect() as other:
        other.exec_driver_sql("ROLLBACK")
        db.session.execute(text("PRAGMA busy_timeout = 50"))
        other.exec_driver_sql("BEGIN IMMEDIATE")
        browser.post("/mine/tokens", name="<For> the board", scope=str(Scope.PEOPLE), days="7")
        assert browser.response.status_code == 503
        other.exec_driver_sql("ROLLBACK")
    form = browser.page.select_one("main form")
    assert form is not None
    kept = {each["name"]: each.get_text().removeprefix("\n") for each in form.select("textarea")}

    browser.post(str(form["action"]), **{str(name): value for name, value in kept.items()})

    assert kept["name"] == "<For> the board"
    assert browser.response.status_code == 200
    assert "&lt;For&gt; the board" in browser.response.text


def test_x28_a_full_disk_is_named_nothing_is_half_stored_and_it_heals(app: Flask) -> None:
    def save() -> str:
        with transaction():
            for number in range(200):
                db.session.add(Option(key=f"key {number}", value={"value": "x" * 2_000}))
        return "saved"

    opened = showing(app, save)
    with app.app_context(), db.engine.connect() as connection:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used + 10}")

    page = opened()
    assert page.response.status_code == 507
    assert "disk of the database is full" in page.text

    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Option.key.like("key %"))) == 0
        db.session.rollback()
        db.session.connection().exec_driver_sql("PRAGMA max_page_count = 1000000")
        db.session.rollback()
    assert opened().response.status_code == 200
