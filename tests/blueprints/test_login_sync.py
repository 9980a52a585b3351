"""Whoever signs in is read from the directory, where administrators want that (sync.md 21)."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.database import transaction
from lupweb.options.registry import LOGIN_SYNC, READ_ONLY
from lupweb.options.service import set_option
from tests.browsing import Browser
from tests.fakes import FakeDirectory


@pytest.fixture
def moved(company: FakeDirectory) -> None:
    company.set("ben", "title", [b"Captain"])


@pytest.mark.usefixtures("moved")
@pytest.mark.parametrize(
    ("login_sync", "read_only", "position"),
    [(True, False, "Captain"), (False, False, "Engineer"), (True, True, "Engineer")],
)
def test_a_sign_in_brings_the_values_of_now_if_that_is_switched_on(
    app: Flask,
    as_person: Callable[[str], Browser],
    value: Callable[[str, str], str],
    login_sync: bool,
    read_only: bool,
    position: str,
) -> None:
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, login_sync)
        set_option(READ_ONLY, read_only)

    as_person("ben").get("/people")

    assert value("ben", "position") == position


def test_a_directory_that_fails_after_the_password_was_checked_lets_people_in(
    app: Flask, as_person: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupweb.sync.refresh.SIGN_IN_LIMIT_S", 0.0)
    with app.app_context(), transaction():
        set_option(LOGIN_SYNC, True)

    ben = as_person("ben")
    ben.get("/people")

    assert ben.response.status_code == 200
