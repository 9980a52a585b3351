"""Tokens for programs: made by their owners, shown once, never worth more than their owner."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb import clock
from lupweb.accounts.barring import bar
from lupweb.accounts.models import ApiToken, RoleGrant
from lupweb.accounts.roles import Role
from lupweb.accounts.tokens import (
    MOST_DAYS,
    MOST_TOKENS,
    PREFIX,
    Scope,
    find_bearer,
    forget_ended_tokens,
    make_token,
)
from lupweb.accounts.viewers import OPERATOR, Viewer, viewer_as
from lupweb.audit.models import AuditEvent
from lupweb.database import db, transaction
from lupweb.errors import InvalidValue
from lupweb.people.queries import get_person
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.fakes import FakeDirectory

API = "/api/v1/people"
Token = Callable[..., str]


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> Browser:
    return as_person("ada")


@pytest.fixture
def token(as_person: Callable[[str], Browser]) -> Token:
    """Makes a token through the page, as a person would."""

    def made(login: str, *scopes: str, days: int = 90) -> str:
        browser = as_person(login)
        browser.get("/mine/tokens")
        browser.post(
            "/mine/tokens",
            name="Phone system",
            scope=list(scopes) or ["people:read"],
            days=str(days),
        )
        assert browser.response.status_code == 200
        return str(browser.page.select_one("#made")["value"])  # type: ignore[index]

    return made


def asked(app: Flask, token: str, path: str = API, scheme: str = "Bearer") -> tuple[int, str]:
    """Ask as a program does: without a cookie."""
    answer = app.test_client().get(path, headers={"Authorization": f"{scheme} {token}"})
    return answer.status_code, answer.get_data(as_text=True)


def test_a_token_opens_the_interface_and_is_shown_once(ada: Browser, app: Flask) -> None:
    ada.get("/mine/tokens")
    assert "You have no tokens" in ada.text
    ada.post("/mine/tokens", name="  Phone\n system ", scope="people:read", days="90")
    text = str(ada.page.select_one("#made")["value"])  # type: ignore[index]

    assert text.startswith(PREFIX)
    assert ada.page.select_one("[data-copy-from=made]") is not None
    assert len(text) >= len(PREFIX) + 43  # 32 random bytes
    assert asked(app, text)[0] == 200
    ada.get("/mine/tokens")
    assert text not in ada.response.text
    assert "Phone system people:read Good until" in ada.text
    assert "Not used yet." not in ada.text
    with app.app_context():
        row = db.session.scalars(select(ApiToken)).one()
        assert text not in str(vars(row))
        assert row.expires_at - row.created_at == timedelta(days=90)
        assert len(row.key_hash) == 64
        events = db.session.scalars(select(AuditEvent.kind)).all()
        assert "token.made" in events


REFUSED = [
    ({"name": " ", "scope": "people:read", "days": "90"}, "Say what the token is for"),
    ({"name": "x" * 81, "scope": "people:read", "days": "90"}, "Say what the token is for"),
    ({"name": "x", "days": "90"}, "Choose what the token may do"),
    ({"name": "x", "scope": "everything", "days": "90"}, "Choose what the token may do"),
    ({"name": "x", "scope": "people:read", "days": "366"}, "good for 1 to 365 days"),
    ({"name": "x", "scope": "people:read", "days": "-1"}, "good for 1 to 365 days"),
    ({"name": "x", "scope": "people:read", "days": "²"}, "good for 1 to 365 days"),
]


def test_what_no_token_has_is_refused_and_the_form_kept(ada: Browser) -> None:
    ada.get("/mine/tokens")
    for form, said in REFUSED:
        ada.post("/mine/tokens", **form)
        assert ada.response.status_code == 422
        assert said in ada.text
        assert "Problem:" in str(ada.page.title)
        assert str(ada.page.select_one("#name")["value"]) == form["name"]  # type: ignore[index]
        assert "You have no tokens" in ada.text


def test_a_revoked_token_is_worth_nothing_and_only_its_owner_revokes_it(
    token: Token, as_person: Callable[[str], Browser], app: Flask
) -> None:
    text = token("ada")
    stranger = as_person("ben")
    stranger.get("/mine/tokens/1/revoke")
    assert stranger.response.status_code == 404
    stranger.get("/mine/tokens")
    stranger.post("/mine/tokens/1/revoke")
    assert stranger.response.status_code == 404
    assert asked(app, text)[0] == 200

    ada = as_person("ada")
    question = ada.get("/mine/tokens").select_one("a.btn--bad")["href"]
    ada.get(str(question))
    assert ada.page.h1.get_text() == "Revoke the token “Phone system”?"
    assert "Every program that shows it is turned away" in ada.text
    assert asked(app, text)[0] == 200, "to ask is not to do it"
    ada.post(str(question))
    ada.get(ada.response.headers["Location"])

    assert "“Phone system” is revoked" in ada.text.replace("\u2068", "").replace("\u2069", "")
    status, body = asked(app, text)
    assert (status, '"unauthorized"' in body) == (401, True)


def test_b36_a_token_sees_what_its_owner_sees_and_no_more(token: Token, app: Flask) -> None:
    shown = {login: CANARY in asked(app, token(login))[1] for login in ("ada", "ben", "sam")}

    assert shown == {"ada": False, "ben": True, "sam": True}


def test_a_token_is_good_for_its_scopes_alone(token: Token, app: Flask) -> None:
    with app.app_context(), transaction():
        db.session.add(RoleGrant(role=Role.ADMINISTRATOR, login="ada"))
    people, runs = token("ada"), token("ada", "runs:read")

    assert [asked(app, people, path)[0] for path in (API, "/api/v1/sync-runs")] == [200, 403]
    assert [asked(app, runs, path)[0] for path in (API, "/api/v1/sync-runs")] == [403, 200]
    assert asked(app, runs, "/api/v1/openapi.json")[0] == 200
    with app.app_context(), transaction():
        db.session.delete(db.session.scalars(select(RoleGrant)).one())
    assert asked(app, runs, "/api/v1/sync-runs")[0] == 403
    with app.app_context():
        assert [find_bearer(each).scopes for each in (people, runs)] == [  # type: ignore[union-attr]
            {Scope.PEOPLE}, frozenset(),
        ]  # fmt: skip


def test_nobody_makes_a_token_for_what_their_role_does_not_offer(ada: Browser, app: Flask) -> None:
    assert "runs:read" not in ada.get("/mine/tokens").get_text()

    ada.post("/mine/tokens", name="x", scope=["people:read", "runs:read"], days="90")

    assert ada.response.status_code == 422
    assert "Choose what the token may do" in ada.text
    with app.app_context():
        assert db.session.scalars(select(ApiToken)).all() == []


NONE = ["", "x", "lup_", f"lup_{'A' * 43}", "lup_" + "A" * 5000, "lup_\xfc"]


def test_what_is_no_token_is_turned_away_whatever_cookie_comes_with_it(ada: Browser) -> None:
    for shown in NONE:
        answer = ada.client.get(API, headers={"Authorization": f"Bearer {shown}"})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="lupweb", error="invalid_token"'


def test_a_token_opens_no_page_and_another_scheme_is_no_token(token: Token, app: Flask) -> None:
    text = token("ada")

    assert asked(app, text, "/people")[0] == 302
    assert asked(app, text, "/mine/tokens")[0] == 302
    assert asked(app, text, scheme="Basic")[0] == 401
    assert asked(app, text, scheme="bearer")[0] == 200


def test_b23_a_token_changes_nothing(token: Token, app: Flask) -> None:
    shown = {"Authorization": f"Bearer {token('ada')}"}

    for path in ("/mine/tokens", "/people/ada/edit", "/logout"):
        assert app.test_client().post(path, headers=shown).status_code == 400
    answer = app.test_client().post(API, headers=shown)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (405, "method_not_allowed")


def test_whose_sign_in_is_off_or_who_is_gone_has_no_token_either(
    token: Token, app: Flask, company: FakeDirectory
) -> None:
    barred, gone = token("ben"), token("cem")
    assert asked(app, barred)[0] == asked(app, gone)[0] == 200

    with app.app_context(), transaction():
        bar(OPERATOR, get_person("ben").id)
        company_row = get_person("cem")
        company_row.state = "missing"  # type: ignore[assignment]

    assert asked(app, barred)[0] == asked(app, gone)[0] == 401


def test_a_token_ends_with_the_directory_that_lets_its_owner_in(token: Token, app: Flask) -> None:
    text = token("ada")
    with app.app_context(), transaction():
        db.session.execute(db.text("update directory set is_enabled = false"))

    assert asked(app, text)[0] == 401


def test_a_token_ends_by_itself_and_is_forgotten_later(
    token: Token, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, now = token("ada", days=MOST_DAYS), clock.now()

    for days, status in ((MOST_DAYS - 1, 200), (MOST_DAYS + 1, 401)):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days))
        assert asked(app, text)[0] == status
    with app.app_context():
        with transaction():
            assert forget_ended_tokens() == 0
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=MOST_DAYS + 31))
        with transaction():
            assert forget_ended_tokens() == 1


def test_the_use_is_noted_now_and_then(token: Token, app: Flask) -> None:
    text = token("ada")
    asked(app, text)

    with counted_queries() as sent:
        asked(app, text)

    assert [each for each in sent if each.startswith("UPDATE")] == []
    assert len(sent) <= 22


def test_an_account_has_so_many_tokens_and_nobody_none(app: Flask, company: FakeDirectory) -> None:
    with app.app_context():
        person = viewer_as(get_person("ada").id)
        with pytest.raises(InvalidValue), transaction():
            make_token(person, "x", [Scope.PEOPLE], 1)  # belongs to no account
        owner = Viewer(account_id=1)
        with transaction():
            texts = {make_token(owner, "x", [Scope.PEOPLE], 1)[1] for _each in range(MOST_TOKENS)}
        with pytest.raises(InvalidValue), transaction():
            make_token(owner, "x", [Scope.PEOPLE], 1)
        assert len(texts) == MOST_TOKENS
        assert find_bearer(texts.pop()) is not None


def test_in_read_only_mode_no_token_is_made(ada: Browser, app: Flask) -> None:
    app.extensions["lupweb"].settings.__dict__["read_only"] = True
    ada.get("/mine/tokens")
    ada.post("/mine/tokens", name="x", scope="people:read", days="90")

    assert ada.response.status_code == 403
    assert "No token was made" in ada.text
