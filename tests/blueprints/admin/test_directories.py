"""Directories in the browser, without a script: set up, tried, put in order, taken away."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.audit.events import events_about
from lupweb.database import db, transaction
from lupweb.directories.connect import password_of
from lupweb.directories.models import Directory
from lupweb.directories.service import get_directory
from lupweb.runs.models import Run
from tests.blueprints.admin.filling import form_of
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import READER, READER_PASSWORD, SECRET_KEY, SUFFIX, an_entry
from tests.fakes import FakeDirectory

MAIN = "/admin/directories/main"
NEW = {
    "name": "Porto", "uri": "ldap://127.0.0.1:1389", "tls": "none", "bind_dn": READER,
    "bind_password": "porto's secret", "base_dn": SUFFIX, "user_filter": "(uid=*)",
    "login_attribute": "uid", "kind": "openldap", "role": "connector", "enabled": "1",
}  # fmt: skip
WRONG = [
    ({"name": ""}, "name", "Give it a name."),
    ({"uri": ""}, "uri", "Write the address of the server"),
    ({"uri": "ldapi:///"}, "uri", "ldap"),
    ({"uri": "file:///etc/passwd"}, "uri", "ldap"),
    ({"uri": "ldap://ldap.example.com"}, "uri", "clear"),
    ({"tls": "maybe"}, "tls", "Choose how the connection is protected"),
    ({"kind": "novell"}, "kind", "Choose what server it is"),
    ({"bind_dn": ""}, "bind_dn", "Name the account that reads"),
    ({"bind_password": ""}, "bind_password", "Type the password"),
    ({"bind_password": "with\0nul"}, "bind_password", ""),
    ({"base_dn": "no dn"}, "base_dn", ""),
    ({"user_filter": "(uid=*"}, "user_filter", ""),
    ({"person_filter": "uid=*)"}, "person_filter", ""),
    ({"login_attribute": "userPassword"}, "login_attribute", ""),
    ({"ca_file": "ca.pem"}, "ca_file", "Write the whole path"),
    ({"ca_file": "/nowhere/ca.pem"}, "ca_file", "cannot be used"),
    ({"last_sync_date": "yesterday"}, "last_sync_date", "is no date"),
    ({"timestamp_pattern": "QQQ"}, "timestamp_pattern", "time pattern"),
    ({"most_missing": "0"}, "most_missing", "A whole number from 1"),
    ({"most_missing_percent": "many"}, "most_missing_percent", "from 0 to 100"),
    ({"most_missing_percent": "101"}, "most_missing_percent", "from 0 to 100"),
    ({"role": "alternative", "write": "1"}, "write", "only read, never written"),
    ({"disabled_attribute": "employeeType"}, "disabled_value", "Write the value of employeeType"),
    ({"disabled_value": "left"}, "disabled_attribute", "Name the attribute"),
    ({"disabled_attribute": "userPassword", "disabled_value": "x"}, "disabled_attribute", ""),
    ({"key": "MAIN"}, "key", "is taken"),
    ({"key": "no key"}, "key", "cannot be a key"),
]


def add(admin: Browser, **changes: Any) -> int:
    admin.get("/admin/directories/new?kind=openldap")
    admin.post("/admin/directories/new", **{**NEW, **changes})
    return admin.response.status_code


def send(admin: Browser, **changes: Any) -> int:
    admin.post(MAIN, **{**form_of(admin, MAIN), **changes})
    return admin.response.status_code


def order(admin: Browser) -> list[str]:
    admin.get("/admin/directories")
    return [each.get_text(strip=True) for each in admin.page.select("section.panel h2 a")]


@pytest.fixture
def everything_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is somebody at each address."""
    monkeypatch.setattr("lupweb.directories.probe.answering", lambda server: list(server.uris))


def test_a_directory_is_added_and_its_password_is_shown_nowhere(admin: Browser, app: Flask) -> None:
    status = add(admin)
    page = str(admin.get("/admin/directories/porto"))

    assert status == 303
    assert order(admin) == ["Main LDAP", "Porto"]
    assert "porto's secret" not in page + str(admin.page)
    assert "porto&#39;s secret" not in page
    with app.app_context():
        kinds = [each.kind for each in events_about("porto")]
        assert "secret" not in str([each.changes for each in events_about("porto")])
    assert kinds == ["directory.added"]


def test_b21_b81_b104_what_cannot_be_is_refused_beside_its_input(
    admin: Browser, app: Flask
) -> None:
    let_through = []
    for changes, name, said in WRONG:
        status = add(admin, **{"base_dn": "dc=typed,dc=com", **changes})
        error = admin.page.select_one(f"#f-{name}-error") or admin.page.select_one(".note--bad")
        keeps = "base_dn" in changes or admin.page.select_one("#f-base_dn[value='dc=typed,dc=com']")
        if status != 422 or not error or said not in error.get_text() or not keeps:
            let_through.append((changes, status))

    assert let_through == []
    with app.app_context():
        assert len(db.session.scalars(select(Directory)).all()) == 1


def test_an_empty_password_keeps_the_stored_one(admin: Browser, app: Flask) -> None:
    before = stored_password(app)

    assert send(admin, name="Hamburg") == 303
    assert stored_password(app) == before == READER_PASSWORD
    assert order(admin) == ["Hamburg"]


def test_the_stored_password_is_sent_to_no_other_server(admin: Browser) -> None:
    elsewhere = {"uri": "ldap://127.0.0.1:9999"}

    for button in ({"try": "connection"}, {"try": "filter"}, {}):
        assert send(admin, **elsewhere, **button) == 422
        assert "Type the password too" in admin.text
    assert send(admin, **elsewhere, bind_password=READER_PASSWORD) == 303


