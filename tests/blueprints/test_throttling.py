"""Who is held back at the door, what everybody reads, and what the log is told."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask

from lupweb import clock, logs
from tests.blueprints.conftest import ADMIN_PASSWORD
from tests.browsing import Browser
from tests.factories import PASSWORD
from tests.fakes import FakeDirectory

NewBrowser = Callable[[], Browser]


def binds(company: FakeDirectory) -> list[str]:
    """Return the binds of people; the reader's own do not count."""
    return [
        each
        for each in company.server.questions
        if each.startswith("bind ") and "cn=reader" not in each
    ]


def statuses(browser: NewBrowser, name: str, password: str, times: int) -> list[int]:
    return [browser().sign_in(name, password).response.status_code for _each in range(times)]


@pytest.fixture
def log_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """The log as it is written in production."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", written)
    logs.set_up("info", "json")
    yield lambda: written.getvalue().splitlines()
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets seconds pass."""
    real, gone = clock.now, timedelta(0)
    monkeypatch.setattr(clock, "now", lambda: real() + gone)

    def move(seconds: int) -> None:
        nonlocal gone
        gone += timedelta(seconds=seconds)

    return move


def test_b08_twenty_wrong_passwords_read_alike_and_five_reach_the_directory(
    company: FakeDirectory, browser: NewBrowser
) -> None:
    company.server.questions.clear()
    pages = set()
    for _each in range(20):
        refused = browser().sign_in("ada", "wrong")
        assert refused.response.status_code == 401
        pages.add(refused.text)

    assert len(pages) == 1
    assert len(binds(company)) == 5


def test_b08_the_right_password_is_refused_too_until_the_delay_is_over(
    company: FakeDirectory, browser: NewBrowser, later: Callable[[int], None]
) -> None:
    statuses(browser, "ada", "wrong", 5)
    company.server.questions.clear()

    assert statuses(browser, "ada", PASSWORD, 1) == [401]
    assert company.server.questions == []

    later(31)
    assert statuses(browser, "ada", PASSWORD, 1) == [302]
    assert statuses(browser, "ada", "wrong", 4) + statuses(browser, "ada", PASSWORD, 1) == [
        401, 401, 401, 401, 302,
    ]  # fmt: skip


@pytest.mark.parametrize("spelling", ["ADA", "ada ", "ａｄａ"])
def test_b07_a_spelling_variant_is_the_same_person_and_the_same_counter(
    company: FakeDirectory, browser: NewBrowser, spelling: str
) -> None:
    known = browser().sign_in(spelling, PASSWORD).response.status_code
    statuses(browser, spelling, "wrong", 3)
    statuses(browser, "ada", "wrong", 2)

    assert known in {302, 401}  # whether it is matched is the server's business
    assert statuses(browser, "ada", PASSWORD, 1) == [401]


def test_b08_two_logins_of_one_person_have_one_counter(
    company: FakeDirectory, browser: NewBrowser
) -> None:
    company.set("ada", "uid", [b"ada", b"lovelace"])
    statuses(browser, "ada", "wrong", 3)
    statuses(browser, "lovelace", "wrong", 2)

    assert statuses(browser, "lovelace", PASSWORD, 1) == [401]
    assert statuses(browser, "ben", PASSWORD, 1) == [302]


@pytest.mark.parametrize("name", ["ad\u200ba", "\ufeffada", "ada\u202e", "a\u00adda", "ada\0"])
def test_b07_what_cannot_be_seen_is_no_part_of_a_name(
    company: FakeDirectory, browser: NewBrowser, name: str
) -> None:
    company.server.questions.clear()

    assert statuses(browser, name, PASSWORD, 1) == [401]
    assert company.server.questions == []


def test_b09_spraying_from_one_address_is_stopped_and_others_are_not(
    app: Flask, company: FakeDirectory
) -> None:
    def from_address(address: str, name: str, password: str) -> Browser:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Browser(client).sign_in(name, password)

    answers = [
        from_address("203.0.113.9", f"user{n}", "Spring2026").response.status_code
        for n in range(40)
    ]
    assert answers == [401] * 30 + [429] * 10

    stopped = from_address("203.0.113.9", "ada", PASSWORD)
    assert stopped.response.status_code == 429
    assert 0 < int(stopped.response.headers["Retry-After"]) <= 30
    assert f"Wait {stopped.response.headers['Retry-After']} seconds" in stopped.text
    assert from_address("203.0.113.10", "ada", PASSWORD).response.status_code == 302


