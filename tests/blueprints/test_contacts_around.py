"""Around my contacts: searching, writing to all, files, who was looked at, read-only mode."""

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from urllib.parse import unquote

import pytest
import vobject
from flask import Flask

from lupweb import clock
from lupweb.accounts.models import User
from lupweb.contacts.models import Contact, RecentView
from lupweb.database import db, transaction
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.people.models import Person
from tests.blueprints.test_contacts import starred
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import a_local_person


@pytest.fixture
def ada(as_person: Callable[[str], Browser]) -> Browser:
    """Ada, with her contacts open; she has none."""
    browser = as_person("ada")
    browser.get("/contacts")
    return browser


def account_of(login: str) -> int:
    return db.session.scalars(db.select(User.id).join(Person).where(Person.login == login)).one()


def test_b91_contacts_are_searched_by_what_people_see_and_by_ones_own_notes(ada: Browser) -> None:
    ada.post("/contacts/people/ben", note="Weiß alles über Böen")
    ada.get("/contacts")
    ada.post("/contacts/star", star="cem")

    for words, found in (
        ("engineer", ["Ben Özgür"]), ("BOEN", ["Ben Özgür"]), ("gross", ["Cem Groß"]),
        ("sam", []), ("%", []), ("NEAR( '\"*\\_", []), ("x" * 10_000, []), ("ZQX-SECRET-7", []),
        ("a\0b", []),
    ):  # fmt: skip
        ada.get("/contacts", q=words)
        assert ada.response.status_code == 200
        assert starred(ada) == found, words


def test_a_group_that_is_not_there_is_not_found(ada: Browser) -> None:
    for asked in ("group=-1", "group=abc", "group=99999999999", "group=7"):
        for path in ("/contacts", "/contacts/export.vcf"):
            assert ada.client.get(f"{path}?{asked}").status_code == 404, asked


def test_all_of_a_group_are_written_to_and_taken_along(ada: Browser) -> None:
    for login in ("ben", "cem", "sam"):
        ada.get("/contacts")
        ada.post(f"/contacts/people/{login}", note="", new_group="Crew")

    link = ada.get("/contacts").select_one("a[href^='mailto:'].btn")["href"]
    assert unquote(link) == "mailto:cem@example.com,ben@example.com,sam@example.com"
    answer = ada.client.get("/contacts/export.vcf?group=1")
    cards = list(vobject.readComponents(answer.get_data(as_text=True)))
    assert [card.fn.value for card in cards] == ["Cem Groß", "Ben Özgür", "Sam Safe"]
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=contacts-")
    links = [each["href"] for each in ada.get("/contacts").select("section .menu__pop a")]
    assert links == [f"/contacts/export.{form}?group=1" for form in ("vcf", "xlsx", "csv")]
    rows = list(csv.DictReader(ada.client.get(links[2]).get_data(as_text=True).splitlines()))
    assert [row["Name"] for row in rows] == ["Cem Groß", "Ben Özgür", "Sam Safe"]
    assert ada.client.get("/contacts/export.json").status_code == 404


def test_who_was_found_is_taken_along_and_nobody_else(ada: Browser) -> None:
    for login, note in (("ben", "Plays the cello"), ("cem", ""), ("sam", "cello teacher")):
        ada.get("/contacts")
        ada.post(f"/contacts/people/{login}", note=note, new_group="Crew" if login == "ben" else "")

    page = ada.get("/contacts", q="cello")
    links = [each["href"] for each in page.select("section .menu__pop a")]
    cards = vobject.readComponents(ada.client.get(links[0]).get_data(as_text=True))
    of_group = ada.client.get("/contacts/export.csv?q=cello&group=1").get_data(as_text=True)
    nobody = ada.client.get("/contacts/export.csv?q=ZQX-SECRET-7").get_data(as_text=True)

    assert links[0] == "/contacts/export.vcf?q=cello"
    assert page.select_one(".page__head a[download]")["href"] == links[0]
    assert [card.fn.value for card in cards] == ["Ben Özgür", "Sam Safe"]
    assert [row["Name"] for row in csv.DictReader(of_group.splitlines())] == ["Ben Özgür"]
    assert list(csv.DictReader(nobody.splitlines())) == []


