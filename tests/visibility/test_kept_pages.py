"""Whole pages are kept from viewer to viewer: nobody is sent another's, and none is out of date."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from lupweb import clock
from lupweb.app import create_app
from lupweb.config import Settings
from lupweb.contacts.models import Contact
from lupweb.database import db, transaction
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.models import Membership, Person
from lupweb.search.queries import people_page
from lupweb.web import people_view
from lupweb.web.ready_pages import around
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import an_approved_run, an_entry
from tests.fakes import FakeDirectory

Signs = Callable[[str], Browser]


def names(browser: Browser, **asked: str) -> list[str]:
    browser.get("/people", **asked)
    return [each.get_text(strip=True) for each in browser.page.select(".pcard h3")]


def test_b34_whom_one_finds_by_what_one_alone_may_read_nobody_else_finds(as_person: Signs) -> None:
    browsers = {login: as_person(login) for login in ("ben", "cem", "sam")}
    found = {"ben": ["Ben Özgür"], "cem": [], "sam": ["Ben Özgür"]}

    for asked in ({"q": CANARY}, {"filter": CANARY}):
        for order in (("ben", "cem", "sam"), ("cem", "ben", "sam")):
            assert {who: names(browsers[who], **asked) for who in order} == found


def test_a_page_is_made_once_for_all_who_see_the_same_of_it(
    as_person: Signs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counting(*asked: object) -> object:
        made.append("a page")
        return people_page(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(people_view, "people_page", counting)
    ada, cem = as_person("ada"), as_person("cem")
    pages = [names(each) for each in (ada, cem, ada)]

    assert pages[0] == pages[1] == pages[2] != []
    assert (
        len(made) <= 2
    )  # once for both, and once for who stands on it: all of them see themselves
    with counted_queries() as sent:
        ada.get("/people")
    assert len(sent) == 2, sent


def test_a_search_is_made_once_for_all_whose_own_values_it_does_not_meet(
    as_person: Signs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counting(*asked: object) -> object:
        made.append("a page")
        return people_page(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(people_view, "people_page", counting)
    ben, cem = as_person("ben"), as_person("cem")
    others = [names(each, q="sam") for each in (ben, cem)]
    assert others[0] == others[1] != []
    assert len(made) == 1

    made.clear()
    # a beginning: the whole word is asked for above, in a copy of the same database
    own = [names(each, q=CANARY[:-1]) for each in (cem, ben)]
    assert own == [[], ["Ben Özgür"]]
    assert len(made) == 2


@pytest.mark.parametrize("view", ["cards", "list", "gallery", "table"])
def test_what_another_process_changed_is_on_the_next_page(
    settings: Settings, company: FakeDirectory, as_person: Signs, view: str
) -> None:
    sam = as_person("sam")
    for _time in range(2):
        sam.get("/people", view=view)
        assert "Cem Groß" in sam.text

    other = create_app(settings, connect=company.connect)
    with other.app_context():
        with transaction():
            db.session.execute(
                update(Person).where(Person.login == "cem").values(name="Cem Another")
            )
        db.engine.dispose()
    sam.get("/people", view=view)

    assert "Cem Another" in sam.text
    assert "Cem Groß" not in sam.text


def test_who_leaves_a_group_in_another_process_sees_its_values_no_more(
    settings: Settings, company: FakeDirectory, as_person: Signs
) -> None:
    sam = as_person("sam")
    assert names(sam, q=CANARY) == ["Ben Özgür"]

    other = create_app(settings, connect=company.connect)
    with other.app_context():
        with transaction():
            db.session.execute(delete(Membership))
        db.engine.dispose()

    assert names(sam, q=CANARY) == []


def test_a_star_that_is_given_in_another_browser_is_there_at_the_next_page(
    app: Flask, as_person: Signs
) -> None:
    sam = as_person("sam")
    assert not sam.get("/people").select("button.star[aria-pressed=true]")
    star = sam.page.select_one("button.star[aria-label^='Ben']")
    assert star

    as_person("sam").post("/contacts/star", star=str(star["value"]))
    again = as_person("sam")
    again.get("/people")
    again.post("/contacts/star", star=str(star["value"]))

    assert len(sam.get("/people").select("button.star[aria-pressed=true]")) == 1
    with app.app_context(), transaction():
        db.session.execute(delete(Contact))
    assert not sam.get("/people").select("button.star[aria-pressed=true]")


def test_what_stands_around_a_kept_page_is_of_now(
    app: Flask, as_person: Signs, as_admin: Callable[[], Browser]
) -> None:
    sam, admin = as_person("sam"), as_admin()
    for is_on in (False, True, False):
        with app.app_context(), transaction():
            set_option(READ_ONLY, is_on)
        for browser in (sam, admin):
            browser.get("/people")

            assert ("read-only mode" in browser.text) is is_on
            assert bool(browser.page.select('a[href="/admin"]')) is (browser is admin)


def test_tomorrow_is_another_day_for_filters_of_days(
    app: Flask, company: FakeDirectory, as_person: Signs, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = datetime.combine(clock.now().date(), time(23, 30), clock.now().tzinfo)
    monkeypatch.setattr(clock, "now", lambda: late)
    an_entry(company, "new", "Nora New")
    with app.app_context():
        an_approved_run(company)
    sam = as_person("sam")
    assert names(sam, filter="added:today") == ["Nora New"]

    monkeypatch.setattr(clock, "now", lambda: late + timedelta(hours=1))

    assert names(sam, filter="added:today") == []


def test_what_is_said_once_is_not_kept(as_person: Signs) -> None:
    sam, cem = as_person("sam"), as_person("cem")
    said = "People open like this from now on."
    for browser in (sam, cem, sam):
        browser.get("/people")
    sam.post("/lists/look", state="view=list")

    found = [each.get("/people") and said in each.text for each in (cem, sam, sam, cem)]

    assert found == [False, True, False, False]
    assert sam.page.select(".plist")
    assert not cem.page.select(".plist")


def test_what_stands_around_the_parts_of_a_page_is_all_the_rest_of_it() -> None:
    page = b"<html><title>People - Site</title>People <main>head People</main> result, end"
    parts = [b"People", b"head People", b"result"]

    shell = around(page, parts)

    assert shell == [b"<html><title>", b" - Site</title>People <main>", b"</main> ", b", end"]
    assert around(page, [b"People", b"result", b"head"]) is None
