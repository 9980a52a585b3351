"""A restricted value stays out of heads, cards, vCards, QR codes and what is said of sources."""

from collections.abc import Callable
from dataclasses import astuple

import pytest
from flask import Flask

from lupweb.accounts.viewers import viewer_as
from lupweb.database import transaction
from lupweb.exports.contacts import contact_of
from lupweb.exports.qr import small_card
from lupweb.exports.vcard import vcard
from lupweb.options.registry import (
    CARD_EXTRA,
    CARD_PLACE,
    CARD_PRONOUNS,
    CARD_SUBLINE,
    CARD_TIME_ZONE,
    OptionKind,
)
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.cards import PersonCard, cards
from lupweb.profiles.editor import restrict_category
from lupweb.web.layouts import page_layout
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.factories import a_run
from tests.fakes import FakeDirectory

SITE = "https://people.example.com"
CHOICES = [CARD_SUBLINE, CARD_PLACE, CARD_PRONOUNS, CARD_TIME_ZONE, CARD_EXTRA]
OUTSIDE = ["ada", "cem"]


@pytest.fixture
def chosen(company: FakeDirectory, app: Flask) -> None:
    """The restricted field stands wherever a card has room for one."""
    with app.app_context(), transaction():
        for option in CHOICES:
            is_list = isinstance(option.default, tuple)
            set_option(option, ("emergency",) if is_list else "emergency")


def card_of_ben(app: Flask, login: str) -> PersonCard:
    with app.test_request_context():
        viewer = viewer_as(get_person(login).id)
        return cards(viewer, page_layout(), [get_person("ben")], with_manager=True)[0]


def everything_sent(browser: Browser) -> bytes:
    """Return each answer about Ben, in bytes."""
    paths = ("", "?sources=1", "?as=colleague", ".vcf", "/qr.svg")
    return b"\n".join(browser.client.get(f"/people/ben{path}").data for path in paths)


@pytest.mark.usefixtures("chosen")
def test_who_may_read_it_sees_it_wherever_it_was_chosen_for(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    card = card_of_ben(app, "sam")

    assert {card.subline, card.location, card.pronouns, card.time_zone} == {CANARY}
    assert [str(line.value) for line in card.extra] == [CANARY]
    assert CANARY in as_person("sam").get("/people/ben").select_one(".hero").get_text()


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("login", OUTSIDE)
def test_b33_an_option_that_names_it_shows_nothing_to_anybody_else(
    app: Flask, as_person: Callable[[str], Browser], login: str
) -> None:
    assert CANARY not in str(astuple(card_of_ben(app, login)))
    assert "Emergency" not in str(astuple(card_of_ben(app, login)))
    assert CANARY.encode() not in everything_sent(as_person(login))


@pytest.mark.usefixtures("chosen")
def test_b33_an_administrator_outside_the_group_is_sent_nothing_of_it(
    as_admin: Callable[[], Browser],
) -> None:
    sent = everything_sent(as_admin())

    assert CANARY.encode() not in sent
    assert b"homePhone" not in sent
    assert b"Emergency" not in sent


@pytest.mark.usefixtures("chosen")
def test_b33_the_owner_who_looks_as_a_colleague_takes_nothing_of_it_along(
    as_person: Callable[[str], Browser],
) -> None:
    ben = as_person("ben").client

    assert CANARY in ben.get("/people/ben").text
    for path in ("/people/ben", "/people/ben.vcf", "/people/ben/qr.svg"):
        assert CANARY not in ben.get(path, query_string={"as": "colleague", "sources": "1"}).text


@pytest.mark.parametrize(("login", "sees"), [("sam", True), ("ben", True), ("cem", False)])
def test_b33_a_vcard_and_a_qr_code_hold_what_the_viewer_may_see(
    company: FakeDirectory, app: Flask, login: str, sees: bool
) -> None:
    company.set("ben", "telephoneNumber", [b"+49 611 20577"])
    company.set("ben", "l", [CANARY.encode()])
    with app.app_context():
        a_run(company)
        with transaction():
            for category in ("contact", "work"):
                restrict_category(category, applies_to=[], visible_to=["safety"])

    with app.test_request_context():
        viewer = viewer_as(get_person(login).id)
        contact = contact_of(viewer, page_layout(), "ben", SITE)

    restricted = ("20577", "Engineer", CANARY, "Lovelace")
    assert {text in vcard(contact).decode() for text in restricted} == {sees}
    assert ("20577" in small_card(contact)) is sees
    assert ("Engineer" in small_card(contact)) is sees


def test_b33_when_a_restricted_value_changed_is_told_to_nobody_else(
    company: FakeDirectory, app: Flask
) -> None:
    with app.test_request_context():
        before = contact_of(viewer_as(get_person("cem").id), page_layout(), "ben", SITE)
    company.set("ben", "homePhone", [b"ZQX-SECRET-8"])
    with app.app_context():
        a_run(company)

    with app.test_request_context():
        after = contact_of(viewer_as(get_person("cem").id), page_layout(), "ben", SITE)

    assert vcard(after) == vcard(before)


def test_b33_a_manager_whom_one_may_not_know_is_on_no_card(
    company: FakeDirectory, app: Flask
) -> None:
    with app.app_context(), transaction():
        set_option(CARD_EXTRA, ("manager",))
    assert card_of_ben(app, "cem").manager
    with app.app_context(), transaction():
        restrict_category("work", applies_to=[], visible_to=["safety"])

    card = card_of_ben(app, "cem")

    assert card.manager is None
    assert card.extra == []


@pytest.mark.parametrize("option", CHOICES[:4])
def test_an_option_that_names_no_field_shows_nothing(
    company: FakeDirectory, app: Flask, option: OptionKind
) -> None:
    with app.app_context(), transaction():
        set_option(option, "gone")

    assert card_of_ben(app, "sam").name == "Ben Özgür"