def test_b10_a_directory_that_is_down_is_never_counted(
    company: FakeDirectory, browser: NewBrowser
) -> None:
    company.go_down()
    assert set(statuses(browser, "ada", "wrong", 40)) == {503}
    assert statuses(browser, "admin", ADMIN_PASSWORD, 1) == [302]
    company.come_up()

    assert statuses(browser, "ada", PASSWORD, 1) == [302]


def test_b10_guessing_a_local_password_is_counted_even_then(
    company: FakeDirectory, browser: NewBrowser
) -> None:
    company.go_down()
    statuses(browser, "admin", "wrong", 5)

    assert statuses(browser, "admin", ADMIN_PASSWORD, 1) == [503]


def test_b109_a_person_named_like_a_local_account_is_let_in_and_does_not_guess_its_password(
    company: FakeDirectory, browser: NewBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try counts at the local account, also where the directory then lets the person in."""
    company.set("ben", "uid", [b"ben", b"admin"])

    assert statuses(browser, "admin", PASSWORD, 12) == [302] * 12
    assert statuses(browser, "admin", ADMIN_PASSWORD, 1) == [401]

    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert statuses(browser, "admin", ADMIN_PASSWORD, 1) == [302]


@pytest.mark.parametrize("name", ["ada", "nobody", "admin", "(", "a*"])
def test_b11_whoever_it_is_one_bind_is_made_and_the_answer_is_the_same(
    company: FakeDirectory, browser: NewBrowser, name: str
) -> None:
    company.server.questions.clear()

    refused = browser().sign_in(name, "wrong")

    assert refused.response.status_code == 401
    assert len(binds(company)) == 1
    headers = set(refused.response.headers.keys())
    assert headers == set(browser().sign_in("ada", "wrong").response.headers.keys())


def test_b11_one_hash_is_computed_whoever_it_is(
    company: FakeDirectory, browser: NewBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    monkeypatch.setattr("lupweb.accounts.service.fits", lambda *_: worked.append("fits"))
    monkeypatch.setattr("lupweb.accounts.service.work_in_vain", lambda _: worked.append("vain"))

    for name in ("admin", "ada", "nobody"):
        statuses(browser, name, "wrong", 1)

    assert worked == ["fits", "vain", "vain"]


def test_b98_the_log_stays_one_line_whatever_is_typed(
    company: FakeDirectory, browser: NewBrowser, log_lines: Callable[[], list[str]]
) -> None:
    statuses(browser, "x\r\n2026-01-01 INFO admin logged in\x1b[2J", "wrong", 1)
    browser().get("/people/x%0d%0a2026-01-01%20INFO%20admin")

    lines = log_lines()
    assert any(json.loads(line)["event"] == "sign-in refused" for line in lines)
    assert not any("admin logged in" in line or "\x1b" in line for line in lines)


def test_b99_a_password_in_the_box_for_the_name_is_in_no_log(
    company: FakeDirectory, browser: NewBrowser, log_lines: Callable[[], list[str]]
) -> None:
    statuses(browser, "canary-password", "canary-secret", 2)
    statuses(browser, "ada", "canary-secret", 1)

    told = [json.loads(line) for line in log_lines() if "sign-in refused" in line]
    assert "canary" not in str(told)
    assert [each["reason"] for each in told] == ["unknown login", "unknown login", "wrong password"]
    assert told[0]["name_hash"] == told[1]["name_hash"] != told[2]["name_hash"]
    assert told[2]["person"]


def test_b08_the_administrator_sees_who_is_held_back(
    company: FakeDirectory, browser: NewBrowser, log_lines: Callable[[], list[str]]
) -> None:
    statuses(browser, "ada", "wrong", 6)

    last = json.loads(log_lines()[-1])
    assert (last["level"], last["reason"]) == ("warning", "held back after too many failures")
