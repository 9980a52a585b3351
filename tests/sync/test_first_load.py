"""A first load of many people: without indexes until its end, with words from its reader."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from lupweb.database import db, transaction
from lupweb.directories.models import Identity
from lupweb.people.models import Person
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import IndexedValue
from lupweb.profiles.newcomers import NewPeople
from lupweb.profiles.service import changed
from lupweb.search import index
from lupweb.search.writing import Writer
from lupweb.sync import apply, links, phases, reading, secondary
from tests.databases import both_databases
from tests.factories import SUFFIX, a_run, an_entry
from tests.fakes import FakeDirectory
from tests.sync.observing import manager_of, synchronized

INDEXES = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
)
WORDS = "SELECT rowid, * FROM {} ORDER BY rowid"
MADE_BY_INDEX = ("search_public", "search_number", "search_scoped")


class Killed(BaseException):
    """What no code of ours expects, as when the process is gone."""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages of two people be written at once, and indexes go before the second of them."""
    monkeypatch.setattr(phases, "PAGE_SIZES", (2,))
    monkeypatch.setattr(reading, "FIRST_BLOCK", 1)
    monkeypatch.setattr(apply, "MANY", range(2, 10))


def indexes() -> list[Any]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(INDEXES)]


def stored_words() -> dict[str, list[Any]]:
    connection = db.session.connection()
    rows = {name: connection.exec_driver_sql(WORDS.format(name)) for name in MADE_BY_INDEX}
    return {name: [tuple(row) for row in found] for name, found in rows.items()}


def test_indexes_are_there_again_as_they_were_when_a_first_load_is_over(
    company: FakeDirectory, small: None
) -> None:
    before = indexes()
    missing: list[int] = []

    def hear(_ids: Sequence[int], *, new: NewPeople | None = None, **_more: object) -> None:
        missing.extend([len(secondary.missing())] if new else ())

    with changed.connected_to(hear):
        synchronized(company)

    assert missing[0] == 0
    assert min(missing[1:]) >= 8
    assert indexes() == before
    assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert (manager_of("ben"), manager_of("cem"), manager_of("eve")) == ("ada", "ada", None)


def test_the_run_after_one_that_was_killed_makes_the_indexes_before_it_reads(
    company: FakeDirectory, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = indexes()
    synchronized(company)
    with transaction():
        secondary.set_aside()  # as a run leaves them that was killed
    assert len(secondary.missing()) >= 8
    seen: list[int] = []
    planned = reading.Reading._planned

    def look(self: reading.Reading, page: Any) -> Any:
        seen.append(len(secondary.missing()))
        return planned(self, page)

    monkeypatch.setattr(reading.Reading, "_planned", look)

    document = synchronized(company)

    assert document["unchanged"] == 5
    assert set(seen) == {0}
    assert indexes() == before


def test_a_first_load_that_ends_badly_leaves_no_index_out(
    company: FakeDirectory, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = indexes()

    def die(*_task: object) -> None:
        raise Killed

    monkeypatch.setattr(phases, "settle", die)

    with pytest.raises(Killed):
        a_run(company)

    assert db.session.query(Person).count() == 5
    assert indexes() == before


def test_no_index_goes_while_another_directory_has_people(
    company: FakeDirectory, small: None
) -> None:
    synchronized(company)
    here, other = (
        apply.Writer(None, number, "", load_layout(""), apply.Unfenced(), keeps_history=False)
        for number in (_identity("ada").directory_id, 99)
    )

    assert here._is_alone()
    assert not other._is_alone()


@both_databases
def test_a_dn_that_two_entries_have_names_nobody_after_a_first_load(company: FakeDirectory) -> None:
    company.set("dea", "manager", [f"uid=ben,ou=people,{SUFFIX}".encode()])
    synchronized(company)
    with transaction():
        ada = _identity("ada")
        _identity("eve").dn_folded = ada.dn_folded
        values = db.session.query(IndexedValue).all()
        for each in values:
            each.referred_id = None
    with transaction():
        links._resolve_new([values[0].field_id], ada.directory_id)

    assert (manager_of("ben"), manager_of("cem")) == (None, None)
    assert manager_of("dea") == "ben"


def test_words_that_the_reader_made_are_those_that_the_index_makes(company: FakeDirectory) -> None:
    an_entry(company, "mueller", "Jörg Müller-O’Neil", telephoneNumber="(0611) 9283-12")
    brought: list[bool] = []

    def hear(_ids: Sequence[int], *, new: NewPeople | None = None, **_more: object) -> None:
        brought.extend([new.ahead is not None] * len(new.ids) if new else ())

    with changed.connected_to(hear):
        synchronized(company)
    made = stored_words()
    with transaction():
        index.rebuild()

    assert brought == [True] * 6
    assert made == stored_words()
    assert any("muellero" in words for _id, words in made["search_public"])


def test_words_by_the_rules_of_before_are_made_anew(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Writer(fields=[], asks_groups=False)
    monkeypatch.setattr(index, "writer_of", lambda _layout: other)
    synchronized(company)  # the reader asks while this is the writer, and so does the index
    assert not any("clerk" in words for _id, words in stored_words()["search_public"])
    monkeypatch.undo()
    zoe = NewPeople(
        [99], ["active"], [True], ["zoe"], ["zoe"], ["Zoe"], ["zoe"], [""], ['{"values":{}}'], "{}",
        [b""], {"position": ["Clerk"]}, (), (other, (["secret"], [""], [""])),
    )  # fmt: skip

    with transaction():
        index.renew([99], new=zoe)

    found = dict(stored_words()["search_public"])[99]
    assert "clerk" in found
    assert "secret" not in found


def _identity(login: str) -> Identity:
    joined = db.session.query(Identity).join(Person, Person.id == Identity.person_id)
    return joined.filter(Person.login == login).one()
