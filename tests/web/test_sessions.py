"""Sessions: what a cookie is worth, for how long, and what ends it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lupweb import clock
from lupweb.accounts import sessions
from lupweb.accounts.grants import role_of
from lupweb.accounts.models import RoleGrant, Session, User
from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.people.states import PersonState
from tests.browsing import Browser
from tests.factories import SECRET_KEY

PASSWORD = "an administrator's password"
HTTPS = "https://people.example.com"
NewBrowser = Callable[[], Browser]


@pytest.fixture
def ada(app: Flask) -> Callable[..., Browser]:
    """Signs a person in who is an account with a local name: no directory is needed."""
    with app.app_context(), transaction():
        person = Person(login="ada", login_folded="ada", name="Ada", sort_name="ada")
        db.session.add(person)
        user = create_admin("ada", PASSWORD)
        user.role = Role.EMPLOYEE
        db.session.flush()
        user.person_id = person.id

    def sign_in(**fields: str) -> Browser:
        browser = Browser(app.test_client())
        browser.get("/login")
        browser.post("/login", username="ada", password=PASSWORD, **fields)
        return browser

    return sign_in


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets time pass."""
    real, gone = clock.now, timedelta(0)
    monkeypatch.setattr(clock, "now", lambda: real() + gone)

    def move(by: timedelta) -> None:
        nonlocal gone
        gone += by

    return move


def cookie(browser: Browser) -> str:
    found = browser.client.get_cookie("lupweb")
    return found.value if found else ""


def is_signed_in(app: Flask, value: str) -> bool:
    client = app.test_client(use_cookies=False)
    return client.get("/people", headers={"Cookie": f"lupweb={value}"}).status_code == 200


def grant(app: Flask, role: Role | None) -> None:
    """Give Ada a role by her login; None takes it back."""
    with app.app_context(), transaction():
        db.session.query(RoleGrant).delete()
        if role:
            db.session.add(RoleGrant(role=role, login="ADA"))


def test_b13_the_key_is_a_new_one_after_sign_in_and_after_sign_out(
    app: Flask, ada: Callable[..., Browser]
) -> None:
    browser = ada()
    first = cookie(browser)
    browser.get("/login")
    browser.get("/people")
    browser.post("/login", username="ada", password=PASSWORD)
    second = cookie(browser)

    assert first != second
    assert not is_signed_in(app, first)
    assert is_signed_in(app, second)

    browser.get("/people")
    browser.post("/logout")
    assert not is_signed_in(app, second)


def test_b13_a_role_that_changed_means_a_new_key(
    app: Flask, ada: Callable[..., Browser], later: Callable[[timedelta], None]
) -> None:
    browser = ada()
    before = cookie(browser)
    grant(app, Role.ADMINISTRATOR)
    browser.get("/people")
    assert cookie(browser) == before

    later(timedelta(minutes=5))
    browser.get("/people")

    assert browser.response.status_code == 200
    assert cookie(browser) != before
    assert not is_signed_in(app, before)
    assert is_signed_in(app, cookie(browser))


def test_b28_a_role_that_was_taken_away_is_gone_within_five_minutes(
    app: Flask, ada: Callable[..., Browser], later: Callable[[timedelta], None]
) -> None:
    grant(app, Role.SYSTEM_ADMINISTRATOR)
    browser = ada()
    assert recorded_role(app) == "system_administrator"
    grant(app, None)

    later(timedelta(minutes=5))
    browser.get("/people")

    assert recorded_role(app) == "employee"


def test_b28_whoever_changes_roles_can_let_them_count_at_once(
    app: Flask, ada: Callable[..., Browser]
) -> None:
    browser = ada()
    grant(app, Role.ADMINISTRATOR)
    with app.app_context(), transaction():
        sessions.check_all_soon()

    browser.get("/people")

    assert recorded_role(app) == "administrator"


def recorded_role(app: Flask) -> str:
    with app.app_context():
        (content,) = db.session.scalars(select(Session.content)).all()
    return str(content["role"])


def test_a_check_without_news_writes_once_in_five_minutes(
    app: Flask, ada: Callable[..., Browser], later: Callable[[timedelta], None]
) -> None:
    browser = ada()
    before = cookie(browser)
    later(timedelta(minutes=6))
    checked = set()
    for _each in range(3):
        browser.get("/people")
        with app.app_context():
            checked.add(db.session.scalar(select(Session.checked_at)))

    assert len(checked) == 1
    assert cookie(browser) == before


