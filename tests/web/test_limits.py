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
Site = Callable[..., Browser]


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
    """Signs one of two administrators in, at a site where three searches a minute are allowed.

    There are two such sites, which count in the same queue server.
    """
    monkeypatch.setattr(limits, "SEARCHES", "3 per minute")
    sites: dict[str, Flask] = {}
    for site in ("one", "two"):
        instance = tmp_path / site
        instance.mkdir(mode=0o700)
        shutil.copy(sqlite_with_tables, instance / "lupweb.sqlite")
        settings = Settings(instance=instance, secret_key=SECRET_KEY, redis_url=queue.url)
        sites[site] = create_app(settings)
        with sites[site].app_context(), transaction():
            for name in ("admin", "other"):
                create_admin(name, PASSWORD)

    def sign_in(name: str = "admin", site: str = "one") -> Browser:
        return Browser(sites[site].test_client()).sign_in(name, PASSWORD)

    yield sign_in
    for app in sites.values():
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


def test_each_account_has_its_own_limit_and_looking_is_free(signed_in: Site) -> None:
    first, again, other = signed_in("admin"), signed_in("admin"), signed_in("other")
    assert [search(first) for _each in range(2)] == [200, 200]
    assert [search(again) for _each in range(2)] == [200, 429]  # another session of the same one

    assert search(other) == 200
    for _each in range(5):
        first.get("/people")
        assert first.response.status_code == 200


def test_sites_that_share_a_queue_server_count_apart(signed_in: Site) -> None:
    assert [search(signed_in()) for _each in range(4)][-1] == 429

    assert search(signed_in(site="two")) == 200


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
