"""Administrators look at what did not reach a directory, have it tried again, or give it up."""

import pytest
from sqlalchemy import select

from lupweb.accounts.roles import Role
from lupweb.accounts.viewers import OPERATOR
from lupweb.audit.models import AuditEvent
from lupweb.database import db, end_reading, transaction
from lupweb.errors import Forbidden, InvalidValue, NotFound
from lupweb.outbox.queries import counts, messages, open_messages, told_messages
from lupweb.outbox.states import OutboxState
from lupweb.outbox.steering import drop, drop_all, retry, retry_all
from lupweb.people.queries import get_person
from tests.databases import counted_queries
from tests.fakes import FakeDirectory
from tests.outbox.company import answers, delivers, enters, message, opens, takes
from tests.profiles.editing import ADMIN, value_of, viewer_named

pytestmark = pytest.mark.usefixtures("company")


def a_dead_one() -> int:
    number = enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, OutboxState.DEAD, counts=True)
    return number


def test_only_administrators_steer_and_a_stranger_cannot_tell_what_is_there() -> None:
    number = a_dead_one()
    employee = viewer_named("ada", Role.EMPLOYEE)

    for act in (retry, drop):
        for each in (number, 999):
            with pytest.raises(Forbidden), transaction():
                act(employee, each)
    assert message(number).state == "dead"


def test_what_was_given_up_is_tried_again_from_the_beginning(company: FakeDirectory) -> None:
    number = a_dead_one()

    with transaction():
        retry(ADMIN, number)

    assert (message(number).state, message(number).attempts) == ("queued", 0)
    (claimed,) = takes()
    delivers(company, "ada", claimed)
    assert value_of("ada", "position") == "Director"


def test_what_was_dropped_leaves_the_confirmed_value_and_a_note_without_values() -> None:
    number = enters("ada", "position", "Director")

    with transaction():
        drop(ADMIN, number)

    assert (message(number).state, message(number).reason) == ("cancelled", "dropped")
    assert opens("ada").field("position").values == ("Countess",)
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.kind, event.changes) == ("writeback.dropped", {"state": ["queued", "cancelled"]})


def test_what_is_settled_is_neither_tried_nor_dropped(company: FakeDirectory) -> None:
    enters("ada", "position", "Director")
    (claimed,) = takes()
    delivers(company, "ada", claimed)

    for act in (retry, drop):
        with pytest.raises(InvalidValue), transaction():
            act(ADMIN, claimed.id)
        with pytest.raises(NotFound), transaction():
            act(ADMIN, 999)
    with transaction():
        assert (retry_all(OPERATOR, [claimed.id, 999]), drop_all(OPERATOR, [claimed.id])) == (0, 0)


def test_what_is_sent_without_an_answer_stays_unknown_when_it_is_tried_again() -> None:
    number = enters("ada", "position", "Director")
    (claimed,) = takes()
    answers(claimed, OutboxState.UNKNOWN)

    with transaction():
        retry(ADMIN, number)

    assert message(number).state == "unknown"


def test_lists_and_numbers_say_what_waits_and_what_is_in_trouble() -> None:
    dead = a_dead_one()
    waiting = enters("ben", "position", "Baker")
    ada, ben = get_person("ada").id, get_person("ben").id

    with counted_queries() as sent:
        found = counts(1)
    assert len(sent) == 2
    assert (found.waiting, found.troubled) == (1, 1)
    assert found.oldest_at == message(waiting).created_at
    assert [each.id for each in messages()] == [waiting, dead]
    assert [each.id for each in messages(before=waiting)] == [dead]
    assert [each.id for each in messages([OutboxState.DEAD], directory_id=1)] == [dead]
    with counted_queries() as sent:
        assert open_messages([ada, ben]).keys() == {ben}
        assert told_messages([ada, ben]).keys() == {ada, ben}
    assert len(sent) == 2
    end_reading()