def test_a_slip_is_no_loss_for_a_month(ada: Browser, app: Flask) -> None:
    ada.post("/contacts/people/ben", note="Likes tea", new_group="Tea")
    ada.get("/contacts")
    ada.post("/contacts/star", unstar="ben")
    assert starred(ada) == []
    ada.get("/contacts")
    ada.post("/contacts/star", star="ben")
    assert "Likes tea" in ada.get("/contacts").get_text()
    ada.post("/contacts/star", unstar="ben")
    then = clock.now() - timedelta(days=31)
    with app.app_context(), transaction():
        db.session.scalars(db.select(Contact)).one().removed_at = then

    ada.get("/contacts")
    ada.post("/contacts/star", unstar="cem")

    with app.app_context():
        assert db.session.scalars(db.select(Contact)).all() == []


def test_without_contacts_the_page_says_what_to_do(ada: Browser) -> None:
    ada.get("/contacts")

    assert "No contacts yet" in ada.text
    assert ada.page.select_one("a.btn--primary")["href"] == "/people"


def test_the_contacts_have_a_constant_number_of_queries(app: Flask, ada: Browser) -> None:
    counts = []
    for number in (3, 40):
        with app.app_context():
            ids = [
                a_local_person(f"x{number}-{each}", f"Xen Number{each}") for each in range(number)
            ]
            with transaction():
                owner = account_of("ada")
                db.session.add_all(Contact(user_id=owner, person_id=id_) for id_ in ids)
        ada.get("/contacts")
        with counted_queries() as sent:
            ada.get("/contacts")
        counts.append(len(sent))
    assert len(starred(ada)) == 12
    assert len(ada.get("/contacts", group="0").select(".plist li")) == 43
    with counted_queries() as searching:
        ada.get("/contacts", q="xen")

    assert counts[0] == counts[1] <= 16
    assert len(searching) <= 22


def test_profiles_that_are_opened_stand_in_the_list_the_last_first(ada: Browser) -> None:
    def looked_at() -> list[str]:
        return [each.get_text() for each in ada.get("/contacts").select("aside .chain .who a")]

    for path in ("/people/ben", "/people/cem", "/people/ada", "/people/nobody", "/people/sam"):
        ada.get(path)
    ada.client.head("/people/ada")
    assert looked_at() == ["Sam Safe", "Cem Groß", "Ben Özgür"]
    ada.post("/contacts/recent", act="clear")
    assert looked_at() == []
    ada.post("/contacts/recent", act="stop")
    ada.get("/people/ben")
    assert looked_at() == []
    assert "is not kept" in ada.text
    ada.post("/contacts/recent", act="keep")
    ada.get("/people/ben")

    assert looked_at() == ["Ben Özgür"]


def test_only_the_last_twenty_are_kept_and_a_second_look_writes_nothing(
    app: Flask, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with app.app_context():
        ids = [a_local_person(f"x{number}") for number in range(22)]
        with transaction():
            owner = account_of("ada")
            db.session.add_all(
                RecentView(user_id=owner, person_id=id_, seen_at=now + timedelta(seconds=place))
                for place, id_ in enumerate(ids[:20])
            )
    for place, id_ in enumerate(ids[20:], start=20):
        monkeypatch.setattr(clock, "now", lambda place=place: now + timedelta(seconds=place))
        ada.get(f"/people/id:{id_}")
    with counted_queries() as sent:
        ada.get(f"/people/id:{ids[-1]}")

    assert [each for each in sent if each.split()[0] not in {"SELECT", "WITH"}] == []
    with app.app_context():
        kept = db.session.scalars(db.select(RecentView.person_id)).all()
    assert sorted(kept) == ids[2:]


def test_a_profile_does_not_wait_for_another_writer(app: Flask, ada: Browser) -> None:
    with app.app_context():
        file = db.engine.url.database
    with closing(sqlite3.connect(str(file), isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        ada.get("/people/ben")
        another.execute("ROLLBACK")
    assert ada.response.status_code == 200
    assert ada.get("/contacts").select("aside .chain a") == []

    ada.get("/people/ben")

    assert len(ada.get("/contacts").select("aside .chain a")) == 1


def test_b110_in_read_only_mode_nothing_is_changed(app: Flask, ada: Browser) -> None:
    with app.app_context(), transaction():
        set_option(READ_ONLY, True)
    for path, form in (
        ("/contacts/star", {"star": "ben"}), ("/contacts/people/ben", {"note": "x"}),
        ("/contacts/groups/new", {"name": "x"}), ("/contacts/recent", {"act": "stop"}),
        ("/contacts/anniversaries", {"act": "make"}),
    ):  # fmt: skip
        ada.get("/contacts")
        ada.post(path, **form)
        assert ada.response.status_code == 403, path
    ada.get("/people/ben")

    page = ada.get("/contacts")
    assert starred(ada) == []
    assert page.select("aside .chain a") == []
