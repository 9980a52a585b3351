"""The switch for writing, and “Test writing” on the page of a directory; without a script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from lupweb import clock
from lupweb.accounts.roles import Role
from lupweb.accounts.service import create_admin
from lupweb.blueprints.admin.directories_writing import WritePanel
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import due
from lupweb.outbox.states import OutboxState
from lupweb.people.models import Group, Person
from lupweb.people.queries import get_person
from lupweb.sync.service import run
from lupweb.writeback import breaker
from lupweb.writeback.access_steps import AccessState, AccessStep, AccessTest, Subject
from lupweb.writeback.backoff import Cause
from lupweb.writeback.trials import KeptTest
from tests.blueprints.admin.filling import form_of, saved
from tests.blueprints.messages import a_message, switch_writing_on
from tests.browsing import Browser
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory

MAIN = "/admin/directories/main"
TEST = f"{MAIN}/write-test"


def a_refused_sign_in(app: Flask) -> int:
    """Let a value wait since the password of lupweb was refused; return its message."""
    with app.app_context(), transaction():
        db.session.execute(delete(OutboxMessage))
        breaker.note_failure(1, Cause.CREDENTIALS, "Invalid credentials", clock.now())
    how = {"reason": "credentials", "attribute": "telephoneNumber"}
    return a_message(app, "ada", "phone", "+49 30 7", OutboxState.WAITING, **how)


BOXES = ("#f-people", "#f-attributes")


def hint_of(admin: Browser, name: str) -> str:
    hint = admin.page.select_one(f"#f-{name}-hint")
    return hint.get_text(strip=True) if hint else ""


def is_due(app: Flask, number: int) -> bool:
    with app.app_context():
        is_closed = breaker.left_alone() == {}
        return is_closed and number in due(1)


def test_the_panel_comes_with_the_switch(admin: Browser) -> None:
    admin.get(MAIN)
    assert admin.page.select_one("#f-write")
    assert not admin.page.select_one("#write-test")
    assert hint_of(admin, "bind_dn").endswith("and nothing else.")

    admin.post(MAIN, **{**form_of(admin, MAIN), "write": "1"})
    assert admin.response.status_code == 303
    admin.get(MAIN)

    assert admin.page.select_one("#write-test")
    assert "change the attributes that fields are saved to" in hint_of(admin, "bind_dn")
    assert (admin.page.select_one("#f-people") or {}).get_text().strip() == "ada"  # type: ignore[union-attr]
    assert "No field is saved to LDAP yet." in admin.text


def test_several_people_and_attributes_become_a_table_that_stays(
    admin: Browser, app: Flask, company: FakeDirectory
) -> None:
    switch_writing_on(app, "phone", "location")
    company.refuse_attribute("l", 50)
    admin.get(MAIN)

    admin.post(TEST, people="ada\nSam Safe", attributes="telephoneNumber\nl")
    assert admin.response.status_code == 303
    admin.get(MAIN)

    cells = [each.get_text(" ", strip=True) for each in admin.page.select("table tbody td")]
    assert len(cells) == 4
    assert sum("problem" in each for each in cells) == 2
    assert "2 fields are saved to LDAP" in admin.text
    assert "olcAccess: to dn.subtree=" in admin.text
    assert "The right to write is missing" in admin.text
    typed = [(admin.page.select_one(each) or "").get_text().split() for each in BOXES]  # type: ignore[union-attr]
    assert typed == [["ada", "sam"], ["telephoneNumber", "l"]]  # it may be repeated
    assert "admin, just now" in admin.text.replace("\u2068", "").replace("\u2069", "")
    assert "+49 611 20570" not in str(admin.page)
    admin.get(MAIN)
    assert len(admin.page.select("table tbody td")) == 4


def test_what_lies_open_is_of_the_last_use() -> None:
    """An older failure is not what somebody looks for who has just tried something else."""

    def kept(minutes: int, state: AccessState) -> KeptTest:
        tried = AccessTest(
            Subject(1, "Ada", "ada"), "main", "l", False, [AccessStep("x", state, "")]
        )
        return KeptTest(tried, clock.now() - timedelta(minutes=minutes), "")

    well, bad, older = (
        kept(0, AccessState.OK),
        kept(0, AccessState.PROBLEM),
        kept(9, AccessState.OK),
    )

    def opened(*tests: KeptTest) -> int:
        return WritePanel([], [], "", "", tests).opened

    assert opened(well, bad, older) == 1
    assert opened(well, kept(9, AccessState.PROBLEM)) == 0
    assert opened() == 0


def test_writing_needs_the_second_button(
    admin: Browser, app: Flask, company: FakeDirectory
) -> None:
    switch_writing_on(app, "phone")
    stamp = company.get("ada", "entryCSN")
    admin.get(MAIN)

    admin.post(TEST, people="ada", attributes="telephoneNumber")
    assert company.get("ada", "entryCSN") == stamp
    admin.get(MAIN)
    assert "May be written" in admin.text
    admin.post(TEST, people="ada", attributes="telephoneNumber", write="1")
    admin.get(MAIN)

    assert company.get("ada", "entryCSN") != stamp
    assert company.get("ada", "telephoneNumber") == [b"+49 611 20570"]
    assert "Written and read back" in admin.text


def test_what_cannot_be_tried_is_said_and_stays_typed(admin: Browser, app: Flask) -> None:
    switch_writing_on(app)
    admin.get(MAIN)

    for people, attributes, said in (
        ("nobody", "l", "Nobody here is called “nobody”"),
        ("", "l", "at least one person"),
        ("ada", "", "at least one person and one attribute"),
        ("ada", "no attribute", "is not an attribute name"),
        ("ada", "\n".join(f"a{n}" for n in range(70)), "At most 60 pairs"),
    ):
        admin.post(TEST, people=people, attributes=attributes)
        assert admin.response.status_code == 422, said
        assert said in admin.text
        typed = admin.page.select_one("#f-attributes")
        assert typed
        assert attributes in typed.get_text()


def test_several_people_of_one_name_are_told_apart_by_their_logins(
    admin: Browser, app: Flask, company: FakeDirectory
) -> None:
    switch_writing_on(app)
    an_entry(company, "sam2", "Sam Safe")
    with app.app_context():
        run("main", secret_key=SECRET_KEY, connect=company.connect, trigger="test")
    admin.get(MAIN)

    admin.post(TEST, people="Sam Safe", attributes="l")

    assert admin.response.status_code == 422
    assert "sam, sam2" in admin.text


def test_b21_only_system_administrators_test_writing(
    app: Flask,
    company: FakeDirectory,
    browser: Callable[[], Browser],
    as_person: Callable[[str], Browser],
) -> None:
    switch_writing_on(app, "phone")
    with app.app_context(), transaction():
        create_admin("helper", "a password for helpers").role = Role.ADMINISTRATOR
    helper = browser().sign_in("helper", "a password for helpers")

    helper.get(MAIN)
    assert not helper.page.select_one("#write-test")
    for somebody in (helper, as_person("ben")):
        somebody.get("/people")
        somebody.post(TEST, people="ada", attributes="telephoneNumber", write="1")
        assert somebody.response.status_code == 403


def test_the_page_of_a_field_spells_out_what_writing_needs(
    admin: Browser, app: Flask, company: FakeDirectory
) -> None:
    page = "/admin/fields/phone/edit"
    admin.get(page)
    assert "Writing to “Main LDAP” is off." in admin.text

    switch_writing_on(app, "phone")
    admin.get(page)
    assert "has not been tested for this attribute" in admin.text

    admin.get(MAIN)
    admin.post(TEST, people="ada", attributes="telephoneNumber")
    admin.get(page)
    assert "was tested for this attribute" in admin.text


def test_whose_value_stays_is_chosen_on_the_page_of_the_field(admin: Browser) -> None:
    page = "/admin/fields/phone/edit"
    assert form_of(admin, page)["on_conflict"] == "ask"

    assert saved(admin, "phone", on_conflict="person") == 303
    assert form_of(admin, page)["on_conflict"] == "person"
    assert saved(admin, "phone", on_conflict="whoever") == 422


def test_fields_of_what_decides_who_somebody_is_are_never_written(
    admin: Browser, app: Flask
) -> None:
    page = "/admin/fields/phone/edit"
    for attribute in ("uid", "memberOf", "pwdChangedTime"):
        admin.post(page, **{**form_of(admin, page), "attribute": attribute, "write_back": "1"})
        assert admin.response.status_code == 422, attribute


def test_a_local_person_has_a_sentence_of_their_own(admin: Browser, app: Flask) -> None:
    switch_writing_on(app)
    with app.app_context(), transaction():
        sam = db.session.get_one(Person, get_person("sam").id)
        local = Person(
            login="lo", login_folded="lo", name="Lo Cal", sort_name="cal", email="",
            state=sam.state,
        )  # fmt: skip
        db.session.add(local)
        assert get_directory("main")
    admin.get(MAIN)

    admin.post(TEST, people="lo", attributes="l")
    admin.get(MAIN)

    assert "Lo Cal belongs to no directory" in admin.text
    heads = [each.get_text() for each in admin.page.select(".step--flat .step__t")]
    assert heads[0] == "The person is not in this directory"
    assert "The right to write" in heads  # not done, so nothing is claimed of it


def test_x08_a_test_that_signs_in_lets_what_waits_go_at_once(
    admin: Browser, app: Flask, company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the connection test of what is stored, and by “Test writing”; not by one that fails."""
    monkeypatch.setattr("lupweb.directories.probe.answering", lambda server: list(server.uris))
    switch_writing_on(app, "phone")
    buttons: list[dict[str, str]] = [
        {"try": "connection"},
        {"test": "1", "name": "Other"},
    ]
    for changes in buttons:
        number = a_refused_sign_in(app)
        admin.post(MAIN, **{**form_of(admin, MAIN), "write": "1", **changes})
        assert is_due(app, number), changes

    number = a_refused_sign_in(app)
    company.refuse_credentials()
    admin.post(MAIN, **{**form_of(admin, MAIN), "write": "1", "try": "connection"})
    assert not is_due(app, number)
    company.refuse_credentials(refuse=False)
    admin.post(TEST, people="ada", attributes="telephoneNumber")
    assert is_due(app, number)


def test_removing_a_directory_says_what_has_not_reached_it(admin: Browser, app: Flask) -> None:
    with app.app_context(), transaction():
        for group in db.session.scalars(select(Group)):
            group.directory_id = None
    admin.get(f"{MAIN}/remove")
    assert "has not reached it" not in admin.text
    a_message(app, "ada", "phone", "+49 30 7", OutboxState.CONFLICT)

    admin.get(f"{MAIN}/remove")

    assert "1 value that somebody entered has not reached it." in admin.text
