"""What a directory does not take now waits in sight, and counts as tried only where it answered."""

from datetime import timedelta

import pytest

from lupweb import clock
from lupweb.database import db, end_reading, transaction
from lupweb.directories.service import get_directory
from lupweb.errors import ReadOnlyMode
from lupweb.options.registry import READ_ONLY
from lupweb.options.service import set_option
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.profiles.models import ProfileField
from lupweb.writeback import breaker
from lupweb.writeback.backoff import Cause
from tests.fakes import FakeDirectory
from tests.writeback.world import (
    Clock,
    drain,
    enter,
    message,
    state,
)


def changes(company: FakeDirectory) -> int:
    return len(company.server.changing.changes)


def test_x10_a_read_only_server_burns_no_attempts(company: FakeDirectory, clock_of: Clock) -> None:
    numbers = [enter("anna", "position", "Chef"), enter("bert", "location", "Porto")]
    company.be_read_only()
    for _minute in range(60):
        drain(company)
        clock_of.move(minutes=1)

    found = [message(number) for number in numbers]
    assert [each.state for each in found] == ["waiting", "waiting"]
    assert [each.attempts for each in found] == [0, 0]
    assert {each.reason for each in found} == {"read_only"}

    company.be_read_only(is_read_only=False)
    clock_of.move(minutes=6)
    drain(company)
    assert [state(number) for number in numbers] == [OutboxState.WRITTEN] * 2


def test_a_single_entry_that_is_not_to_be_changed_does_not_hold_up_the_rest(
    company: FakeDirectory, clock_of: Clock
) -> None:
    company.refuse_attribute("title", 53)
    waiting = enter("anna", "position", "Chef")
    others = [enter("bert", "location", "Porto"), enter("bert", "phone", "+49 30 90")]

    for _minute in range(4):
        drain(company)
        clock_of.move(seconds=31)

    assert state(waiting) is OutboxState.WAITING
    assert [state(number) for number in others] == [OutboxState.WRITTEN] * 2


def test_x08_a_changed_service_password_costs_one_sign_in_in_five_minutes(
    company: FakeDirectory, clock_of: Clock
) -> None:
    number = enter("anna", "position", "Chef")
    company.refuse_credentials()
    company.server.questions.clear()
    for _minute in range(10):
        drain(company)
        clock_of.move(minutes=1)

    binds = [each for each in company.server.questions if each.startswith("bind")]
    assert len(binds) == 2
    assert breaker.left_alone()[1].cause is Cause.CREDENTIALS
    end_reading()

    company.refuse_credentials(refuse=False)
    clock_of.move(minutes=5)
    drain(company)
    assert state(number) is OutboxState.WRITTEN


def test_a_site_in_read_only_mode_lets_everything_wait(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        set_option(READ_ONLY, True)

    with pytest.raises(ReadOnlyMode):
        drain(company)

    assert state(number) is OutboxState.QUEUED


@pytest.mark.parametrize("switch", ["directory", "field", "mapping"])
def test_what_is_switched_off_meanwhile_waits(
    company: FakeDirectory, switch: str, clock_of: Clock
) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        field = db.session.query(ProfileField).filter_by(key="position").one()
        if switch == "directory":
            get_directory("main").writes = False
        elif switch == "field":
            field.writes_back = False
        else:
            field.attribute = "employeeType"

    drain(company)

    found = message(number)
    assert (found.state, found.reason, found.attempts) == ("waiting", "switched_off", 0)
    assert changes(company) == 0
    with transaction():
        get_directory("main").writes = True
        field = db.session.query(ProfileField).filter_by(key="position").one()
        field.writes_back, field.attribute = True, "title"
    clock_of.move(minutes=2)
    drain(company)
    assert state(number) is OutboxState.WRITTEN


def test_where_nobody_can_be_seen_nobody_is_gone(company: FakeDirectory) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        get_directory("main").additional_user_dn = "ou=elsewhere"

    drain(company)

    found = message(number)
    assert (found.state, found.reason, found.attempts) == ("waiting", "unreachable", 0)


def test_what_is_tried_forty_times_is_given_up(company: FakeDirectory, clock_of: Clock) -> None:
    number = enter("anna", "position", "Chef")
    with transaction():
        db.session.get_one(OutboxMessage, number).attempts = 38
    for attempt in range(2):
        for room in range(5):
            text = f"{attempt}.{room}".encode()
            company.meanwhile(lambda text=text: company.set("anna", "roomNumber", [text]))
        drain(company)
        clock_of.move(minutes=16)

    found = message(number)
    assert (found.state, found.reason, found.attempts) == ("dead", "busy", 40)


def test_changes_are_kept_apart(company: FakeDirectory) -> None:
    with transaction():
        first = breaker.begin(1, 20, 20, clock.now())
        second = breaker.begin(1, 1, 20, clock.now())

    assert second - first == timedelta(seconds=1)
