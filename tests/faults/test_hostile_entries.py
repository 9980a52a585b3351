"""B68, B69, B71 to B73: odd and broken entries, from a real server to the profile page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from lupweb.accounts.models import User
from lupweb.accounts.passwords import hash_password
from lupweb.accounts.roles import Role
from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.profiles.editor import define_field, fill_from_directory
from lupweb.profiles.sources import Source
from tests.browsing import Browser
from tests.factories import SUFFIX
from tests.faults import changing
from tests.faults.ldif import PEOPLE
from tests.faults.oddities import BROKEN_LOGINS, LDIF, ODD_DNS, ODD_LOGINS, TAKEN, shown
from tests.faults.site import Ran, Site, a_site
from tests.servers.slapd import RunningSlapd, running_slapd

PASSWORD = "an administrator's password"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSlapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd"), LDIF, suffix=SUFFIX) as running:
        yield running


@pytest.fixture(scope="module")
def site(
    server: RunningSlapd, sqlite_with_tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    site = a_site(tmp_path_factory.mktemp("site"), sqlite_with_tables, server.uri)
    with site.inside(), transaction():
        fill_from_directory("website", "audio")
        for key, attribute in (("about", "description"), ("room", "roomNumber")):
            define_field(key, key, category="work", source=Source.LDAP, attribute=attribute)
        db.session.add(
            User(
                local_name="root",
                password_hash=hash_password(PASSWORD),
                role=Role.SYSTEM_ADMINISTRATOR,
            )
        )
    return site


@pytest.fixture(scope="module", autouse=True)
def ran(site: Site) -> Ran:
    """What the first run said, before any test changes the company."""
    return site.sync()


@pytest.fixture(scope="module")
def people(site: Site, ran: Ran) -> dict[str, dict[str, Any]]:
    return site.people()


@pytest.fixture(scope="module")
def browser(site: Site, ran: Ran) -> Browser:
    """An administrator, signed in."""
    browser = Browser(site.app.test_client()).sign_in("root", PASSWORD)
    assert browser.response.status_code == 302
    return browser


def text_of_card(browser: Browser, path: str) -> str:
    page = browser.get(path)
    assert browser.response.status_code == 200, path
    heading = page.select_one("h1")
    assert heading is not None
    return heading.get_text(" ", strip=True)


def test_b68_to_b73_bad_entries_stop_nobody_and_are_listed(ran: Ran) -> None:
    assert ran.verdict == ("partial", 0)
    assert (ran.document["new"], ran.document["failed"]) == (TAKEN, len(BROKEN_LOGINS))
    unnamed = [each["text"] for each in ran.document["errors"] if not each["login"]]
    assert len(unnamed) == len(BROKEN_LOGINS)
    for name in BROKEN_LOGINS:
        assert any(f"cn=broken {name},{PEOPLE}" in text for text in unnamed)
    assert "\x00" not in json.dumps(ran.document)


@pytest.mark.parametrize("login", ODD_DNS)
def test_b68_an_odd_dn_is_a_person_like_any_other(
    browser: Browser, people: dict[str, dict[str, Any]], login: str
) -> None:
    assert people[login]["manager"] == "comma"
    assert text_of_card(browser, f"/people/{login}") == f"Person {login}"


def test_b68_a_dn_is_compared_parsed_and_not_as_text(server: RunningSlapd, site: Site) -> None:
    spelt = [
        "CN = Doe\\2C Jon , OU = People , DC=Example,DC=Com",
        'cn="Doe, Jon",ou=people,dc=example,dc=com',
    ]
    for number, text in enumerate(spelt):
        dn = f"cn=login {number},{PEOPLE}"
        changing.set_values(server, dn, "manager", text.encode())

    site.sync()

    managers = {login: each["manager"] for login, each in site.people().items()}
    for number in range(len(spelt)):
        changing.set_values(server, f"cn=login {number},{PEOPLE}", "manager")
    site.sync()
    assert [managers[ODD_LOGINS[number]] for number in range(len(spelt))] == ["comma"] * len(spelt)


@pytest.mark.parametrize("login", ODD_LOGINS, ids=lambda each: each[:12])
def test_b69_an_odd_login_is_listed_and_its_link_opens_its_profile(
    browser: Browser, people: dict[str, dict[str, Any]], login: str
) -> None:
    assert login in people
    name = shown(login)

    found = browser.get("/people", q=people[login]["email"].partition("@")[0])
    links = [each["href"] for each in found.select("a[href]") if each.get_text(strip=True) == name]

    assert len(set(links)) == 1, links
    assert text_of_card(browser, str(links[0])) == name
    assert text_of_card(browser, f"/people/id:{people[login]['id']}") == name


@pytest.mark.parametrize("login", ["../../etc", "%2e%2e%2e", "..%2f..", "nobody", "id:99999"])
def test_b69_an_address_that_names_nobody_is_404(browser: Browser, login: str) -> None:
    browser.get(f"/people/{quote(login, safe='%/')}")

    assert browser.response.status_code == 404


def test_b71_of_several_values_the_same_one_is_taken_whatever_the_order(
    server: RunningSlapd, site: Site, people: dict[str, dict[str, Any]]
) -> None:
    values = people["several"]["values"]
    assert (values["phone"], values["position"]) == ("+49 1", "Ada")
    for order in ((b"+49 3", b"+49 1", b"+49 2"), (b"+49 1", b"+49 3", b"+49 2")):
        changing.set_values(server, f"uid=several,{PEOPLE}", "telephoneNumber", *order)

        again = site.sync()

        assert (again.document["changed"], again.document["values_changed"]) == (0, 0)
        assert site.people()["several"]["values"] == values


def test_b72_a_value_of_a_language_is_not_taken_for_the_plain_one(
    people: dict[str, dict[str, Any]],
) -> None:
    assert "position" not in people["tagged"]["values"]
    assert people["tagged"]["name"] == "Person tagged"
    assert people["both"]["values"]["position"] == "Engineer"


def test_b72_a_value_of_a_language_is_taken_where_it_is_asked_for(
    server: RunningSlapd, sqlite_with_tables: Path, tmp_path: Path
) -> None:
    site = a_site(tmp_path, sqlite_with_tables, server.uri)
    with site.inside(), transaction():
        fill_from_directory("position", "title;lang-de")

    site.sync()

    found = {login: each["values"].get("position") for login, each in site.people().items()}
    assert (found["tagged"], found["both"], found["cased"]) == ("Ingenieurin", "Ingenieurin", None)


def test_b72_the_case_of_an_attribute_name_does_not_matter(
    server: RunningSlapd,
    sqlite_with_tables: Path,
    tmp_path: Path,
    people: dict[str, dict[str, Any]],
) -> None:
    assert people["cased"]["values"]["position"] == "Engineer"
    site = a_site(tmp_path, sqlite_with_tables, server.uri)
    with site.inside(), transaction():
        fill_from_directory("position", "TITLE")
        fill_from_directory("phone", "telephonenumber")
    site.change(login_attribute="UID", name_attribute="DISPLAYNAME")

    site.sync()

    assert site.people()["cased"]["values"] == people["cased"]["values"]


@pytest.mark.parametrize(
    ("login", "field", "why"),
    [
        ("bytes", "website", "not UTF-8"),
        ("huge", "about", "too long"),
        ("nul", "room", "zero byte"),
    ],
)
def test_b73_a_value_that_is_no_text_is_listed_and_the_person_comes_without_it(
    ran: Ran, people: dict[str, dict[str, Any]], browser: Browser, login: str, field: str, why: str
) -> None:
    listed = [each for each in ran.document["errors"] if each["login"] == login]

    assert [each["field"] for each in listed] == [field]
    assert why in listed[0]["text"]
    assert people[login]["values"]["position"] == "Engineer"
    assert field not in people[login]["values"]
    assert text_of_card(browser, f"/people/{login}") == f"Person {login}"


def test_b73_a_name_or_address_that_cannot_be_read_is_listed_and_the_stored_one_stays(
    ran: Ran, server: RunningSlapd, site: Site, people: dict[str, dict[str, Any]]
) -> None:
    listed = {each["field"] for each in ran.document["errors"] if each["login"] == "unnamed"}
    assert listed == {"displayName", "mail"}
    assert (people["unnamed"]["name"], people["unnamed"]["email"]) == ("unnamed", "")
    dn = f"uid=cased,{PEOPLE}"
    changing.set_values(server, dn, "displayName", b"x" * 513)
    changing.set_values(server, dn, "mail", b"x" * 513)

    again = site.sync()

    changing.set_values(server, dn, "displayName", b"Person cased")
    changing.set_values(server, dn, "mail", b"cased@example.com")
    assert (again.document["changed"], site.people()["cased"]) == (0, people["cased"])


def test_b73_of_ten_thousand_values_one_is_taken(
    people: dict[str, dict[str, Any]], browser: Browser
) -> None:
    assert people["many"]["values"]["location"] == "Place 00000"
    assert text_of_card(browser, "/people/many") == "Person many"
    assert "Place 00001" not in browser.text


def test_i2_i6_reading_odd_entries_again_changes_nothing(site: Site, ran: Ran) -> None:
    again = site.sync()

    assert again.verdict == ("partial", 0)
    assert (again.document["unchanged"], again.document["failed"]) == (TAKEN, len(BROKEN_LOGINS))
    assert (again.document["changed"], again.document["values_changed"]) == (0, 0)
    with site.inside():
        assert db.session.scalar(select(func.count(Person.id))) == TAKEN
