"""The administration of people: everybody, by state, each with the reason."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.options.registry import LICENCE_GROUP
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from tests.blueprints.conftest import ADMIN_PASSWORD, CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_local_person, a_run, an_approved_run, an_entry
from tests.fakes import FakeDirectory

PEOPLE = "/admin/people"
SignedIn = Callable[..., Browser]


@pytest.fixture
def states(company: FakeDirectory, app: Flask) -> FakeDirectory:
    """Cem is gone, Ben is disabled, Lou is local, only Sam has a licence."""
    company.delete("cem")
    company.set("ben", "shadowExpire", [b"1"])
    with app.app_context():
        a_run(company)
        a_local_person("lou", "Lou Local")
        with transaction():
            set_option(LICENCE_GROUP, "safety")
    return company


def number_of(app: Flask, login: str) -> int:
    with app.app_context():
        return get_person(login).id


def lines(browser: Browser) -> dict[str, str]:
    return {
        str(line.select_one("a").get_text()): " ".join(line.get_text(" ").split())
        for line in browser.page.select(".plist > li")
    }


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", ["Ada Lovelace", "Ben Özgür", "Cem Groß", "Lou Local", "Sam Safe"]),
        ("active", ["Ada Lovelace", "Lou Local", "Sam Safe"]),
        ("missing", ["Cem Groß"]),
        ("disabled", ["Ben Özgür"]),
        ("local", ["Lou Local"]),
        ("unlicensed", ["Ada Lovelace", "Lou Local"]),
        ("nonsense", ["Ada Lovelace", "Ben Özgür", "Cem Groß", "Lou Local", "Sam Safe"]),
    ],
)
def test_people_are_narrowed_by_state_and_the_counts_are_those_of_the_lists(
    states: FakeDirectory, as_admin: SignedIn, state: str, names: list[str]
) -> None:
    browser = as_admin()
    browser.get(PEOPLE, state=state)

    assert sorted(lines(browser)) == names
    current = browser.page.select_one(".saved [aria-current]")
    assert current is not None
    assert current.get_text().split()[-1] == str(len(names))


def test_every_line_says_why_since_when_and_in_which_run(
    states: FakeDirectory, as_admin: SignedIn
) -> None:
    browser = as_admin()
    browser.get(PEOPLE)
    said = lines(browser)

    assert re.search(r"Main LDAP holds the entry\. Since .+, run 1\.", said["Ada Lovelace"])
    assert "No longer found in Main LDAP." in said["Cem Groß"]
    assert "run 2." in said["Cem Groß"]
    assert "switched off (shadowExpire). Since just now, run 2." in said["Ben Özgür"]
    assert "no directory holds an entry" in said["Lou Local"]
    assert "Not in the licence group “Safety”. The policy shows" in said["Lou Local"]


def test_people_who_are_gone_are_found_by_words(states: FakeDirectory, as_admin: SignedIn) -> None:
    browser = as_admin()
    browser.get(PEOPLE, q="gross")
    assert list(lines(browser)) == ["Cem Groß"]

    browser.get(PEOPLE, q="zzzzzz")
    assert "Nobody is in this state and is found" in browser.text
    browser.get(PEOPLE, q=CANARY)
    assert "Ben" not in browser.page.get_text().replace("Search", "")


def test_the_list_takes_a_constant_number_of_queries(
    states: FakeDirectory, as_admin: SignedIn, app: Flask
) -> None:
    browser = as_admin()
    browser.get(PEOPLE)
    counts = []
    for more in (0, 60):
        for number in range(more):
            an_entry(states, f"more{number}")
        if more:
            with app.app_context():
                an_approved_run(states)
        for asked in ({}, {"q": "more"}):
            with counted_queries() as sent:
                browser.get(PEOPLE, **asked)
            counts.append(len(sent))

    assert counts[:2] == counts[2:] or counts[2] <= counts[0] + 1
    assert max(counts) <= 26
    assert "Next" in browser.text
    browser.get(PEOPLE, page="2")
    assert len(lines(browser)) == 15


def test_the_page_of_a_person_says_where_everything_comes_from(
    states: FakeDirectory, as_admin: SignedIn, app: Flask
) -> None:
    browser = as_admin()
    number = number_of(app, "sam")
    with counted_queries() as sent:
        browser.get(f"{PEOPLE}/id:{number}")

    text = browser.text
    assert "uid=sam,ou=people,dc=example,dc=com supplies the values" in text
    assert "Safety From Main LDAP." in text
    assert "Last sign-in Never." in text
    assert len(sent) <= 24


def test_no_value_of_a_profile_stands_on_the_pages(
    states: FakeDirectory, as_admin: SignedIn, app: Flask
) -> None:
    browser = as_admin()
    for path in (PEOPLE, f"{PEOPLE}/id:{number_of(app, 'ben')}"):
        browser.get(path)
        assert CANARY not in browser.response.get_data(as_text=True)


def test_switching_a_sign_in_off_ends_the_sessions_and_keeps_the_person_out(
    company: FakeDirectory, as_admin: SignedIn, as_person: SignedIn, app: Flask
) -> None:
    ada, admin = as_person("ada"), as_admin()
    page = f"{PEOPLE}/id:{number_of(app, 'ada')}"
    admin.get(page)
    assert "in 1 browser" in admin.text

    admin.post(f"{page}/sign-in", signs_in="0")

    assert admin.response.status_code == 303
    ada.get("/people")
    assert ada.response.status_code == 302
    assert as_person("ada").response.status_code == 401
    admin.get(page)
    assert "An administrator switched the sign-in off. Since just now, by admin." in admin.text
    admin.post(f"{page}/sign-in", signs_in="1")
    assert as_person("ada").response.status_code == 302


def test_a_role_counts_at_the_next_page(
    company: FakeDirectory, as_admin: SignedIn, as_person: SignedIn, app: Flask
) -> None:
    ada, admin = as_person("ada"), as_admin()
    page = f"{PEOPLE}/id:{number_of(app, 'ada')}"
    admin.get(page)

    admin.post(f"{page}/role", role="administrator")
    ada.get(PEOPLE)
    assert ada.response.status_code == 200

    ada.post(f"{page}/role", role="system_administrator")
    assert ada.response.status_code == 403
    admin.get(page)
    assert "Given here, to this person." in admin.text
    admin.post(f"{page}/role", role="employee")
    ada.get(PEOPLE)
    assert ada.response.status_code == 403


def test_b27_the_last_system_administrator_stays_and_the_page_says_so(
    company: FakeDirectory, as_admin: SignedIn, app: Flask
) -> None:
    admin = as_admin()
    admin.get(f"{PEOPLE}/accounts")
    form = admin.page.select_one("main form")
    assert form is not None

    admin.post(str(form["action"]), role="employee")

    assert admin.response.status_code == 422
    assert "Nobody would be" in admin.text
    with app.app_context(), transaction():
        create_admin("second", ADMIN_PASSWORD)
    admin.post(str(form["action"]), role="employee")
    assert admin.response.status_code == 303
    admin.get(PEOPLE)
    assert admin.response.status_code == 403


def test_an_administrator_decides_nothing_about_system_administrators(
    company: FakeDirectory, as_admin: SignedIn, as_person: SignedIn, app: Flask
) -> None:
    admin = as_admin()
    ada, ben = number_of(app, "ada"), number_of(app, "ben")
    admin.get(PEOPLE)
    admin.post(f"{PEOPLE}/id:{ada}/role", role="administrator")
    admin.get(PEOPLE)
    admin.get(f"{PEOPLE}/id:{ben}")
    admin.post(f"{PEOPLE}/id:{ben}/role", role="system_administrator")
    plain = as_person("ada")

    plain.get(f"{PEOPLE}/id:{ben}")
    assert "Only system administrators" in plain.text
    plain.get(f"{PEOPLE}/id:{ada}")
    plain.post(f"{PEOPLE}/id:{ben}/sign-in", signs_in="0")
    assert plain.response.status_code == 403


@pytest.mark.parametrize("path", ["/id:999", "/ada", "/id:99999999999999", "/merge?first=x"])
def test_what_is_not_there_is_not_found(
    company: FakeDirectory, as_admin: SignedIn, path: str
) -> None:
    browser = as_admin()
    browser.get(PEOPLE + path)

    assert browser.response.status_code == 404


@pytest.mark.parametrize("path", ["", "/id:1", "/accounts", "/merge?first=id:1"])
def test_only_administrators_come_in(
    company: FakeDirectory, as_person: SignedIn, path: str
) -> None:
    browser = as_person("ada")
    browser.get(PEOPLE + path)

    assert browser.response.status_code == 403
