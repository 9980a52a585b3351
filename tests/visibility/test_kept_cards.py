"""What is kept from page to page is never shown to somebody of another class."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from lupweb.database import db, transaction
from lupweb.options.registry import CARD_SUBLINE
from lupweb.options.service import set_option
from lupweb.people.models import Group, Membership, Person
from lupweb.people.queries import get_person
from lupweb.profiles.editor import restrict_category
from tests.blueprints.conftest import CANARY
from tests.browsing import Browser
from tests.fakes import FakeDirectory

ORDERS = [("sam", "cem", "ben"), ("cem", "sam", "ben"), ("ben", "cem", "sam")]


@pytest.fixture(autouse=True)
def chosen(company: FakeDirectory, app: Flask) -> None:
    """The restricted field stands on every card."""
    with app.app_context(), transaction():
        set_option(CARD_SUBLINE, "emergency")


def sees(browser: Browser, **asked: str) -> bool:
    browser.get("/people", **asked)
    return CANARY in browser.text


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("asked", [{}, {"q": "ben"}, {"view": "list"}, {"view": "table"}])
def test_b33_who_looked_before_makes_no_difference(
    as_person: Callable[[str], Browser], order: tuple[str, ...], asked: dict[str, str]
) -> None:
    browsers = {login: as_person(login) for login in order}

    for _time in range(2):
        found = {login: sees(browsers[login], **asked) for login in order}
        expected = asked.get("view") != "table"
        assert found == {"sam": expected, "ben": expected, "cem": False}


def test_b33_whoever_leaves_the_group_sees_it_no_more_and_whoever_comes_sees_it_at_once(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    sam, cem = as_person("sam"), as_person("cem")
    assert (sees(sam), sees(cem)) == (True, False)

    with app.app_context(), transaction():
        group = select(Group.id).where(Group.key == "safety").scalar_subquery()
        db.session.execute(delete(Membership).where(Membership.group_id == group))
        row = {"group_id": db.session.scalar(select(group)), "person_id": get_person("cem").id}
        db.session.execute(insert(Membership).values(row))

    assert (sees(sam), sees(cem)) == (False, True)


def test_b33_a_category_that_is_opened_and_closed_counts_at_the_next_request(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    cem = as_person("cem")
    for groups, expected in (([], True), (["safety"], False), ([], True)):
        with app.app_context(), transaction():
            restrict_category("safety", applies_to=[], visible_to=groups)

        assert sees(cem) is expected


def test_a_value_that_was_written_is_on_the_next_page(
    app: Flask, as_person: Callable[[str], Browser]
) -> None:
    sam = as_person("sam")
    assert sees(sam)

    with app.app_context(), transaction():
        values = {"values": {"emergency": "Another"}}
        db.session.execute(update(Person).where(Person.login == "ben").values(document=values))

    assert not sees(sam)
    assert "Another" in sam.text
