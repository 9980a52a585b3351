"""What is computed from a restricted value is kept from whoever may not see that value."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.profiles.editor import define_field
from lupweb.profiles.service import tell_everybody_changed
from tests.browsing import Browser
from tests.fakes import FakeDirectory

SHOWN = "computed-canary"


@pytest.fixture
def computed(app: Flask, company: FakeDirectory) -> None:
    """Give Ben a value, in a category that all may read, that follows from the canary."""
    with app.app_context(), transaction():
        define_field(
            "hint",
            "Hint",
            category="contact",
            type_key="dependent",
            options={"source": "emergency", "choices": [f"* -> {SHOWN}"]},
        )
        ben = db.session.scalars(select(Person).where(Person.login == "ben")).one()
        ben.document = {"values": {**ben.document["values"], "hint": SHOWN}}
        db.session.flush()
        tell_everybody_changed()


@pytest.mark.usefixtures("computed")
@pytest.mark.parametrize(("login", "sees"), [("sam", True), ("ben", True), ("ada", False)])
def test_b33_a_computed_value_is_as_restricted_as_its_source(
    as_person: Callable[[str], Browser], login: str, sees: bool
) -> None:
    browser = as_person(login)

    browser.get("/people/ben")
    profile = browser.response.text
    browser.get("/people/export.csv")
    export = browser.response.text
    browser.get("/people", q=SHOWN)
    found = browser.page.select(".pcard h3")

    assert (SHOWN in profile, SHOWN in export, bool(found)) == (sees, sees, sees)
