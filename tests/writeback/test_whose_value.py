"""Whose value stays where the directory has a third one, as was chosen for the field."""

import pytest
from sqlalchemy import select, update

from lupweb.accounts.viewers import Viewer
from lupweb.audit.models import History
from lupweb.database import db, end_reading, transaction
from lupweb.notices.models import Notice
from lupweb.outbox.states import OnConflict, OutboxState
from lupweb.profiles.history import foreign_edits
from lupweb.profiles.layout import load_layout
from lupweb.profiles.models import ProfileField
from tests.factories import a_run
from tests.fakes import FakeDirectory
from tests.writeback.world import confirmed, drain, enter, held, message, person_of, state

both_forms = pytest.mark.parametrize("form", ["assertion", "values"])


def choose(wins: OnConflict, **changes: str) -> None:
    """Settle whose title stays."""
    with transaction():
        of_titles = update(ProfileField).where(ProfileField.key == "position")
        db.session.execute(of_titles.values(on_conflict=str(wins), **changes))


def history_of_title() -> list[tuple[str, str]]:
    rows = select(History).filter_by(person_id=person_of("anna").id, field_key="position")
    found = [(row.old, row.new) for row in db.session.scalars(rows.order_by(History.id)) if row.old]
    end_reading()
    return found


def test_the_value_of_the_directory_stays_and_the_person_is_told(company: FakeDirectory) -> None:
    choose(OnConflict.DIRECTORY)
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])

    drain(company)

    assert (state(number), message(number).reason) == (OutboxState.CANCELLED, "theirs")
    assert held(company, "anna", "title") == [b"Waiter"]
    assert confirmed("anna", "position") == "Waiter"
    assert history_of_title() == [("Cook", "Waiter")]
    (told,) = foreign_edits(Viewer(person_of("anna").id), load_layout("DE"))
    assert (told.theirs_stays, told.labels) == (True, ["Position"])
    assert "Chef" not in str([each.about for each in db.session.scalars(select(Notice))])


@both_forms
def test_what_the_person_entered_replaces_it_and_the_history_shows_both(
    company: FakeDirectory, form: str
) -> None:
    company.compare_by(form)
    choose(OnConflict.PERSON)
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])

    drain(company)

    assert state(number) is OutboxState.WRITTEN
    assert held(company, "anna", "title") == [b"Chef"]
    assert confirmed("anna", "position") == "Chef"
    assert history_of_title() == [("Cook", "Waiter"), ("Waiter", "Chef")]


def test_a_value_that_comes_between_reading_and_writing_is_read_before_it_is_replaced(
    company: FakeDirectory,
) -> None:
    choose(OnConflict.PERSON)
    enter("anna", "position", "Chef")
    company.meanwhile(lambda: company.set("anna", "title", [b"Driver"]))

    drain(company)

    assert held(company, "anna", "title") == [b"Chef"]
    assert history_of_title() == [("Cook", "Driver"), ("Driver", "Chef")]


@pytest.mark.parametrize(
    ("wins", "stays", "became"),
    [
        (OnConflict.DIRECTORY, "Waiter", OutboxState.CANCELLED),
        (OnConflict.PERSON, "Chef", OutboxState.WRITTEN),
    ],
)
def test_a_run_that_reads_it_first_settles_it_the_same_way(
    company: FakeDirectory, wins: OnConflict, stays: str, became: OutboxState
) -> None:
    choose(wins)
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])

    a_run(company)
    assert confirmed("anna", "position") == "Waiter"
    drain(company)

    assert state(number) is became
    assert confirmed("anna", "position") == stays
    assert held(company, "anna", "title") == [stays.encode()]
    assert len(list(db.session.scalars(select(Notice)))) == (wins is OnConflict.DIRECTORY)


def test_whoever_goes_back_to_the_first_value_gets_it(company: FakeDirectory) -> None:
    """It is not taken for what the directory holds, which has another one by now."""
    choose(OnConflict.PERSON)
    enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])
    a_run(company)

    enter("anna", "position", "Cook")
    drain(company)

    assert held(company, "anna", "title") == [b"Cook"]


@pytest.mark.parametrize("wins", [OnConflict.ASK, OnConflict.PERSON])
def test_an_attribute_that_no_server_compares_is_written_where_the_person_wins(
    company: FakeDirectory, wins: OnConflict
) -> None:
    company.compare_by("values")
    company.set("anna", "facsimileTelephoneNumber", [b"1"])
    choose(wins, attribute="facsimileTelephoneNumber")
    a_run(company)
    number = enter("anna", "position", "2")

    drain(company)

    is_written = wins is OnConflict.PERSON
    assert (state(number) is OutboxState.WRITTEN) == is_written
    assert held(company, "anna", "facsimileTelephoneNumber") == [b"2" if is_written else b"1"]


def test_who_asks_nobody_may_be_asked_again_later(company: FakeDirectory) -> None:
    """A conflict that is open already is left to its person."""
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])
    drain(company)
    choose(OnConflict.DIRECTORY)
    company.set("anna", "title", [b"Driver"])

    a_run(company)

    assert (state(number), message(number).found_value) == (OutboxState.CONFLICT, "Driver")
