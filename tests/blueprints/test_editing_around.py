"""Around the form: what is filled in, “still correct”, history, help, odd values and addresses."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lupweb import clock
from lupweb.audit.service import Change, record
from lupweb.database import db, transaction
from lupweb.people.queries import get_person
from lupweb.profiles.models import ProfileField
from tests.blueprints.edit_forms import EditPage
from tests.browsing import Browser

AsPerson = Callable[[str], Browser]
Value = Callable[[str, str], str]
LONG_HELP = '<b>Bold</b> "quoted" שלום\n' + "line\n" * 200_000


def change_field(app: Flask, key: str, **settings: object) -> None:
    with app.app_context(), transaction():
        found = db.session.scalars(db.select(ProfileField).filter_by(key=key)).one()
        for name, setting in settings.items():
            setattr(found, name, setting)


def test_the_owner_alone_sees_what_is_missing_and_comes_to_it(
    filled: None, as_person: AsPerson
) -> None:
    ben, cem = as_person("ben"), as_person("cem")

    page = ben.get("/people/ben")

    panel = page.select_one("section[aria-labelledby=filled-in]")
    assert panel.select_one("h2").get_text() == "Your profile is 87% filled in"
    assert [each["href"] for each in panel.select("a")] == [
        "/people/ben/edit#field-im", "/people/ben/edit#field-website",
    ]  # fmt: skip
    form = ben.get("/people/ben/edit")
    assert form.select("#field-im, #field-website")
    assert "filled in" not in cem.get("/people/ben").select_one("aside").get_text()
    assert "filled in" not in ben.get("/people/ben", **{"as": "colleague"}).get_text()


def test_the_owner_says_that_a_value_is_still_right(
    filled: None, as_person: AsPerson, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_field(app, "mobile", confirm_days=30)
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    ben = as_person("ben")
    page = ben.get("/people/ben")
    asked = page.select_one("section[aria-labelledby=doubtful]")
    assert "Mobile" in asked.get_text()

    ben.post("/people/ben/confirm", field=asked.select_one("input[name=field]")["value"])

    assert ben.response.status_code == 303
    page = ben.get("/people/ben")
    assert "Noted: it is still right." in ben.text
    assert page.select("section[aria-labelledby=doubtful]") == []


@pytest.mark.parametrize("key", ["position", "nothing", "", "emergency", "x" * 5_000, "\0"])
def test_nothing_else_can_be_confirmed(fields: None, as_person: AsPerson, key: str) -> None:
    ben = as_person("cem")
    ben.get("/people/cem")

    ben.post("/people/cem/confirm", field=key)

    assert ben.response.status_code in {403, 404}


def test_the_owner_and_administrators_see_who_changed_what(
    fields: None, as_person: AsPerson, as_admin: Callable[[], Browser]
) -> None:
    ben = as_person("ben")
    EditPage.of(ben, "ben").type("about", "First").save()
    EditPage.of(ben, "ben").type("about", "<i>Second</i>").save()

    for browser in (ben, as_admin()):
        page = browser.get("/people/ben/history")
        line = page.select_one(".change")
        assert "About" in line.get_text()
        assert "by Ben Özgür" in line.get_text()
        assert line.select_one(".change__was").get_text(" ", strip=True) == "Before: First"
        assert line.select_one(".change__now").get_text(" ", strip=True) == "After: <i>Second</i>"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("ldap", "from LDAP"),
        ("alternative_ldap", "from the other LDAP"),
        ("xml", "from a file"),
        ("computed", "from other fields"),
        ("undo", ", as a run was taken back"),
    ],
)
def test_a_change_that_nobody_typed_says_where_it_came_from(
    fields: None, as_person: AsPerson, app: Flask, source: str, words: str
) -> None:
    with app.app_context(), transaction():
        change = Change(get_person("ben").id, "about", "First", "Second")
        record([change], source=source, run_id=None, at=clock.now())

    as_ben = as_person("ben").get("/people/ben/history")

    assert f"just now {words}".replace(" ,", ",") in as_ben.select_one(".change").get_text()


@pytest.mark.parametrize("page", ["-1", "0", "1e9", "abc", "NaN", "9" * 40, "", "1&before=2"])
def test_b89_the_page_of_a_history_may_be_any_text(
    fields: None, as_person: AsPerson, page: str
) -> None:
    ben = as_person("ben")

    assert ben.client.get(f"/people/ben/history?before={page}").status_code == 200
    many = "&".join(f"x{number}=1" for number in range(2_000))
    assert ben.client.get(f"/people/ben/edit?{many}").status_code == 200


@pytest.mark.thorough
def test_a_long_history_has_pages(fields: None, as_person: AsPerson) -> None:
    ben = as_person("ben")
    form = EditPage.of(ben, "ben")
    for number in range(60):
        form.type("about", f"Text {number}").save()
        form = EditPage.of(ben, "ben")

    first = ben.get("/people/ben/history")
    second = ben.get(first.select_one("a[rel=next]")["href"])

    assert len(first.select(".change")) == 50
    assert len(second.select(".change")) == 10
    assert second.select("a[rel=next]") == []


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("mobile", "tel:+4961120570;phone-context=<b>"),
        ("website", "javascript:alert(1)"),
        ("chat", "<b>@x</b>"),
        ("about", '"><img src=x onerror=alert(1)>{{7*7}}</textarea>'),
        ("skills", "<script>alert(1)</script>"),
    ],
)
def test_b44_b42_what_was_typed_is_shown_as_typed(
    fields: None, as_person: AsPerson, key: str, typed: str
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type(key, typed).type("birthday", "nonsense")

    page = form.save()

    assert form.browser.response.status_code == 422
    assert EditPage.shown(form.browser, form.path).values(key)[-1] == typed
    assert page.select("main img[onerror], main b b, main script") == []
    assert page.select('[href^="javascript"]') == []


def test_b45_help_of_any_length_is_plain_text_in_the_form(
    fields: None, as_person: AsPerson, app: Flask
) -> None:
    change_field(app, "about", help_text=LONG_HELP)
    ben = as_person("ben")

    page = ben.get("/people/ben/edit")

    bubble = page.select_one("#help-about .tip__in")
    assert bubble.get_text() == LONG_HELP
    assert bubble.select("b") == []
    assert bubble["tabindex"] == "0"
    assert page.select_one("#field-about")["aria-describedby"] == "help-about"
    assert page.select("#help-mobile") == []


@pytest.mark.parametrize("key", ["mobile", "birthday", "amount", "website", "deputy", "skills"])
def test_b94_a_text_of_10000_characters_is_looked_at_and_kept(
    fields: None, as_person: AsPerson, key: str
) -> None:
    typed = "1a@" * 3_333
    form = EditPage.of(as_person("ben"), "ben").type(key, typed)

    form.save()

    assert form.browser.response.status_code == 422
    assert EditPage.shown(form.browser, form.path).values(key)[-1] == typed
