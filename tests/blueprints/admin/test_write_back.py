"""What is not in the directories, as administrators see it, and what they do about it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lupweb import clock
from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.database import db, transaction
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState as S
from lupweb.writeback import overview
from lupweb.writeback.models import Breaker
from tests.blueprints.messages import a_message, state_of, switch_writing_on
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.fakes import FakeDirectory

PAGE = "/admin/write-back"
CANARY = "ZQX entered"


@pytest.fixture(autouse=True)
def _writing(company: FakeDirectory, app: Flask) -> None:
    switch_writing_on(app, "phone", "position", "department", "location", "emergency")


def lines(admin: Browser) -> list[str]:
    """Return the values that are listed, each as text."""
    return [" ".join(each.get_text(" ").split()) for each in admin.page.select(".plist > li")]


def act(admin: Browser, path: str = PAGE, **values: object) -> None:
    """Press a button of the list."""
    admin.get(path)
    admin.post(PAGE, **values)


def test_nobody_but_administrators_opens_it(as_person: Callable[[str], Browser]) -> None:
    ben = as_person("ben")

    ben.get(PAGE)
    assert ben.response.status_code == 403
    ben.get("/people")
    ben.post(PAGE, act="drop:all", sure="1")
    assert ben.response.status_code == 403


def test_it_says_how_much_waits_since_when_and_why(admin: Browser, app: Flask) -> None:
    a_message(app, "ben", "position", CANARY, S.WAITING, reason="unreachable", attempts=3)
    a_message(app, "ben", "phone", "+49 30 1", S.CONFLICT, found_value="+49 30 2")
    a_message(
        app, "sam", "phone", "+49 30 3", S.REJECTED, last_code=50, last_info="no write access"
    )
    with app.app_context(), transaction():
        opened = {"failures": 5, "openings": 1, "cause": "unreachable", "text": "Can't contact"}
        until = clock.now() + timedelta(minutes=3)
        db.session.add(Breaker(directory_id=1, open_until=until, since=clock.now(), **opened))

    admin.get(PAGE)

    stats = [" ".join(each.get_text(" ").split()) for each in admin.page.select(".stat")]
    assert stats[0] == "1 to be written"
    assert stats[1] == "30 minutes waits the oldest"
    assert [each.split()[0] for each in stats[2:]] == ["1", "1", "0"]
    assert "left alone" in admin.text
    assert "It does not answer." in admin.text
    assert "Can't contact" in admin.text
    refused, conflict, waiting = lines(admin)
    assert "no write access" in refused
    assert "Result code 50" in refused
    assert "In the directory: " in conflict
    assert "3 tries." in waiting
    with app.app_context(), transaction():
        db.session.execute(db.update(OutboxMessage).values(not_before=clock.now()))
    admin.get(PAGE)
    assert "Next try: in a moment." in lines(admin)[-1]  # and not “just now”: that is over


def test_x17_it_says_that_the_queue_server_is_away_and_that_nothing_is_lost(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.get(PAGE)
    assert "queue server" not in admin.text
    monkeypatch.setattr("lupweb.jobs.queue_answers", lambda _settings: False)

    admin.get(PAGE)

    assert "The queue server does not answer. Nothing is lost" in admin.text


def test_where_only_conflicts_are_left_it_says_so_and_offers_nothing_to_try(
    admin: Browser, app: Flask
) -> None:
    admin.get(PAGE)
    assert "nothing waits" in admin.page.select(".badge--ok")[0].get_text()
    number = a_message(app, "ben", "phone", "+49 30 1", S.CONFLICT, found_value="+49 30 2")

    admin.get(PAGE)

    assert admin.page.select(".panel__head .badge--ok") == []
    assert "1 not settled" in admin.text
    stats = [" ".join(each.get_text(" ").split()) for each in admin.page.select(".stat")]
    assert stats[1] == "– nothing waits to be written"
    acts = [each["value"] for each in admin.page.select("button[name=act]")]
    assert acts == [f"drop:{number}", "drop", "drop:all"]
    a_message(app, "ben", "position", CANARY, S.DEAD)
    admin.get(PAGE)
    acts = [str(each["value"]) for each in admin.page.select("button[name=act]")]
    assert {"retry", "retry:all"} < set(acts)


def test_restricted_values_are_kept_from_administrators_outside_of_the_groups(
    admin: Browser, app: Flask
) -> None:
    settings = {"last_code": 19, "last_info": f"{CANARY} is too long", "found_value": CANARY}
    a_message(app, "ben", "emergency", CANARY, S.CONFLICT, **settings)
    a_message(app, "sam", "emergency", CANARY, S.REJECTED, **settings)

    admin.get(PAGE)

    assert CANARY not in str(admin.page)
    assert all("kept from you" in line for line in lines(admin))
    assert "Result code 19" in lines(admin)[0]


def test_the_list_is_narrowed_by_state_directory_and_attribute(admin: Browser, app: Flask) -> None:
    a_message(app, "ben", "position", CANARY, S.WAITING)
    a_message(app, "ben", "location", CANARY, S.DEAD)
    a_message(app, "sam", "location", CANARY, S.DEAD)
    a_message(app, "sam", "position", CANARY, S.WRITTEN)

    for query, count in (
        ("", 3), ("state=dead", 2), ("attribute=title", 1), ("attribute=l&state=waiting", 0),
        ("directory=main", 3), ("directory=nowhere", 0), ("state=nonsense", 3),
    ):  # fmt: skip
        admin.get(f"{PAGE}?{query}")
        assert len(lines(admin)) == count, query


def test_older_ones_are_a_page_further(
    admin: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "PAGE", 2)
    for key in ("position", "location", "department"):
        a_message(app, "ben", key, f"{CANARY} {key}")

    admin.get(PAGE)
    assert [line for line in lines(admin) if "position" in line] == []
    older = admin.page.select_one("a[rel=next]")
    assert older
    admin.get(str(older["href"]))

    assert len(lines(admin)) == 1
    assert f"{CANARY} position" in lines(admin)[0]


def test_it_asks_as_much_however_much_is_listed(admin: Browser, app: Flask) -> None:
    a_message(app, "ben", "position", CANARY, S.DEAD)
    admin.get(PAGE)
    with counted_queries() as few:
        admin.get(PAGE)
    for login in ("ben", "sam", "ada"):
        for key in ("location", "department", "phone", "emergency"):
            a_message(app, login, key, CANARY, S.REJECTED)
    with counted_queries() as many:
        admin.get(PAGE)

    assert len(many) == len(few)


def test_one_value_is_tried_again_or_dropped_once_that_was_agreed_to(
    admin: Browser, app: Flask
) -> None:
    again = a_message(app, "ben", "position", CANARY, S.DEAD, attempts=40)
    away = a_message(app, "ben", "location", CANARY, S.REJECTED)

    act(admin, act=f"retry:{again}")
    assert admin.response.status_code == 303
    assert state_of(app, again) is S.QUEUED

    act(admin, act=f"drop:{away}")
    assert "Drop 1 value?" in admin.text
    assert state_of(app, away) is S.REJECTED
    admin.post(PAGE, act="drop", message=away, sure="1")
    assert state_of(app, away) is S.CANCELLED


def test_several_chosen_ones_or_all_that_are_like_this(
    admin: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lupweb.blueprints.admin.write_back.BLOCK", 2)
    titles = [a_message(app, login, "position", CANARY, S.DEAD) for login in ("ada", "ben", "sam")]
    places = [a_message(app, login, "location", CANARY, S.DEAD) for login in ("ada", "ben", "sam")]

    act(admin, act="retry", message=titles[:2])
    assert [state_of(app, each) for each in titles] == [S.QUEUED, S.QUEUED, S.DEAD]

    act(admin, act="drop:all", attribute="l", directory="main")
    assert "Drop 3 values?" in admin.text
    admin.post(PAGE, act="drop:all", attribute="l", directory="main", sure="1")
    assert {state_of(app, each) for each in places} == {S.CANCELLED}
    assert state_of(app, titles[0]) is S.QUEUED


def test_nothing_chosen_and_nonsense_change_nothing(admin: Browser, app: Flask) -> None:
    number = a_message(app, "ben", "position", CANARY, S.DEAD)

    for values in ({"act": "retry"}, {"act": "drop", "message": "x", "sure": "1"}, {"act": "eat"}):
        act(admin, **values)
        assert admin.response.status_code in {303, 400, 422}
    act(admin, act="retry:99999999999999999999")

    assert state_of(app, number) is S.DEAD


def test_an_administrator_who_is_no_system_administrator_may_retry(
    company: FakeDirectory, app: Flask, browser: Callable[[], Browser]
) -> None:
    number = a_message(app, "ben", "position", CANARY, S.DEAD)
    with app.app_context(), transaction():
        user = create_admin("helper", "a password for helpers")
        user.role = Role.ADMINISTRATOR
    helper = browser().sign_in("helper", "a password for helpers")

    act(helper, act=f"retry:{number}")

    assert state_of(app, number) is S.QUEUED
    with app.app_context():
        assert db.session.get_one(OutboxMessage, number).attempts == 0
