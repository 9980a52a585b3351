"""A small company whose first aid category is restricted to a group."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from lupweb import clock
from lupweb.accounts.service import create_admin
from lupweb.database import transaction
from lupweb.options.registry import CARD_PRONOUNS, CARD_TIME_ZONE, TIME_ZONE
from lupweb.options.service import set_option
from lupweb.people.queries import get_person
from lupweb.profiles.editor import define_category, define_field, fill_from_directory
from lupweb.profiles.sources import Source
from tests.blueprints.charting import make_charts
from tests.blueprints.edit_forms import FILLED, OWN_FIELDS
from tests.browsing import Browser
from tests.factories import PASSWORD, SUFFIX, a_connection, a_group, a_profile, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.keeping import Companies

CANARY = "ZQX-SECRET-7"
ADMIN_PASSWORD = "an administrator's password"
NOW = datetime(2026, 11, 21, 14, 22, tzinfo=UTC)
FIELDS = {
    "pronouns": "businessCategory", "zone": "preferredLanguage", "room": "roomNumber", "team": "ou",
    "about": "description",
}  # fmt: skip


def _make_company(directory: FakeDirectory) -> None:
    ada = an_entry(directory, "ada", "Ada Lovelace", telephoneNumber="+49 611 20570", l="Porto")
    an_entry(directory, "ben", "Ben Özgür", manager=ada, title="Engineer", homePhone=CANARY)
    an_entry(directory, "cem", "Cem Groß", manager=ada)
    an_entry(directory, "sam", "Sam Safe", manager=ada)
    directory_id = a_connection(directory)
    a_group(directory, directory_id, "safety", ["sam"])
    a_profile(restricted={"visible_to": ["safety"]})
    a_run(directory)
    with transaction():
        create_admin("admin", ADMIN_PASSWORD)


@pytest.fixture
def company(app: Flask, directory: FakeDirectory, companies: Companies) -> FakeDirectory:
    """Ada leads Ben and Cem; Sam is the safety officer; only safety officers see first aid."""
    return companies.again(app, directory, _make_company)


@pytest.fixture
def charts(app: Flask, directory: FakeDirectory, companies: Companies) -> FakeDirectory:
    """A company with a chart that everybody sees, and one of a field that few may read."""
    return companies.again(app, directory, make_charts)


@pytest.fixture
def as_person(company: FakeDirectory, browser: Callable[[], Browser]) -> Callable[[str], Browser]:
    """Signs a person in."""
    return lambda login: browser().sign_in(login, PASSWORD)


@pytest.fixture
def as_admin(company: FakeDirectory, browser: Callable[[], Browser]) -> Callable[[], Browser]:
    """Signs the local administrator in."""
    return lambda: browser().sign_in("admin", ADMIN_PASSWORD)


@pytest.fixture
def dana(company: FakeDirectory, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    """Dana has a value in every field, and the site shows them on cards."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    an_entry(
        company, "dana", "Dana van Dyk", telephoneNumber="+49 611 20571", title="Engineer",
        departmentNumber="R&D", l="Porto", roomNumber="3.14", ou="Firmware",
        businessCategory="she/her", preferredLanguage="Europe/Lisbon", description="Likes boats.",
        manager=f"uid=ada,ou=people,{SUFFIX}", labeledURI="https://example.com/dana",
        mobile="@dana",
    )  # fmt: skip
    with app.app_context():
        with transaction():
            for key, attribute in FIELDS.items():
                define_field(
                    key, key.title(), category="work", source=Source.LDAP, attribute=attribute
                )
            fill_from_directory("website", "labeledURI")
            fill_from_directory("im", "mobile")
            set_option(CARD_PRONOUNS, "pronouns")
            set_option(CARD_TIME_ZONE, "zone")
            set_option(TIME_ZONE, "Europe/Berlin")
        a_run(company)
    return company


@pytest.fixture
def fields(company: FakeDirectory, app: Flask) -> None:
    """Fields of people's own, one of each control."""
    with app.app_context(), transaction():
        define_category("own", "About you")
        for key, type_key, options in OWN_FIELDS:
            define_field(key, key.title(), category="own", type_key=type_key, options=options)


@pytest.fixture
def filled(fields: None, app: Flask) -> None:
    """Ben has a value in each of them."""
    with app.app_context(), transaction():
        ben = get_person("ben")
        ada, cem = get_person("ada").id, get_person("cem").id
        people = {"deputy": f"id:{cem}", "helpers": f"id:{ada}\nid:{cem}"}
        ben.document = {"values": {**ben.document["values"], **FILLED, **people}}


@pytest.fixture
def value(app: Flask) -> Callable[[str, str], str]:
    """Reads what is stored."""

    def stored(login: str, key: str) -> str:
        with app.app_context():
            return str(get_person(login).document["values"].get(key, ""))

    return stored