def test_a_form_that_somebody_overtook_is_not_stored(admin: Browser, app: Flask) -> None:
    sent = form_of(admin, MAIN)
    with app.app_context(), transaction():
        get_directory("main").name = "Changed meanwhile"

    admin.post(MAIN, **sent)

    assert admin.response.status_code == 422
    assert "Somebody changed this while the form was open" in admin.text


def test_what_stands_in_the_form_is_tested_and_nothing_is_stored(
    admin: Browser, everything_answers: None, app: Flask
) -> None:
    status = send(admin, additional_user_dn="ou=nobody", **{"try": "connection"})
    steps = [each.get_text(" ", strip=True) for each in admin.page.select(".step--flat")]

    assert status == 200
    assert steps[2].startswith("Passed: Sign in")
    assert steps[3].startswith("Problem: Find the base")
    assert all(step.startswith("Not done:") for step in steps[4:])
    assert "Check base_dn and additional_user_dn" in admin.text
    assert admin.page.select_one("#f-additional_user_dn[value='ou=nobody']")
    with app.app_context():
        assert get_directory("main").additional_user_dn == "ou=people"


def test_saving_and_testing_is_one_button(admin: Browser, everything_answers: None) -> None:
    send(admin, name="Hamburg", test="1")

    assert "“Hamburg” was saved." in admin.text
    assert "Connection test passed" in admin.text


def test_a_password_typed_for_a_trial_is_not_given_back(
    admin: Browser, everything_answers: None
) -> None:
    send(admin, bind_password="a wrong one", **{"try": "connection"})

    assert "The server does not accept the bind DN and its password." in admin.text
    assert "was not kept" in admin.text
    assert "a wrong one" not in str(admin.page)


def test_b80_b82_a_filter_shows_whom_it_reads_before_it_is_saved(
    admin: Browser, company: FakeDirectory, app: Flask
) -> None:
    an_entry(company, "new", "Nina New")

    send(admin, user_filter="(|(uid=new)(uid=ada))", **{"try": "filter"})
    numbers = [each.get_text() for each in admin.page.select(".stat b")]

    assert numbers == ["2", "1", "2"]
    assert "Nina New" in admin.text
    assert "Ben Özgür" in admin.text
    with app.app_context():
        assert get_directory("main").user_filter == "(objectClass=inetOrgPerson)"


def test_a_directory_that_is_down_says_so_where_the_filter_was_tried(
    admin: Browser, company: FakeDirectory
) -> None:
    company.go_down()

    assert send(admin, **{"try": "filter"}) == 200
    assert admin.page.select_one("#trial .note--bad")


def test_emptying_the_last_sync_date_asks_for_everything(admin: Browser, app: Flask) -> None:
    with app.app_context(), transaction():
        get_directory("main").last_sync_date = "21-11-2026 14:15:02"
    assert form_of(admin, MAIN)["last_sync_date"] == "21-11-2026 14:15:02"

    send(admin, last_sync_date="")

    with app.app_context():
        run = db.session.scalars(select(Run).order_by(Run.id.desc())).first()
        assert run
        assert (run.mode, str(run.state)) == ("full", "queued")
        assert run.reason == "the last sync date was emptied"


def test_b83_a_pattern_that_real_stamps_prove_wrong_is_not_saved(
    admin: Browser, app: Flask
) -> None:
    status = send(admin, timestamp_pattern="yyyy-MM-dd HH:mm:ss")

    assert status == 422
    assert admin.page.select_one("#f-timestamp_pattern-error")
    with app.app_context():
        assert get_directory("main").timestamp_pattern == ""


def test_a_date_that_is_entered_is_kept_for_the_next_run(admin: Browser, app: Flask) -> None:
    send(admin, last_sync_date="23-05-2016; 15:30:00")

    with app.app_context():
        assert get_directory("main").last_sync_date == "23-05-2016 15:30:00"


def test_the_list_needs_as_many_queries_for_ten_directories_as_for_one(
    admin: Browser, app: Flask
) -> None:
    counts = []
    for number in (1, 10):
        for each in range(number):
            with app.app_context(), transaction():
                if not db.session.scalar(select(Directory).where(Directory.key == f"d{each}")):
                    db.session.add(
                        Directory(key=f"d{each}", name=f"D{each}", uris=["ldaps://x"], tls="ldaps",
                                  base_dn=SUFFIX, position=each + 2)
                    )  # fmt: skip
        admin.get("/admin/directories")  # what is read once for each change of the set-up
        with counted_queries() as sent:
            admin.get("/admin/directories")
        counts.append(len(sent))

    assert counts[0] == counts[1]


def stored_password(app: Flask) -> str:
    with app.app_context():
        return password_of(get_directory("main"), SECRET_KEY)


def test_the_chain_rule_is_tried_before_it_is_saved(admin: Browser, app: Flask) -> None:
    status = send(admin, nested_groups="chain")

    assert status == 422
    assert "chain" in admin.page.select_one("#f-nested_groups-error").text
    with app.app_context():
        assert get_directory("main").nested_groups == "expand"


def test_nested_groups_may_be_left_out_and_nothing_else_is_taken(
    admin: Browser, app: Flask
) -> None:
    assert send(admin, nested_groups="all") == 422
    send(admin, nested_groups="off")

    with app.app_context():
        assert get_directory("main").nested_groups == "off"
