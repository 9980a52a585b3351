"""Two edit the same, the directory changes while a form is open, forms are old: nothing lost."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from flask import Flask

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.people.queries import get_person
from lupweb.profiles.models import ProfileField
from lupweb.runs.models import Run
from tests.blueprints.edit_forms import EditPage
from tests.browsing import Browser
from tests.factories import PASSWORD, a_local_person, a_run
from tests.fakes import FakeDirectory

AsPerson = Callable[[str], Browser]
Value = Callable[[str, str], str]
NUMBER, OTHER = b"+49 611 20572", b"+49 611 20573"


def free_phone(app: Flask) -> None:
    """Let people edit the phone number that the directory fills, as with write-back."""
    with app.app_context(), transaction():
        phone = db.session.scalars(db.select(ProfileField).filter_by(key="phone")).one()
        phone.source = "user"


def test_b96_what_two_people_changed_is_asked_and_nothing_is_stored_before(
    fields: None, as_person: AsPerson, as_admin: Callable[[], Browser], value: Value
) -> None:
    ben, admin = EditPage.of(as_person("ben"), "ben"), EditPage.of(as_admin(), "ben")
    admin.type("about", "By admin").type("amount", "7").save()

    page = ben.type("about", "By Ben").type("mobile", "0611 20570").save()

    assert ben.browser.response.status_code == 409
    assert page.select_one(".conflict").has_attr("autofocus")
    assert [each["value"] for each in page.select("[name=choice-about][checked]")] == ["mine"]
    assert "By Ben" in page.select_one(".conflict").get_text()
    assert "By admin" in page.select_one(".conflict").get_text()
    assert (value("ben", "about"), value("ben", "mobile")) == ("By admin", "")
    again = EditPage.shown(ben.browser, ben.path)
    assert again.values("about") == ["By Ben"]
    without_choice = EditPage.shown(ben.browser, ben.path)
    without_choice.pairs = [pair for pair in again.pairs if pair[0] != "choice-about"]
    without_choice.save()
    assert ben.browser.response.status_code == 409
    again.type("choice-about", "theirs").save()
    assert ben.browser.response.status_code == 303
    stored = {key: value("ben", key) for key in ("about", "mobile", "amount")}
    assert stored == {"about": "By admin", "mobile": "+49 611 20570", "amount": "7"}


def test_b96_a_second_click_and_a_form_sent_again_change_nothing_and_say_so(
    fields: None, as_person: AsPerson, app: Flask
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("about", "Once")
    form.save()
    with app.app_context():
        rev = get_person("ben").rev

    form.save()

    assert form.browser.response.status_code == 303
    assert "Nothing changed: everything here was saved already." in form.browser.get(
        "/people/ben"
    ).get_text(" ")
    with app.app_context():
        assert get_person("ben").rev == rev


def test_b96_a_form_from_the_back_button_asks_about_what_was_changed_after_it_was_saved(
    fields: None, as_person: AsPerson, as_admin: Callable[[], Browser], value: Value
) -> None:
    old = EditPage.of(as_person("ben"), "ben").type("about", "By Ben").type("mobile", "0611 20570")
    old.save()
    EditPage.of(as_admin(), "ben").type("about", "By admin").save()

    shown = old.save().select_one(".conflict").get_text(" ")

    assert old.browser.response.status_code == 409
    for text in ("By Ben", "By admin", "Changed meanwhile by admin", "Changed just now."):
        assert text in shown
    assert (value("ben", "about"), value("ben", "mobile")) == ("By admin", "+49 611 20570")


def test_b96_the_browser_does_not_put_what_was_typed_into_a_form_of_newer_values(
    fields: None, as_person: AsPerson
) -> None:
    page = as_person("ben").get("/people/ben/edit")

    assert page.select_one("form[data-edit]")["autocomplete"] == "off"


def test_b97_what_a_sync_changed_meanwhile_stays_where_the_form_did_not_touch_it(
    filled: None, as_person: AsPerson, company: FakeDirectory, app: Flask, value: Value
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("about", "Mine")
    company.set("ben", "title", [b"Architect"])
    with app.app_context():
        a_run(company)

    form.save()

    assert form.browser.response.status_code == 303
    assert (value("ben", "position"), value("ben", "about")) == ("Architect", "Mine")
    assert "Changed by others meanwhile, and left so: Position." in form.browser.get(
        "/people/ben"
    ).get_text(" ")


@pytest.mark.parametrize(
    ("key", "newer"), [("skills", "Zephyr"), ("aider", "false"), ("sites", "")]
)
def test_b97_controls_that_nobody_touched_overwrite_nothing(
    filled: None, as_person: AsPerson, app: Flask, value: Value, key: str, newer: str
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("about", "Mine")
    with app.app_context(), transaction():
        ben = get_person("ben")
        ben.document = {"values": {**ben.document["values"], key: newer}}

    form.save()

    assert form.browser.response.status_code == 303
    assert (value("ben", key), value("ben", "about")) == (newer, "Mine")


def test_b97_what_the_form_and_a_sync_changed_is_asked_with_both_values_and_what_it_was(
    fields: None, as_person: AsPerson, company: FakeDirectory, app: Flask, value: Value
) -> None:
    company.set("ben", "telephoneNumber", [b"+49 611 20571"])
    ben = as_person("ben")
    ben.get("/people/ben/edit")
    free_phone(app)
    form = EditPage.of(ben, "ben").type("phone", NUMBER.decode())
    with app.app_context(), transaction():
        phone = db.session.scalars(db.select(ProfileField).filter_by(key="phone")).one()
        phone.source = "ldap"
        db.session.execute(db.text("update directory set is_enabled = false"))
    with app.app_context(), transaction():
        db.session.execute(db.text("update directory set is_enabled = true"))
    company.set("ben", "telephoneNumber", [OTHER])
    with app.app_context():
        a_run(company)
    free_phone(app)

    page = form.save()

    said = page.select_one(".conflict").get_text(" ")
    assert form.browser.response.status_code == 409
    assert "The directory changed while you edited" in said
    for text in ("Yours", NUMBER.decode(), "LDAP now", OTHER.decode(), "Was “+49 611 20571”."):
        assert text in said
    assert value("ben", "phone") == OTHER.decode()


def test_opening_the_form_reads_the_person_from_the_directory_and_begins_no_run(
    company: FakeDirectory, app: Flask, as_person: AsPerson, value: Value
) -> None:
    company.set("ben", "title", [b"Architect"])
    company.set("ben", "manager", [b"uid=sam,ou=people,dc=example,dc=com"])
    ben = as_person("ben")

    page = ben.get("/people/ben/edit")

    assert "LDAP was read just now" in ben.text
    assert value("ben", "position") == "Architect"
    assert "Sam Safe" in [each.get_text(strip=True) for each in page.select(".fixed")]
    assert "Architect" in ben.get("/people/ben/history").get_text()
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Run.id))) == 1


def test_what_the_directory_switches_off_is_left_to_the_next_run(
    company: FakeDirectory, app: Flask, as_person: AsPerson
) -> None:
    company.set("ben", "shadowExpire", [b"1"])
    ben = as_person("ben")

    ben.get("/people/ben/edit")

    assert "LDAP could not be read just now" in ben.text
    with app.app_context():
        assert get_person("ben").state == "active"


def test_without_an_answer_the_form_opens_with_stored_values_and_says_so(
    company: FakeDirectory, as_person: AsPerson
) -> None:
    ben = as_person("ben")
    company.go_down()

    ben.get("/people/ben/edit")

    assert ben.response.status_code == 200
    assert "LDAP could not be read just now" in ben.text


def test_a_directory_that_is_silent_holds_no_form_up(
    company: FakeDirectory, app: Flask, as_person: AsPerson
) -> None:
    ben = as_person("ben")
    is_over, connect = Event(), company.connect

    def silent(*server: object) -> FakeDirectory:
        is_over.wait(60)
        return connect(*server)

    object.__setattr__(app.extensions["lupweb"], "connect", silent)
    ben.get("/people/ben/edit")
    was_over = is_over.is_set()
    is_over.set()

    assert "LDAP could not be read just now" in ben.text
    assert not was_over


def test_somebody_in_no_directory_is_told_so(
    company: FakeDirectory, app: Flask, as_admin: Callable[[], Browser]
) -> None:
    with app.app_context():
        a_local_person("guest", "Guest Person")
    admin = as_admin()

    admin.get("/people/guest/edit")

    assert "No directory supplies this profile" in admin.text


def test_b97_a_form_that_was_open_for_a_day_keeps_everything_typed(
    fields: None,
    as_person: AsPerson,
    app: Flask,
    value: Value,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("about", "A long\nstory").type("mobile", "x")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)

    page = form.save()

    assert form.browser.response.status_code == 400
    assert page.select_one("h1").get_text() == "Your session ended"
    kept = [(each["name"], each["value"]) for each in page.select("main input[type=hidden]")]
    assert ("field-about", "A long\nstory") in kept
    form.browser.sign_in("ben", PASSWORD)
    EditPage(form.browser, form.path, kept).save()
    assert form.browser.response.status_code == 400
    again = EditPage.shown(form.browser, form.path)
    assert (again.values("about"), again.values("mobile")) == (["A long\nstory"], ["x"])
    assert value("ben", "about") == ""
    again.type("mobile", "").save()
    assert form.browser.response.status_code == 303
    assert value("ben", "about") == "A long\nstory"


def test_a_form_of_another_session_is_shown_again_and_others_get_nothing_of_it(
    fields: None, as_person: AsPerson, value: Value
) -> None:
    form = EditPage.of(as_person("ben"), "ben").type("about", "Typed")
    form.type("csrf_token", "nonsense")

    form.save()

    assert form.browser.response.status_code == 400
    assert "This form was open for long" in form.browser.text
    assert EditPage.shown(form.browser, form.path).values("about") == ["Typed"]
    assert value("ben", "about") == ""
    stranger = EditPage(as_person("cem"), form.path, form.pairs)
    stranger.save()
    assert stranger.browser.response.status_code == 400
    assert "Typed" not in stranger.browser.text


def test_the_administrator_edits_what_they_see(
    fields: None, as_admin: Callable[[], Browser], value: Value
) -> None:
    form = EditPage.of(as_admin(), "ben").type("about", "By admin")

    form.save()

    assert value("ben", "about") == "By admin"
