"""What the directory does not have yet: told to the owner alone, and chosen by the owner."""

from collections.abc import Callable

import pytest
from flask import Flask

from lupweb import clock
from lupweb.database import db
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState as S
from lupweb.people.queries import get_person
from tests.blueprints.messages import a_message, state_of, switch_writing_on
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.fakes import FakeDirectory

ENTERED = "QWX entered"
FOUND = "QWX found"


@pytest.fixture(autouse=True)
def _writing(company: FakeDirectory, app: Flask) -> None:
    switch_writing_on(app, "phone", "position", "department", "location", "emergency")


def row(page: Browser, label: str) -> str:
    """Return a line of the profile as text."""
    texts = [" ".join(each.get_text(" ").split()) for each in page.page.select(".kv > div")]
    return next(text for text in texts if text.startswith(label))


TOLD = [
    (S.QUEUED, {}, "being saved to LDAP"),
    (S.LEASED, {}, "being saved to LDAP"),
    (S.WAITING, {"reason": "unreachable"}, "not reachable at the moment. Next try:"),
    (S.WAITING, {"reason": "read_only"}, "read-only at the moment"),
    (S.UNKNOWN, {}, "being checked"),
    (S.CONFLICT, {"found_value": FOUND}, "LDAP has another value"),
    (S.REJECTED, {"reason": "not_accepted:64", "last_code": 19}, "at most 64 characters"),
    (S.DEAD, {"reason": "refused"}, "could not be saved"),
]


FIELDS = {
    "position": "Position", "department": "Department", "location": "Location",
    "emergency": "Emergency contact",
}  # fmt: skip


@pytest.mark.parametrize("told", [TOLD[:4], TOLD[4:]])
def test_the_owner_sees_the_new_value_and_how_it_stands(
    app: Flask,
    as_person: Callable[[str], Browser],
    told: list[tuple[S, dict[str, str], str]],
) -> None:
    words = {"last_info": "cn=secret,dc=example: server words"}
    for key, (state, settings, _said) in zip(FIELDS, told, strict=True):
        a_message(app, "ben", key, f"{ENTERED} {key}", state, **settings, **words)
    owner = as_person("ben")

    owner.get("/people/ben")
    for (key, label), (_state, _settings, said) in zip(FIELDS.items(), told, strict=True):
        assert f"{ENTERED} {key}" in row(owner, label)
        assert said in row(owner, label)
    assert "server words" not in owner.text

    owner.get("/people/ben/edit")
    assert all(f"{ENTERED} {key}" in str(owner.page) for key in FIELDS)
    assert "server words" not in owner.text


def test_everybody_else_sees_what_is_confirmed(
    app: Flask, as_person: Callable[[str], Browser], as_admin: Callable[[], Browser]
) -> None:
    a_message(app, "ben", "position", ENTERED, S.CONFLICT, found_value=FOUND)
    a_message(app, "ben", "location", ENTERED, S.REJECTED)
    owner = as_person("ben")

    owner.get("/people/ben?as=colleague")
    assert "Engineer" in row(owner, "Position")
    assert "QWX" not in str(owner.page)
    for other in (as_person("ada"), as_admin()):
        for path in ("/people/ben", "/people/ben?as=ben", "/people/ben/card", "/people?q=ben"):
            other.get(path)
            assert "QWX" not in str(other.page), path
        assert "Engineer" in other.text


def test_the_owner_and_administrators_see_which_values_are_saved_to_ldap(
    as_person: Callable[[str], Browser], as_admin: Callable[[], Browser]
) -> None:
    for somebody in (as_person("ben"), as_admin()):
        somebody.get("/people/ben")
        assert "saved to LDAP" in row(somebody, "Position")
        assert "What is changed here is saved to LDAP too." in row(somebody, "Position")
    ada = as_person("ada")
    ada.get("/people/ben")
    assert "saved to LDAP" not in ada.text


