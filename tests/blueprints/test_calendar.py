"""Birthdays and anniversaries in pages, and as a calendar at a secret address."""

from collections.abc import Callable
from datetime import UTC, datetime

import icalendar
import pytest
from flask import Flask

from lupweb import clock
from lupweb.accounts.barring import bar
from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import Viewer
from lupweb.activity.models import CalendarFeed
from lupweb.database import db, transaction
from lupweb.directories.service import get_directory
from lupweb.people.models import Membership
from lupweb.people.queries import get_person
from lupweb.people.states import PersonState
from lupweb.profiles.editor import define_category, define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.service import tell_changed, tell_everybody_changed
from lupweb.profiles.writing import Hand, store_values
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import (
    PASSWORD,
    a_connection,
    a_group,
    a_local_person,
    a_profile,
    a_run,
    an_entry,
)
from tests.fakes import FakeDirectory
from tests.keeping import Companies

NOW = datetime(2026, 11, 27, 14, 22, tzinfo=UTC)
VALUES = {
    "ben": {"birthday": "1987-12-29", "since": "2016-12-01"},
    "cem": {"birthday": "--02-29", "since": "2026-12-15"},
    "sam": {"secret": "1990-12-24"},
}
DAY, YEARS = {"anniversary": "day"}, {"anniversary": "years"}


def _make_company(directory: FakeDirectory) -> None:
    for login, name in (("ada", "Ada Lovelace"), ("ben", "Ben Özgür"), ("cem", "Cem Groß")):
        an_entry(directory, login, name)
    an_entry(directory, "sam", "Sam; Safe, ZQ")
    a_group(directory, a_connection(directory), "safety", ["sam"])
    a_profile(restricted={"visible_to": ["safety"]})
    with transaction():
        define_category("own", "About you")
        for key, name, category, options in (
            ("birthday", "Birthday", "own", DAY),
            ("since", "Here", "own", YEARS),
            ("secret", "Name day", "safety", DAY),
            ("plain", "Some day", "own", {}),
        ):
            define_field(key, name, category=category, type_key="date", options=options)
    a_run(directory)
    for login, values in VALUES.items():
        enter(login, plain="2001-12-03", **values)


def enter(login: str, **values: str) -> None:
    """Let a person enter values."""
    with transaction():
        person = get_person(login)
        hand = Hand("user", f"person:{person.id}", clock.now())
        store_values(load_layout(), person, values, hand)


@pytest.fixture
def site(app: Flask, directory: FakeDirectory, companies: Companies) -> Flask:
    """A company whose people have birthdays; one is kept from all but safety officers."""
    companies.again(app, directory, _make_company)
    return app


