"""The door: who comes in, and what is said to those who do not."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.accounts.models import Session
from lupweb.database import db
from tests.blueprints.conftest import ADMIN_PASSWORD
from tests.browsing import Browser
from tests.factories import PASSWORD, a_run
from tests.fakes import FakeDirectory


def test_a_person_signs_in_with_the_password_of_the_directory(
    as_person: Callable[[str], Browser],
) -> None:
    ada = as_person("ada")

    assert (ada.response.status_code, ada.response.location) == (302, "/")
    assert "Ada Lovelace" in ada.get("/people").select_one(".menu__who").get_text()


def test_a_local_administrator_signs_in_while_the_directory_is_down(
    company: FakeDirectory, as_admin: Callable[[], Browser]
) -> None:
    company.go_down()

    assert as_admin().response.status_code == 302


def test_a_directory_that_is_down_is_said_and_not_counted_as_wrong(
    company: FakeDirectory, browser: Callable[[], Browser]
) -> None:
    company.go_down()

    ada = browser().sign_in("ada", PASSWORD)

    assert ada.response.status_code == 503
    assert "does not answer" in ada.text


@pytest.mark.parametrize(
    "name", ["ada", "nobody", "*", "a)(uid=*", "(", "\\2a", "uid=ada,ou=people"]
)
def test_wrong_password_and_unknown_name_get_the_same_page(
    company: FakeDirectory, browser: Callable[[], Browser], name: str
) -> None:
    refused = browser().sign_in(name, "wrong")

    assert refused.response.status_code == 401
    assert "User name or password is wrong." in refused.text
    assert refused.page.title.get_text().startswith("Problem:")
    assert refused.page.select_one("#username")["value"] == name


@pytest.mark.parametrize("password", ["", "\0", "good\0junk", "x" * 1025])
def test_b01_and_b02_what_cannot_be_a_password_never_becomes_a_packet(
    company: FakeDirectory, browser: Callable[[], Browser], password: str
) -> None:
    company.server.questions.clear()

    refused = browser().sign_in("ada", password)

    assert refused.response.status_code == 401
    assert "User name or password is wrong." in refused.text
    assert company.server.questions == []


def test_one_attempt_is_one_bind_as_the_person(
    company: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    company.server.questions.clear()

    as_person("ada")

    binds = [each for each in company.server.questions if each.startswith("bind uid=")]
    assert len(binds) == 1


def test_b22_the_sign_in_form_needs_its_token(company: FakeDirectory, app: Flask) -> None:
    answer = app.test_client().post("/login", data={"username": "ada", "password": PASSWORD})

    assert answer.status_code == 400


def test_b22_signing_out_is_a_post(as_person: Callable[[str], Browser]) -> None:
    ada = as_person("ada")

    ada.get("/logout")
    assert ada.response.status_code == 405

    ada.get("/people")
    ada.post("/logout")
    assert ada.response.status_code == 302
    ada.get("/people")
    assert ada.response.location == "/login?next=/people"


def test_a_session_that_was_ended_is_worth_nothing_when_it_is_replayed(
    as_person: Callable[[str], Browser], app: Flask
) -> None:
    ada = as_person("ada")
    stolen = ada.client.get_cookie("lupweb")
    ada.get("/people")
    ada.post("/logout")
    thief = app.test_client()
    thief.set_cookie("lupweb", stolen.value)

    assert thief.get("/people").status_code == 302


def test_the_session_is_a_new_one_after_signing_in(
    company: FakeDirectory, browser: Callable[[], Browser]
) -> None:
    ada = browser()
    ada.get("/login")
    before = ada.client.get_cookie("lupweb").value

    ada.post("/login", username="ada", password=PASSWORD)

    after = ada.client.get_cookie("lupweb")
    assert after.value != before
    assert after.http_only
    assert after.same_site == "Lax"


@pytest.mark.parametrize("value", ["k.nonsense", "k.", "tampered", "x" * 8192, "k." + "x" * 8192])
def test_a_tampered_cookie_is_nobody(company: FakeDirectory, app: Flask, value: str) -> None:
    client = app.test_client(use_cookies=False)

    answer = client.get("/people", headers={"Cookie": f"lupweb={value}"})

    assert answer.status_code == 302


def test_only_a_hash_of_the_session_key_is_kept(
    as_person: Callable[[str], Browser], app: Flask
) -> None:
    key = as_person("ada").client.get_cookie("lupweb").value

    with app.app_context():
        (row,) = db.session.scalars(select(Session)).all()
    assert key.removeprefix("k.") not in f"{row.key_hash} {row.content}"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/people/ada", "/people/ada"),
        ("/people?q=a", "/people?q=a"),
        ("//evil.example", "/"),
        ("https://evil.example/people", "/"),
        ("https:evil", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/people\r\nSet-Cookie: a=b", "/"),
        ("/nowhere-at-all", "/"),
        ("/login", "/"),
        ("", "/"),
    ],
)
def test_b15_after_signing_in_only_pages_of_ours_are_opened(
    company: FakeDirectory, browser: Callable[[], Browser], target: str, expected: str
) -> None:
    ada = browser()
    ada.get("/login", next=target)

    ada.response = ada.client.post(
        "/login",
        query_string={"next": target},
        data={"csrf_token": ada.token, "username": "ada", "password": PASSWORD},
    )

    assert ada.response.location == expected


def test_a_person_who_is_missing_cannot_sign_in_and_is_signed_out(
    company: FakeDirectory, as_person: Callable[[str], Browser], app: Flask
) -> None:
    ben = as_person("ben")
    company.delete("ben")
    with app.app_context():
        a_run(company)

    ben.get("/people")

    assert ben.response.status_code == 302


def test_the_wrong_password_of_a_local_account_asks_the_directory_for_that_name(
    company: FakeDirectory, browser: Callable[[], Browser]
) -> None:
    assert browser().sign_in("admin", "wrong").response.status_code == 401
    assert browser().sign_in("ADMIN", ADMIN_PASSWORD).response.status_code == 302