def test_a_value_that_is_emptied_stays_in_sight(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    a_message(app, "ben", "position", "", S.WAITING, reason="unreachable")
    owner = as_person("ben")

    owner.get("/people/ben")

    assert "Nothing" in row(owner, "Position")
    assert "not in LDAP yet" in row(owner, "Position")


def test_what_is_written_is_nothing_special(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    for state in (S.WRITTEN, S.CANCELLED, S.SUPERSEDED):
        a_message(app, "ben", "position", ENTERED, state)
    owner = as_person("ben")

    owner.get("/people/ben")

    assert row(owner, "Position").startswith("Position Engineer")
    assert "QWX" not in str(owner.page)


def test_who_entered_it_is_named_where_that_was_somebody_else(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context():
        ada = f"person:{get_person('ada').id}"
    a_message(app, "ben", "position", ENTERED, S.DEAD, created_by=ada)
    owner = as_person("ben")

    owner.get("/people/ben")

    assert "Entered by Ada Lovelace." in row(owner, "Position")


def test_a_field_that_the_owner_may_not_see_any_more_is_not_told(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    a_message(app, "ben", "nothing", ENTERED, S.REJECTED)
    owner = as_person("ben")

    owner.get("/people/ben")

    assert "QWX" not in str(owner.page)


def test_the_picture_on_its_way_is_told_beside_the_profile(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    a_message(app, "ben", "@picture", "abc", S.REJECTED, reason="not_accepted:10240")
    owner = as_person("ben")

    owner.get("/people/ben")
    assert "Your picture refused by LDAP" in owner.text
    owner.get("/people/ben/edit")
    assert "refused by LDAP" in owner.text


def test_x11_a_conflict_shows_both_values_and_the_owner_keeps_theirs(
    app: Flask, company: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    company.set("ben", "title", [FOUND.encode()])
    number = a_message(
        app, "ben", "position", ENTERED, S.CONFLICT, found_value=FOUND, settled_at=clock.now()
    )
    owner = as_person("ben")

    owner.get("/people/ben")
    panel = owner.page.select_one("#conflicts")
    assert panel
    assert ENTERED in panel.get_text()
    assert FOUND in panel.get_text()
    assert "Engineer" in panel.get_text()
    assert "Found just now" in panel.get_text()
    (form,) = owner.get("/people/ben/edit").select(".conflict")  # says the same, if only opened
    assert form.select_one("h2").get_text() == panel.select_one("h2").get_text()
    for said in ("1 value is different in the directory by now", "Entered ", "Found just now"):
        assert said in panel.get_text()
        assert said in form.get_text()
    owner.get("/people/ben")
    send(owner, "mine")

    assert owner.response.status_code == 303
    assert state_of(app, number) is S.SUPERSEDED
    with app.app_context():
        follows = db.session.scalars(db.select(OutboxMessage).filter_by(state=S.QUEUED)).one()
        assert (follows.old_value, follows.new_value) == (FOUND, ENTERED)


def test_x11_the_owner_takes_what_the_directory_has(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    number = a_message(app, "ben", "position", ENTERED, S.CONFLICT, found_value=FOUND)
    owner = as_person("ben")

    owner.get("/people/ben")
    send(owner, "theirs")
    owner.get("/people/ben")

    assert state_of(app, number) is S.CANCELLED
    assert FOUND in row(owner, "Position")
    assert ENTERED not in str(owner.page)


def test_a_choice_about_what_changed_since_is_not_taken(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    number = a_message(app, "ben", "position", ENTERED, S.CONFLICT, found_value=FOUND)
    owner = as_person("ben")
    owner.get("/people/ben")

    send(owner, "mine", seen="0" * 24)
    assert owner.response.status_code == 409
    assert "has changed since" in owner.text
    panel = owner.page.select_one("#conflicts")
    assert panel
    assert FOUND in panel.get_text()
    assert sent(owner)["seen"] != "0" * 24  # it can be chosen from at once
    send(owner, "both")
    owner.get("/people/ben")
    assert "Choose one of the two values" in owner.text

    assert state_of(app, number) is S.CONFLICT


def test_nobody_else_settles_a_conflict(
    app: Flask, as_person: Callable[[str], Browser], as_admin: Callable[[], Browser]
) -> None:
    number = a_message(app, "ben", "position", ENTERED, S.CONFLICT, found_value=FOUND)
    owner = as_person("ben")
    owner.get("/people/ben")
    values = sent(owner)

    for other in (as_person("cem"), as_admin()):
        other.get("/people/ben")
        other.post("/people/ben/conflict", **{**values, "csrf_token": other.token}, choice="mine")
        assert other.response.status_code in {403, 404}
    assert state_of(app, number) is S.CONFLICT


def test_a_lost_answer_and_a_third_value_are_told_as_such(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    settings = {"found_value": FOUND, "maybe_applied": True}
    a_message(app, "ben", "position", ENTERED, S.CONFLICT, **settings)
    owner = as_person("ben")

    owner.get("/people/ben")

    assert "may have been saved and then changed by someone else" in owner.text
    assert f"now says {FOUND}" in owner.text


def test_markup_in_values_stays_text(app: Flask, as_person: Callable[[str], Browser]) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    a_message(app, "ben", "position", hostile, S.CONFLICT, found_value=hostile)
    owner = as_person("ben")

    for path in ("/people/ben", "/people/ben/edit"):
        owner.get(path)
        assert hostile in owner.page.get_text()
        assert not owner.page.select("img[src=x]")


def test_profiles_ask_as_much_however_much_waits(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    owner = as_person("ben")
    a_message(app, "ben", "position", ENTERED, S.CONFLICT, found_value=FOUND)
    owner.get("/people/ben")
    with counted_queries() as few:
        owner.get("/people/ben")
    for key in ("phone", "department", "location", "emergency"):
        a_message(app, "ben", key, ENTERED, S.REJECTED)
    with counted_queries() as many:
        owner.get("/people/ben")

    assert len(many) == len(few)


def sent(owner: Browser) -> dict[str, str]:
    """Return what the form of the first conflict sends, without a choice."""
    form = owner.page.select_one("#conflicts form")
    assert form
    return {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}


def send(owner: Browser, choice: str, **changes: str) -> None:
    """Press a button of the first conflict."""
    values = {**sent(owner), **changes}
    values.pop("csrf_token")
    owner.post("/people/ben/conflict", **values, choice=choice)
