"""The head of a profile and the card: fields that administrators chose, and times."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.options.registry import (
    CARD_EXTRA,
    CARD_PLACE,
    CARD_PRONOUNS,
    CARD_SUBLINE,
)
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.cards import cards
from lupweb.profiles.models import ProfileField
from lupweb.profiles.readers import COLLEAGUE
from lupweb.web.layouts import page_layout
from tests.blueprints.conftest import NOW
from tests.browsing import Browser
from tests.databases import counted_queries
from tests.factories import SUFFIX, a_run, an_approved_run, an_entry
from tests.fakes import FakeDirectory


def head(browser: Browser, login: str = "dana") -> str:
    browser.get(f"/people/{login}")
    return " ".join(browser.page.select_one(".hero__who").get_text(" ").split())


def test_the_head_shows_what_was_chosen_for_it(
    dana: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    shown = head(as_person("cem"))

    assert shown.startswith("Dana van Dyk Pronouns: she/her Engineer")
    assert "Department: R&D , Firmware" in shown
    assert "Place: Porto , 3.14" in shown
    assert "14:22 there, 1 hour behind you" in shown


def test_the_owner_reads_the_own_time_and_no_ways_to_reach_oneself(
    dana: FakeDirectory, as_person: Callable[[str], Browser]
) -> None:
    own = as_person("dana")

    assert "14:22 your time" in head(own)
    main = [each.get_text(strip=True) for each in own.page.select(".hero a.btn--primary")]
    assert main == ["Edit profile"]


@pytest.mark.parametrize("zone", ["Atlantis/Capital", "../../etc/passwd", "<b>UTC</b>"])
def test_a_time_zone_that_is_none_shows_nothing(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser], zone: str
) -> None:
    dana.set("dana", "preferredLanguage", [zone.encode()])
    with app.app_context():
        a_run(dana)

    assert "Local time" not in head(as_person("cem"))


def test_another_field_can_stand_below_the_name_or_none(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        set_option(CARD_SUBLINE, "about")
        set_option(CARD_PLACE, "")
        set_option(CARD_PRONOUNS, "nothing_of_this_name")

    shown = head(as_person("cem"))

    assert shown.startswith("Dana van Dyk Likes boats.")
    assert "Porto" not in shown


def test_times_are_told_in_the_zone_of_the_site(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Directory).values(last_full_at=NOW - timedelta(hours=2)))
    cem = as_person("cem")

    cem.get("/people/dana")

    assert "Read from LDAP 13:22 today" in cem.text
    assert "Directory read 13:22 today" in cem.text


def test_that_changes_were_read_is_a_reading_too(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    read = {
        "last_full_at": NOW - timedelta(hours=25),
        "last_changes_at": NOW - timedelta(hours=2),
    }
    with app.app_context(), transaction():
        db.session.execute(update(Directory).values(**read))
    cem = as_person("cem")

    cem.get("/people/dana")

    assert "Read from LDAP 13:22 today" in cem.text
    assert "more than a day ago" not in cem.text


def test_an_old_reading_is_said(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Directory).values(last_full_at=NOW - timedelta(hours=25)))

    assert "more than a day ago" in as_person("cem").get("/people/dana").get_text()


def test_who_was_not_read_yet_is_said(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Directory).values(last_full_at=None))

    assert "Not read from LDAP yet" in as_person("cem").get("/people/dana").get_text()


def test_a_value_by_which_people_are_chosen_leads_to_them(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    with app.app_context(), transaction():
        db.session.execute(
            update(ProfileField).where(ProfileField.key == "department").values(facet=True)
        )
    cem = as_person("cem")

    links = [each["href"] for each in cem.get("/people/dana").select(".crumbs a, .kv a")]

    assert links.count("/people?f.department=R%26D") == 2


def test_a_card_has_the_fields_that_were_marked_or_chosen_for_it(
    dana: FakeDirectory, app: Flask
) -> None:
    def lines() -> list[str]:
        with app.test_request_context():
            found = cards(COLLEAGUE, page_layout(), [get_person("dana")], with_manager=True)[0]
            assert found.manager
            assert found.manager.address == "/people/ada"
            return [f"{line.label}: {line.value}" for line in found.extra]

    assert lines() == []
    with app.app_context(), transaction():
        marked = ("about", "position", "website", "team", "room", "pronouns", "department", "zone")
        db.session.execute(
            update(ProfileField).where(ProfileField.key.in_(marked)).values(on_card=True)
        )
    assert [line.split(":")[0] for line in lines()] == ["Website", "Room", "Team", "About"]
    with app.app_context(), transaction():
        set_option(CARD_EXTRA, ("manager", "about", "nothing_of_this_name"))
    assert lines() == [
        'Reports to: <a href="/people/ada"><bdi>Ada Lovelace</bdi></a>',
        "About: Likes boats.",
    ]


def test_a_profile_takes_the_same_queries_however_many_report(
    dana: FakeDirectory, app: Flask, as_person: Callable[[str], Browser]
) -> None:
    for manager, reports in (("dana", 12), ("ben", 120)):
        for number in range(reports):
            dn = f"uid={manager},ou=people,{SUFFIX}"
            an_entry(dana, f"{manager}{number}", manager=dn)
    with app.app_context():
        an_approved_run(dana)
    cem = as_person("cem")
    cem.get("/people/cem")  # what is read once for everybody is read now
    counts = []

    for manager, reports in (("dana", 12), ("ben", 120)):
        with counted_queries() as sent:
            cem.get(f"/people/{manager}")
        counts.append(len(sent))
        assert f"{reports} people report here" in cem.text

    assert counts[0] == counts[1] <= 25