@pytest.mark.parametrize("state", [PersonState.DISABLED, PersonState.MISSING])
def test_b12_who_is_disabled_or_missing_is_out_at_the_next_page(
    app: Flask, ada: Callable[..., Browser], state: PersonState
) -> None:
    browser = ada()
    with app.app_context(), transaction():
        db.session.execute(update(Person).values(state=state))

    browser.get("/people")

    assert browser.response.status_code == 302


def test_an_account_is_signed_out_everywhere(app: Flask, ada: Callable[..., Browser]) -> None:
    browsers = [ada(), ada()]
    with app.app_context(), transaction():
        sessions.close_sessions_of(db.session.scalars(select(User.id)).one())

    for browser in browsers:
        browser.get("/people")
        assert browser.response.location == "/login?next=/people"


def test_b14_the_cookie_is_small_and_for_the_server_alone(
    app: Flask, ada: Callable[..., Browser]
) -> None:
    browser = ada()
    said = browser.response.headers["Set-Cookie"]

    assert said.startswith("lupweb=k.")
    assert len(said) < 300
    assert {part.strip() for part in said.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=Lax"}
    assert "Max-Age" in ada(keep="y").response.headers["Set-Cookie"]


def test_b14_over_https_the_cookie_is_bound_to_the_host(settings: Settings) -> None:
    app = site(settings, SECRET_KEY, base_url=HTTPS)
    browser = Browser(app.test_client())
    browser.client.environ_base["wsgi.url_scheme"] = "https"
    browser.response = browser.client.get("/login", base_url=HTTPS)
    form = {"csrf_token": browser.token, "username": "admin", "password": PASSWORD}
    said = browser.client.post(
        "/login", data=form, base_url=HTTPS, headers={"Referer": f"{HTTPS}/login"}
    ).headers["Set-Cookie"]

    assert said.startswith("__Host-lupweb=k.")
    assert "Domain" not in said
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in said


def test_b14_another_secret_key_signs_everybody_out(settings: Settings) -> None:
    old = site(settings, SECRET_KEY)
    value = cookie(Browser(old.test_client()).sign_in("admin", PASSWORD))
    assert is_signed_in(old, value)

    new = create_app(Settings(instance=settings.instance, secret_key=SECRET_KEY[::-1]))

    assert not is_signed_in(new, value)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value[:-1],
        lambda value: value + "x",
        lambda value: value.replace("k.", "k.x"),
        lambda value: value.rpartition(".")[0],
        lambda value: value.removeprefix("k."),
        lambda value: "k." + "x" * 8192,
        lambda value: "k.\x80\xff",
    ],
)
def test_b14_a_cookie_that_was_tampered_with_is_nobody(
    app: Flask, ada: Callable[..., Browser], change: Callable[[str], str]
) -> None:
    value = cookie(ada())

    assert is_signed_in(app, value)
    assert not is_signed_in(app, change(value))


def test_b14_a_session_ends_after_twelve_hours_or_thirty_days(
    app: Flask, ada: Callable[..., Browser], later: Callable[[timedelta], None]
) -> None:
    short, long = cookie(ada()), cookie(ada(keep="y"))

    later(timedelta(hours=13))
    assert (is_signed_in(app, short), is_signed_in(app, long)) == (False, True)

    later(timedelta(days=30))
    assert not is_signed_in(app, long)


def test_a_cookie_that_is_kept_stays_kept_with_its_new_key(
    app: Flask, ada: Callable[..., Browser], later: Callable[[timedelta], None]
) -> None:
    browser = ada(keep="y")
    grant(app, Role.ADMINISTRATOR)
    later(timedelta(days=10))

    browser.get("/people")

    said = browser.response.headers["Set-Cookie"]
    assert f"Max-Age={20 * 24 * 3600 - 1}" in said or f"Max-Age={20 * 24 * 3600}" in said


def site(settings: Settings, secret_key: str, base_url: str = "") -> Flask:
    app = create_app(Settings(instance=settings.instance, secret_key=secret_key, base_url=base_url))
    with app.app_context(), transaction():
        assert role_of(create_admin("admin", PASSWORD)) is Role.SYSTEM_ADMINISTRATOR
    return app
