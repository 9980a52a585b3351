"""Values that follow from those that a directory delivers."""

from typing import Any

import pytest
from sqlalchemy import select

from lupweb import clock
from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.people.models import Person
from lupweb.people.queries import get_person
from lupweb.profiles.document import origin_of_value
from lupweb.profiles.editor import define_field
from lupweb.profiles.layout import load_layout
from lupweb.profiles.writing import Hand, store_values
from lupweb.sync.refresh import Freshness, refresh
from tests.configfile.files import applied
from tests.databases import counted_queries, sqlite_first
from tests.factories import SECRET_KEY, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import synchronized, values

RULES = ["Eng* -> Engineering", "* -> Others"]


@pytest.fixture
def computing(company: FakeDirectory) -> FakeDirectory:
    """The area of a person follows from the position; a nickname leads to a badge."""
    with transaction():
        follows("area", "position", RULES)
        define_field("nick", "Nickname", category="work")
        follows("badge", "nick", ["* -> named"])
    return company


def follows(key: str, source: str, rules: list[str]) -> None:
    options: dict[str, Any] = {"source": source, "choices": rules}
    define_field(key, key.title(), category="work", type_key="dependent", options=options)


@sqlite_first
def test_the_first_load_brings_what_follows_from_delivered_values(
    computing: FakeDirectory,
) -> None:
    synchronized(computing)

    assert values("ben")["area"] == "Engineering"
    assert "area" not in values("ada")
    document = synchronized(computing)
    assert (document["unchanged"], document["values_changed"]) == (5, 0)


@sqlite_first
def test_a_value_that_a_run_changes_changes_what_follows_from_it(computing: FakeDirectory) -> None:
    synchronized(computing)
    computing.set("ben", "title", [b"Baker"])
    computing.set("ada", "title", [b"Engineer"])

    document = synchronized(computing)

    assert (values("ben")["area"], values("ada")["area"]) == ("Others", "Engineering")
    assert (document["changed"], document["values_changed"]) == (2, 4)
    rows = db.session.scalars(select(History).where(History.run_id == document["run"])).all()
    told = {(row.field_key, row.old, row.new, row.source) for row in rows}
    assert ("area", "Engineering", "Others", "computed") in told
    assert ("position", "Engineer", "Baker", "ldap") in told
    assert len(rows) == 4
    assert origin_of_value(get_person("ben").provenance, "area")["source"] == "computed"


def test_a_value_that_goes_takes_along_what_follows_from_it(computing: FakeDirectory) -> None:
    synchronized(computing)
    computing.set("ben", "title", [])

    synchronized(computing)

    assert "area" not in values("ben")


def test_what_follows_from_what_people_enter_stays_as_it_is(computing: FakeDirectory) -> None:
    synchronized(computing)
    with transaction():
        hand = Hand("user", "", clock.now())
        store_values(load_layout("DE"), get_person("ben"), {"nick": "Benny"}, hand)

    computing.set("ben", "title", [b"Baker"])
    synchronized(computing)

    assert values("ben")["badge"] == "named"
    assert synchronized(computing)["unchanged"] == 5


def test_reading_one_person_brings_what_follows_as_well(computing: FakeDirectory) -> None:
    synchronized(computing)
    computing.set("ben", "title", [b"Baker"])
    layout, ben = load_layout("DE"), get_person("ben").id
    db.session.rollback()

    assert refresh(ben, layout, SECRET_KEY, computing.connect, limit_s=30) is Freshness.READ
    assert values("ben")["area"] == "Others"


def test_other_rules_count_at_once_for_everybody(computing: FakeDirectory) -> None:
    synchronized(computing)

    applied(
        '[[categories]]\nkey = "work"\n'
        '[[categories]]\nkey = "safety"\n'
        '[[fields]]\nkey = "position"\nsource = "ldap"\nattribute = "title"\n'
        '[[fields]]\nkey = "area"\ncategory = "work"\ntype = "dependent"\n'
        'options = ["Engineer -> Works"]\nsettings = { source = "position" }\n'
    )

    assert values("ben")["area"] == "Works"


def test_a_run_asks_no_more_questions_however_many_people_have_such_values(
    computing: FakeDirectory,
) -> None:
    synchronized(computing)

    def questions() -> int:
        for person in db.session.scalars(select(Person.login)).all():
            title = computing.get(person, "title")
            computing.set(person, "title", [b"Baker" if title != [b"Baker"] else b"Engineer"])
        db.session.rollback()
        with counted_queries() as sent:
            synchronized(computing)
        return len(sent)

    few = questions()
    for number in range(10):
        an_entry(computing, f"more{number}", title="Engineer")
    synchronized(computing)

    assert questions() <= few + 2  # a page more of the search tables, at most