@pytest.fixture
def sign_in(
    site: Flask, browser: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Browser]:
    """Signs a person in, on the 27 November 2026."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return lambda login: browser().sign_in(login, PASSWORD)


def days(browser: Browser, month: str) -> list[str]:
    """Return the lines of the page of a month."""
    page = browser.get("/contacts/anniversaries", month=month)
    return [
        " | ".join(each.get_text(" ", strip=True) for each in line.select(".who a, .cell > *"))
        for line in page.select(".plist li")
    ]


def star(browser: Browser, *logins: str) -> None:
    for login in logins:
        browser.get("/contacts")
        browser.post("/contacts/star", star=login)


def new_feed(browser: Browser) -> str:
    """Make an address; return its path."""
    browser.get("/contacts/anniversaries")
    page = browser.post("/contacts/anniversaries", act="make")
    address = str(page.select_one("input[readonly]")["value"])
    assert page.select_one(".row > input[readonly]") is None, "squeezed beside a button"
    assert address.startswith("http://localhost/calendar/")
    return address.removeprefix("http://localhost")


def read(site: Flask, path: str) -> list[str]:
    """Return what a program that never signed in reads at an address."""
    answer = site.test_client().get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
    found = icalendar.Calendar.from_ical(answer.data)
    return sorted(str(event["SUMMARY"]) for event in found.events)


def test_everybody_has_a_page_of_each_month_without_the_year_of_a_birthday(
    sign_in: Callable[[str], Browser],
) -> None:
    ada, sam = sign_in("ada"), sign_in("sam")

    assert days(ada, "2026-12") == [
        "Ben Özgür | 10 years (Here 2016) | 1 December",
        "Ben Özgür | Birthday | 29 December",
    ]
    assert b"1987" not in ada.response.data
    assert days(sam, "2026-12")[1] == "Sam; Safe, ZQ | Name day | 24 December"
    assert days(ada, "2027-02") == ["Cem Groß | Birthday | 28 February"]
    assert days(ada, "2027-12")[1] == "Cem Groß | 1 year (Here 2026) | 15 December"


def test_b89_what_is_no_month_and_no_page_is_this_month_and_a_page(
    sign_in: Callable[[str], Browser],
) -> None:
    ada = sign_in("ada")
    for asked in (
        "month=abc", "month=2026-13", "month=1-1", "month=9999-12", "month=", "month=%00",
        "page=-1", "page=1e9", "page=99999999999999999999",
    ):  # fmt: skip
        page = ada.get(f"/contacts/anniversaries?{asked}")
        assert page.select_one("h2").get_text(" ", strip=True) == "November 2026 0", asked


def test_what_comes_up_stands_beside_the_contacts(sign_in: Callable[[str], Browser]) -> None:
    ada, sam = sign_in("ada"), sign_in("sam")
    star(ada, "ben", "cem", "sam")
    star(sam, "sam")

    ada.get("/contacts")
    assert "Ben Özgür 10 years (Here 2016), Tuesday" in ada.text
    assert "Birthday" not in ada.page.select_one("aside .row").get_text()
    assert "Name day" not in ada.text
    assert "1987" not in ada.text
    sam.get("/contacts")
    assert "Sam; Safe, ZQ Name day, 24 December" in sam.text


def test_a_calendar_shows_what_its_owner_may_see_at_that_moment(
    site: Flask, sign_in: Callable[[str], Browser]
) -> None:
    ada, sam = sign_in("ada"), sign_in("sam")
    star(ada, "ben", "sam")
    star(sam, "sam")
    adas, sams = new_feed(ada), new_feed(sam)

    assert read(site, adas) == ["Ben Özgür: Birthday", "Ben Özgür: Here 2016"]
    assert read(site, sams) == ["Sam; Safe, ZQ: Name day"]
    with site.app_context(), transaction():
        sam_id = get_person("sam").id
        db.session.execute(db.delete(Membership).where(Membership.person_id == sam_id))
        tell_everybody_changed()
    with site.app_context(), transaction():
        get_person("ben").state = PersonState.MISSING

    assert read(site, adas) == []


def test_an_address_is_worth_nothing_once_it_was_taken_back_or_made_anew(
    site: Flask, sign_in: Callable[[str], Browser]
) -> None:
    ada = sign_in("ada")
    first = new_feed(ada)
    second = new_feed(ada)
    with site.app_context():
        (kept,) = db.session.scalars(db.select(CalendarFeed.token_hash))
    assert kept not in second
    (button,) = ada.page.select("[data-copy-from]")
    assert ada.page.find(id=button["data-copy-from"])["value"].endswith(second)
    assert ada.get("/contacts/anniversaries").select("input[readonly]") == []
    assert site.test_client().get(first).status_code == 404
    assert read(site, second) == []
    for link in ada.page.select("a.btn[href*=address]"):
        question = ada.get(str(link["href"]))
        assert "finds nothing there from then on" in ada.text
        assert read(site, second) == [], "to ask is not to do it"
    ada.post("/contacts/anniversaries", act=question.select_one("button.btn--bad")["value"])
    ada.get("/contacts/anniversaries/address")
    assert ada.response.status_code == 302, "nothing to ask"

    for path in (second, "/calendar/.ics", "/calendar/x.ics", f"/calendar/{'x' * 5_000}.ics"):
        assert site.test_client().get(path).status_code == 404, path
        assert ada.client.get(path).status_code == 404, path


def test_nobody_reads_the_calendar_of_somebody_who_may_not_sign_in(
    site: Flask, sign_in: Callable[[str], Browser]
) -> None:
    adas, bens = new_feed(sign_in("ada")), new_feed(sign_in("ben"))
    with site.app_context(), transaction():
        get_person("ada").state = PersonState.MISSING
        bar(Viewer(role=Role.SYSTEM_ADMINISTRATOR, account_id=9), get_person("ben").id)

    assert [site.test_client().get(path).status_code for path in (adas, bens)] == [404, 404]


def test_nobody_reads_the_calendar_of_somebody_whose_directory_is_switched_off(
    site: Flask, sign_in: Callable[[str], Browser]
) -> None:
    path = new_feed(sign_in("ada"))
    with site.app_context(), transaction():
        get_directory("main").is_enabled = False

    assert site.test_client().get(path).status_code == 404


def test_b100_no_log_line_holds_the_secret_of_an_address(
    site: Flask, sign_in: Callable[[str], Browser], caplog: pytest.LogCaptureFixture
) -> None:
    path = new_feed(sign_in("ada"))
    with site.app_context(), transaction():
        db.session.execute(db.text("ALTER TABLE contact RENAME TO gone"))
    site.config["PROPAGATE_EXCEPTIONS"] = False
    site.test_client().get(path)

    assert "/calendar/…" in caplog.text
    assert path.split("/")[2].removesuffix(".ics") not in caplog.text


def test_a_month_has_a_constant_number_of_queries(
    site: Flask, sign_in: Callable[[str], Browser]
) -> None:
    ada = sign_in("ada")
    days(ada, "2026-12")
    with counted_queries() as few:
        days(ada, "2026-12")
    with site.app_context():
        ids = [
            a_local_person(
                f"x{number}",
                f"Xen Number{number}",
                birthday=f"19{number + 30}-12-{number % 28 + 1:02}",
            )
            for number in range(60)
        ]
        with transaction():
            tell_changed(ids)
    days(ada, "2026-12")
    with counted_queries() as many:
        shown = days(ada, "2026-12")

    assert len(few) == len(many) <= 14
    assert len(shown) == 50
    ada.get("/contacts/anniversaries", month="2026-12", page=2)
    assert len(ada.page.select(".plist li")) == 12
