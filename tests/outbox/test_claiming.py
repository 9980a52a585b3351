"""Messages are claimed by one at a time, settled by whoever holds them, and never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from lupweb import clock
from lupweb.database import db, transaction
from lupweb.directories.models import Directory
from lupweb.errors import LeaseLost
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.service import cancel, claim, directories_due, due, settle
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Claimed, Verdict
from lupweb.profiles.confirming import confirm
from tests.databases import both_databases
from tests.factories import SUFFIX
from tests.fakes import FakeDirectory
from tests.outbox.company import (
    answers,
    delivers,
    enters,
    message,
    messages_of,
    open_message,
    opens,
    stamp_of,
    takes,
)
from tests.profiles.editing import layout, origin_of, value_of

pytestmark = pytest.mark.usefixtures("company")


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    then = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: then)


@both_databases
def test_what_is_due_is_claimed_once_with_all_fields_of_an_entry(company: FakeDirectory) -> None:
    opens("ada").type("position", "Director").type("location", "Rome").save()
    enters("ben", "position", "Baker")

    first = takes()

    assert [(each.place.field_key, each.wanted.new_value) for each in first] == [
        ("position", "Director"),
        ("location", "Rome"),
        ("position", "Baker"),
    ]
    assert takes() == []
    with transaction():
        assert (due(1), directories_due()) == ([], [])


@both_databases
def test_an_entry_that_somebody_is_at_work_on_is_left_alone(company: FakeDirectory) -> None:
    enters("ada", "position", "Director")
    takes()
    enters("ada", "location", "Rome")
    enters("ben", "position", "Baker")

    assert [each.place.field_key for each in takes()] == ["position"]


def test_a_lease_that_ran_out_is_claimed_again_and_the_first_holder_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enters("ada", "position", "Director")
    (first,) = takes()
    later(monkeypatch, timedelta(seconds=61))

    (second,) = takes()

    assert second.is_unsure
    with pytest.raises(LeaseLost), transaction():
        settle(first.id, first.token, Verdict(OutboxState.WRITTEN))
    assert message(first.id).state == "leased"


def test_nothing_is_claimed_before_its_time_or_while_the_switch_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, OutboxState.WAITING, not_before=clock.now() + timedelta(minutes=1))
    assert takes() == []
    later(monkeypatch, timedelta(minutes=2))
    with transaction():
        db.session.scalars(select(Directory)).one().writes = False

    assert takes() == []
    with transaction():
        db.session.scalars(select(Directory)).one().writes = True
    assert [each.id for each in takes()] == [claimed.id]


@both_databases
def test_what_was_written_is_confirmed_by_whoever_entered_it(company: FakeDirectory) -> None:
    enters("ada", "position", "Director")
    (claimed,) = takes()

    settled = delivers(company, "ada", claimed)

    assert (settled.state, value_of("ada", "position")) == ("written", "Director")
    origin = origin_of("ada", "position")
    assert (origin["source"], origin["directory"], origin["by"]) == (
        "ldap",
        "main",
        claimed.wanted.by,
    )
    assert opens("ada").field("position").values == ("Director",)


def test_our_own_change_is_no_foreign_one_unless_there_was_one_before() -> None:
    read = stamp_of("ada")
    for before, expected in (("another", read), (read, "ours")):
        enters("ada", "position", f"Director {before}")
        (claimed,) = takes()
        with transaction():
            settled = settle(claimed.id, claimed.token, Verdict(OutboxState.WRITTEN))
            settled.base_stamp = before
            confirm(layout(), settled, claimed.wanted.desired, stamp="ours")

        assert stamp_of("ada") == expected


def test_only_answers_about_a_value_count_as_attempts() -> None:
    enters("ada", "position", "Director")
    for counts, expected in ((False, 0), (True, 1)):
        (claimed,) = takes()
        assert answers(claimed, OutboxState.WAITING, counts=counts).attempts == expected


def test_a_cancelled_message_that_was_written_all_the_same_is_confirmed(
    company: FakeDirectory,
) -> None:
    number = enters("ada", "position", "Director")
    (claimed,) = takes()
    with transaction():
        cancel(db.session.get_one(OutboxMessage, number), "dropped")

    assert delivers(company, "ada", claimed).state == "written"
    assert value_of("ada", "position") == "Director"


def test_a_person_who_was_written_is_named_at_once(company: FakeDirectory) -> None:
    enters("ben", "manager", "Ada Lovelace")
    (claimed,) = takes()

    delivers(company, "ben", claimed)

    assert value_of("ben", "manager") == f"uid=ada,ou=people,{SUFFIX}"
    assert opens("ben").field("manager").values == ("Ada Lovelace",)


def test_what_was_refused_stands_in_the_form_and_is_sent_again_only_if_touched() -> None:
    number = enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, OutboxState.REJECTED, reason="not_accepted")

    form = opens("ada")
    assert form.field("position").values == ("Director",)
    form.type("im", "@ada").save()
    assert [each.state for each in messages_of("ada")] == ["rejected"]

    second = enters("ada", "position", "Chair")
    assert (message(number).state, message(number).superseded_by) == ("superseded", second)


@pytest.mark.parametrize("state", [OutboxState.REJECTED, OutboxState.DEAD])
def test_what_was_refused_is_forgotten_with_the_confirmed_value(state: OutboxState) -> None:
    number = enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, state)

    opens("ada").type("position", "Countess").save()

    assert message(number).state == "cancelled"
    assert open_message("ada", "position") is None


def test_a_claim_takes_no_more_than_it_is_asked_for() -> None:
    for login in ("ada", "ben", "cem"):
        enters(login, "position", "Director")

    with transaction():
        assert len(claim(1, limit=2)) == 2


@both_databases
def test_workers_who_claim_at_once_never_get_the_same_entry(
    company: FakeDirectory, in_app: Flask
) -> None:
    for login in ("ada", "ben", "cem"):
        opens(login).type("position", "Director").type("location", "Rome").save()
    together = Barrier(4)

    def work() -> list[Claimed]:
        with in_app.app_context():
            together.wait(timeout=20)
            with transaction():
                return claim(1, limit=2)

    with ThreadPoolExecutor(4) as workers:
        taken = [each.result() for each in [workers.submit(work) for _worker in range(4)]]

    ids = [each.id for some in taken for each in some]
    assert len(ids) == len(set(ids)) == 6
    holders = [{each.place.unique_id for each in some} for some in taken if some]
    assert sum(map(len, holders)) == len(set.union(*holders))
