"""A reading of the directory meets values on their way there (writeback.md section 7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from lupweb import clock
from lupweb.audit.models import History
from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.errors import ProfileChanged
from lupweb.outbox.states import OutboxState
from lupweb.people.queries import get_person
from lupweb.sync.refresh import refresh
from lupweb.sync.service import run
from tests.databases import both_databases, counted_queries
from tests.factories import SECRET_KEY, a_run
from tests.fakes import FakeDirectory
from tests.outbox.company import (
    WRITTEN,
    answers,
    delivers,
    enters,
    message,
    messages_of,
    opens,
    stamp_of,
    takes,
)
from tests.profiles.editing import layout, set_field, value_of

Read = Callable[[FakeDirectory], object]


def reads_changes(company: FakeDirectory) -> None:
    run("main", secret_key=SECRET_KEY, connect=company.connect, trigger="test", mode="changes")


def reads_ada(company: FakeDirectory) -> None:
    person_id = get_person("ada").id
    refresh(person_id, layout(), SECRET_KEY, company.connect, limit_s=20)


every_reading = pytest.mark.parametrize("read", [a_run, reads_changes, reads_ada])


@every_reading
def test_the_value_that_was_expected_leaves_the_message_as_it_is(
    company: FakeDirectory, read: Read
) -> None:
    number = enters("ada", "position", "Director")
    company.set("ada", "l", [b"Rome"])

    read(company)

    assert message(number).state == "queued"
    assert value_of("ada", "position") == "Countess"
    assert value_of("ada", "location") == "Rome"


@every_reading
def test_the_value_that_is_wanted_settles_the_message(company: FakeDirectory, read: Read) -> None:
    number = enters("ada", "position", "Director")
    company.set("ada", "title", [b"Director"])

    read(company)

    assert (message(number).state, value_of("ada", "position")) == ("written", "Director")


@every_reading
def test_a_third_value_is_a_conflict_and_is_what_others_see(
    company: FakeDirectory, read: Read
) -> None:
    number = enters("ada", "position", "Director")
    company.set("ada", "title", [b"Clerk"])

    read(company)

    kept = message(number)
    assert (kept.state, kept.found_value, kept.new_value) == ("conflict", "Clerk", "Director")
    assert value_of("ada", "position") == "Clerk"
    assert takes() == []


@both_databases
def test_a_conflict_is_settled_in_the_form_by_keeping_mine(company: FakeDirectory) -> None:
    number = enters("ada", "position", "Director")
    company.set("ada", "title", [b"Clerk"])
    a_run(company)

    opened = opens("ada")
    (clash,) = opened.form.clashes
    assert (clash.mine, clash.theirs, clash.was) == ("Director", "Clerk", "Countess")
    opened.choose("position", "mine").save()

    assert message(number).state == "superseded"
    (claimed,) = takes()
    assert (claimed.wanted.old_value, claimed.wanted.new_value) == ("Clerk", "Director")


def test_a_conflict_is_settled_in_the_form_by_taking_theirs(company: FakeDirectory) -> None:
    number = enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, OutboxState.CONFLICT, found_value="Clerk")

    opens("ada").choose("position", "theirs").type("im", "@ada").save()

    assert (message(number).state, message(number).reason) == ("cancelled", "theirs")
    assert (value_of("ada", "position"), value_of("ada", "im")) == ("Clerk", "@ada")


def test_a_conflict_comes_back_until_somebody_has_chosen(company: FakeDirectory) -> None:
    number = enters("ada", "position", "Director")
    company.set("ada", "title", [b"Clerk"])
    a_run(company)
    opened = opens("ada")
    company.set("ada", "title", [b"Baker"])
    a_run(company)

    with pytest.raises(ProfileChanged) as first:
        opened.choose("position", "mine").save()
    (clash,) = first.value.form.clashes
    assert (clash.mine, clash.theirs) == ("Director", "Baker")
    with pytest.raises(ProfileChanged):
        opened.goes_on(first.value.form).save()

    assert message(number).state == "conflict"
    assert [each.id for each in messages_of("ada")] == [number]


def test_what_is_being_sent_is_left_to_whoever_sends_it(company: FakeDirectory) -> None:
    number = enters("ada", "position", "Director")
    takes()
    company.set("ada", "title", [b"Clerk"])

    a_run(company)

    assert message(number).state == "leased"


def test_a_value_of_which_nobody_knows_whether_it_was_there_may_have_been_applied(
    company: FakeDirectory,
) -> None:
    number = enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, OutboxState.UNKNOWN)
    company.set("ada", "title", [b"Clerk"])

    a_run(company)

    assert (message(number).state, message(number).maybe_applied) == ("conflict", True)


@every_reading
def test_x34_a_replica_that_lags_does_not_take_a_written_value_back(
    company: FakeDirectory, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    enters("ada", "position", "Director")
    (claimed,) = takes()
    delivers(company, "ada", claimed)
    company.set("ada", "title", [b"Countess"])

    read(company)

    assert value_of("ada", "position") == "Director"
    assert stamp_of("ada") == ""
    now = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: now)
    read(company)
    assert value_of("ada", "position") == "Countess"


def test_the_server_that_took_a_write_is_asked_first(
    company: FakeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        db.session.scalars(select(Directory)).one().uris = ["ldap://one", "ldap://two"]
    enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, OutboxState.WRITTEN, server="ldap://two")
    asked: list[tuple[str, ...]] = []

    def connect(server: object) -> FakeDirectory:
        asked.append(server.uris)  # type: ignore[attr-defined]
        return company.connect(server)

    person_id = get_person("ada").id
    refresh(person_id, layout(), SECRET_KEY, connect, limit_s=20)
    now = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: now)
    refresh(person_id, layout(), SECRET_KEY, connect, limit_s=20)

    assert asked == [("ldap://two", "ldap://one"), ("ldap://one", "ldap://two")]


@both_databases
def test_x13_what_is_on_its_way_of_somebody_missing_is_given_up_and_noted(
    company: FakeDirectory,
) -> None:
    number = enters("ada", "position", "Director")
    company.delete("ada")

    a_run(company)

    assert (message(number).state, message(number).reason) == ("cancelled", "missing")
    rows = select(History).where(History.source == "not_saved")
    notes = [(each.field_key, each.old, each.new) for each in db.session.scalars(rows)]
    assert notes == [("position", "Countess", "Countess")]


def test_x33_a_directory_from_an_old_backup_is_a_conflict_and_no_loss(
    company: FakeDirectory,
) -> None:
    enters("ada", "position", "Director")
    (claimed,) = takes()
    delivers(company, "ada", claimed)
    number = enters("ada", "position", "Chair")
    company.set("ada", "title", [b"Duchess"])

    a_run(company)

    assert message(number).state == "conflict"
    assert message(number).new_value == "Chair"


def test_a_run_asks_once_for_a_block_and_not_at_all_where_nothing_is_saved(
    company: FakeDirectory,
) -> None:
    def asked() -> int:
        for uid, title in (("ada", "a"), ("ben", "b"), ("cem", "c")):
            company.set(uid, "title", [title.encode() + str(clock.now()).encode()])
        with counted_queries() as sent:
            a_run(company)
        return sum("FROM outbox" in each for each in sent)

    assert asked() == 1
    for key in WRITTEN:
        set_field(key, writes_back=False)
    assert asked() == 0
