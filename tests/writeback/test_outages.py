"""A directory that is away costs time and nothing else."""

from lupweb.database import end_reading
from lupweb.outbox.queries import counts
from lupweb.outbox.states import OutboxState
from lupweb.writeback import breaker
from lupweb.writeback.backoff import Cause
from lupweb.writeback.sentences import owner_sentence
from tests.fakes import FakeDirectory
from tests.writeback.world import Clock, drain, enter, held, message, state


def test_a_directory_that_is_down_for_an_hour_gets_everything_soon_after(
    company: FakeDirectory, clock_of: Clock
) -> None:
    company.go_down()
    numbers = []
    for minute in range(60):
        if minute % 20 == 0:
            numbers.append(enter("anna", ("position", "location", "phone")[minute // 20], "7"))
        drain(company)
        clock_of.move(minutes=1)
    found = [message(number) for number in numbers]
    assert {(each.state, each.reason, each.attempts) for each in found} == {
        ("waiting", "unreachable", 0)
    }

    company.come_up()
    for _second in range(61):
        drain(company)
        clock_of.move(seconds=5)

    assert [state(number) for number in numbers] == [OutboxState.WRITTEN] * 3
    assert held(company, "anna", "title") == [b"7"]
    assert breaker.left_alone() == {}
    end_reading()


def test_a_directory_that_is_away_is_tried_by_one_message_and_seldom(
    company: FakeDirectory, clock_of: Clock
) -> None:
    for login in ("anna", "bert"):
        for key in ("position", "location", "phone"):
            enter(login, key, "7")
    company.go_down()
    tries = []

    def refused(*_server: object) -> FakeDirectory:
        tries.append(1)
        return FakeDirectory.connect(company)

    company.connect = refused  # type: ignore[method-assign]
    for _look in range(60 * 3):
        drain(company)
        clock_of.move(seconds=20)

    assert len(tries) < 5 + 60 * 60 / 300 + 6  # five, then ever less, at last every five minutes


def test_whoever_enters_something_meanwhile_is_told_when_it_is_tried(
    company: FakeDirectory, clock_of: Clock
) -> None:
    company.go_down()
    enter("anna", "position", "Chef")
    for _second in range(12):
        drain(company)
        clock_of.move(seconds=5)
    number = enter("bert", "position", "Chef")
    drain(company)

    found = message(number)

    said = owner_sentence(found, field="Position", directory="Main", next_try="14:05")
    assert said == "Saved here. The directory is not reachable at the moment. Next try: 14:05."
    assert breaker.left_alone()[1].cause is Cause.UNREACHABLE
    end_reading()


def test_what_waits_counts_from_when_it_was_entered(
    company: FakeDirectory, clock_of: Clock
) -> None:
    company.go_down()
    enter("anna", "position", "Chef")
    entered_at = clock_of.now()
    for _second in range(20):
        drain(company)
        clock_of.move(minutes=1)

    found = counts(1)

    assert (found.waiting, found.oldest_at) == (1, entered_at)
    end_reading()
