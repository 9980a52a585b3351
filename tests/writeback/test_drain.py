"""What people enter reaches the directory once, or waits in sight."""

import pytest

from lupweb import clock
from lupweb.audit.models import History
from lupweb.database import db, end_reading, transaction
from lupweb.directories.models import Identity
from lupweb.ldap.dn import fold_dn
from lupweb.outbox.service import claim
from lupweb.outbox.states import OutboxState
from lupweb.writeback import breaker
from lupweb.writeback.backoff import Cause
from tests.factories import SUFFIX
from tests.fakes import FakeDirectory
from tests.writeback.world import (
    Clock,
    confirmed,
    drain,
    enter,
    held,
    message,
    person_of,
    state,
)

ANNA = f"uid=anna,ou=people,{SUFFIX}"
both_forms = pytest.mark.parametrize("form", ["assertion", "values"])


def history_of(login: str, key: str) -> list[tuple[str, str]]:
    person_id = person_of(login).id
    rows = db.session.query(History).filter_by(person_id=person_id, field_key=key)
    found = [(row.old, row.new) for row in rows.order_by(History.id) if row.old]
    end_reading()
    return found


def changes(company: FakeDirectory) -> int:
    return len(company.server.changing.changes)


@both_forms
def test_what_is_entered_is_written_and_confirmed(company: FakeDirectory, form: str) -> None:
    company.compare_by(form)
    number = enter("anna", "position", "Chef")

    assert drain(company) == {number: OutboxState.WRITTEN}

    assert held(company, "anna", "title") == [b"Chef"]
    assert confirmed("anna", "position") == "Chef"
    assert history_of("anna", "position") == [("Cook", "Chef")]


@both_forms
def test_a_value_is_cleared_and_set_again(company: FakeDirectory, form: str) -> None:
    company.compare_by(form)
    enter("anna", "position", "")
    drain(company)
    assert held(company, "anna", "title") == []
    assert confirmed("anna", "position") == ""

    enter("anna", "position", "Chef")
    drain(company)

    assert held(company, "anna", "title") == [b"Chef"]


def test_the_fields_of_a_person_are_one_change(company: FakeDirectory) -> None:
    enter("anna", "position", "Chef")
    enter("anna", "location", "Faro")
    enter("bert", "location", "Porto")

    drain(company)

    assert changes(company) == 2


def test_a_telephone_number_is_written_as_the_profile_shows_it(company: FakeDirectory) -> None:
    enter("anna", "phone", "+49 40 5550123")

    drain(company)

    assert held(company, "anna", "telephoneNumber") == [b"+49 40 5550123"]


def test_nothing_is_written_where_somebody_typed_the_same(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Chef"])

    drain(company)

    assert (state(number), changes(company)) == (OutboxState.WRITTEN, 0)
    assert confirmed("anna", "position") == "Chef"


def test_x15_a_foreign_value_is_not_overwritten(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Waiter"])

    drain(company)

    found = message(number)
    assert (found.state, found.found_value, found.maybe_applied) == ("conflict", "Waiter", False)
    assert held(company, "anna", "title") == [b"Waiter"]
    assert confirmed("anna", "position") == "Cook"


@both_forms
def test_x15_a_change_between_read_and_modify_is_not_overwritten(
    company: FakeDirectory, form: str
) -> None:
    company.compare_by(form)
    number = enter("anna", "position", "Chef")
    company.meanwhile(lambda: company.set("anna", "title", [b"Waiter"]))

    drain(company)

    assert state(number) is OutboxState.CONFLICT
    assert held(company, "anna", "title") == [b"Waiter"]


def test_an_entry_that_moves_under_our_hands_is_read_again(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    for room in (b"1", b"2", b"3", b"4"):
        company.meanwhile(lambda room=room: company.set("anna", "roomNumber", [room]))

    drain(company)

    assert (state(number), changes(company)) == (OutboxState.WRITTEN, 5)


def test_five_rounds_are_enough_for_one_try(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    for room in range(5):
        text = str(room).encode()
        company.meanwhile(lambda text=text: company.set("anna", "roomNumber", [text]))

    drain(company)

    found = message(number)
    assert (found.state, found.reason, found.attempts) == ("waiting", "busy", 1)


def test_x14_a_second_value_in_the_directory_is_a_conflict(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.set("anna", "title", [b"Cook", b"Waiter"])

    drain(company)

    assert state(number) is OutboxState.CONFLICT
    assert held(company, "anna", "title") == [b"Cook", b"Waiter"]


def test_x16_a_lost_answer_is_looked_for_and_found(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.lose_answer(acted=True)

    drain(company)

    assert (state(number), changes(company)) == (OutboxState.WRITTEN, 1)
    assert history_of("anna", "position") == [("Cook", "Chef")]


def test_x16_a_request_that_did_not_arrive_is_sent_again(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    company.lose_answer(acted=False)

    drain(company)

    assert (state(number), changes(company)) == (OutboxState.WRITTEN, 2)


@pytest.mark.parametrize("acted", [True, False])
def test_a_third_value_behind_a_lost_answer_may_have_replaced_ours(
    company: FakeDirectory, acted: bool, clock_of: Clock
) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        breaker.note_failure(1, Cause.UNREACHABLE, "", clock.now())  # so the next try takes a while
    company.lose_answer(acted=acted)
    drain(company)
    assert state(number) is OutboxState.UNKNOWN
    company.set("anna", "title", [b"Waiter"])

    clock_of.move(minutes=1)
    drain(company)

    found = message(number)
    assert (found.state, found.found_value, found.maybe_applied) == ("conflict", "Waiter", True)
    assert confirmed("anna", "position") == "Cook"


def test_our_own_change_is_no_news_to_the_next_run_but_another_one_is(
    company: FakeDirectory,
) -> None:
    enter("anna", "position", "Chef")
    company.set("bert", "roomNumber", [b"7"])
    enter("bert", "position", "Chef")

    drain(company)

    stamps = {
        row.dn_folded: row.stamp == company.get(row.dn, "entryCSN")[0].decode()
        for row in db.session.query(Identity)
    }
    end_reading()
    assert stamps[fold_dn(ANNA)] is True
    assert stamps[fold_dn(ANNA.replace("anna", "bert"))] is False


def test_a_message_that_somebody_else_took_over_is_left_to_them(
    company: FakeDirectory, clock_of: Clock
) -> None:
    number = enter("anna", "position", "Chef")

    def overtaken() -> None:
        clock_of.move(seconds=61)
        with transaction():
            assert [each.id for each in claim(1)] == [number]

    company.meanwhile(overtaken)
    drain(company)

    assert state(number) is OutboxState.LEASED
    assert held(company, "anna", "title") == [b"Chef"]
    clock_of.move(seconds=61)
    drain(company)
    assert (state(number), changes(company)) == (OutboxState.WRITTEN, 1)
    assert history_of("anna", "position") == [("Cook", "Chef")]
