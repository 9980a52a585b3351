"""Searching is limited, and neither a dead nor a hanging queue server holds up a page."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from lupweb.accounts.service import create_admin
from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.web import limits
from tests.browsing import Browser
from tests.factories import SECRET_KEY
from tests.servers.valkey import running_valkey

PASSWORD = "an administrator's password"
Site = Callable[[], Browser]


@dataclass
class Queue:
    """A queue server of its own, to be stopped and killed."""

    url: str
    pid: int

    def suffer(self, fault: signal.Signals) -> None:
        os.kill(self.pid, fault)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    with running_valkey(tmp_path) as url:
        with Redis.from_url(url) as connection:
            running = Queue(url, int(connection.info()["process_id"]))
        yield running
        with suppress(ProcessLookupError):
            running.suffer(signal.SIGCONT)


@pytest.fixture
def signed_in(
    tmp_path: Path,
    sqlite_with_tables: Path,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """Signs the administrator in, at a site where three searches a minute are allowed."""
    monkeypatch.setattr(limits, "SEARCHES", "3 per minute")
    shutil.copy(sqlite_with_tables, tmp_path / "lupweb.sqlite")
    settings = Settings(instance=tmp_path, secret_key=SECRET_KEY, redis_url=queue.url)
    app: Flask = create_app(settings)
    with app.app_context(), transaction():
        create_admin("admin", PASSWORD)
    yield lambda: Browser(app.test_client()).sign_in("admin", PASSWORD)
    with app.app_context():
        db.engine.dispose()


def search(browser: Browser) -> int:
    browser.get("/people", q="ada")
    return browser.response.status_code


def test_who_searches_too_often_waits(signed_in: Site) -> None:
    admin = signed_in()

    assert [search(admin) for _each in range(4)] == [200, 200, 200, 429]
    assert 0 < int(admin.response.headers["Retry-After"]) <= 120
    assert f"Wait {admin.response.headers['Retry-After']} seconds" in admin.text
    assert admin.response.headers["Content-Security-Policy"]


def test_each_session_has_its_own_limit_and_looking_is_free(signed_in: Site) -> None:
    first, second = signed_in(), signed_in()
    assert [search(first) for _each in range(4)][-1] == 429

    assert search(second) == 200
    for _each in range(5):
        first.get("/people")
        assert first.response.status_code == 200


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL])
def test_x17_x18_without_the_queue_server_pages_come_and_limits_hold(
    signed_in: Site, queue: Queue, fault: signal.Signals
) -> None:
    admin = signed_in()
    usual = max(timed_search(admin) for _each in range(2))[0]
    queue.suffer(fault)

    answers = [timed_search(admin) for _each in range(6)]

    assert [status for _seconds, status in answers] == [200, 200, 200, 429, 429, 429]
    assert max(answers)[0] - usual < 1


def timed_search(browser: Browser) -> tuple[float, int]:
    """Return how long a search took, and what it was answered."""
    began = time.monotonic()
    status = search(browser)
    return time.monotonic() - began, status
