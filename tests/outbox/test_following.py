"""What is entered while another value is sent follows it, and what is found is told apart."""

import pytest

from lupweb.outbox.comparing import Held, what_is_held
from lupweb.outbox.states import OutboxState
from lupweb.outbox.values import Claimed, Sent
from lupweb.profiles.layout import FieldLayout
from tests.databases import both_databases
from tests.factories import SUFFIX
from tests.fakes import FakeDirectory
from tests.outbox.company import (
    answers,
    delivers,
    enters,
    message,
    opens,
    takes,
)
from tests.profiles.editing import layout, value_of

pytestmark = pytest.mark.usefixtures("company")


def field(key: str) -> FieldLayout:
    found = layout().find_field(key)
    assert found is not None
    return found


@both_databases
def test_x16_a_value_entered_while_another_is_sent_follows_it(company: FakeDirectory) -> None:
    enters("ada", "position", "Director")
    (sent,) = takes()

    second = enters("ada", "position", "Chair")

    assert (message(sent.id).state, message(sent.id).superseded_by) == ("superseded", second)
    assert takes() == []  # the entry belongs to whoever sends the first one
    delivers(company, "ada", sent)
    assert value_of("ada", "position") == "Director"
    (next_one,) = takes()
    assert (next_one.wanted.old_value, next_one.wanted.new_value) == ("Director", "Chair")
    assert next_one.in_flight == ()
    assert opens("ada").field("position").values == ("Chair",)


def test_x16_what_was_sent_without_an_answer_is_known_as_our_own() -> None:
    enters("ada", "position", "Director")
    (sent,) = takes()
    answers(sent, OutboxState.UNKNOWN)
    second = enters("ada", "position", "Chair")

    (claimed,) = takes()

    assert claimed.id == second
    assert claimed.in_flight == (Sent("Director", (b"Director",)),)
    kind = field("position").type
    for held, expected in (
        (b"Countess", Held.EXPECTED),
        (b"Director", Held.EXPECTED),
        (b"Chair", Held.DESIRED),
        (b"Clerk", Held.FOREIGN),
    ):
        assert what_is_held(claimed, kind, [held]) is expected


@pytest.mark.parametrize("state", [OutboxState.REJECTED, OutboxState.CONFLICT])
def test_a_value_that_did_not_get_through_is_not_awaited_any_more(state: OutboxState) -> None:
    enters("ada", "position", "Director")
    (sent,) = takes()
    second = enters("ada", "position", "Chair")

    answers(sent, state)

    assert message(sent.id).state == "superseded"
    assert (message(second).state, message(second).in_flight) == ("queued", [])


def test_the_value_of_before_is_sent_again_where_another_may_be_on_its_way() -> None:
    enters("ada", "position", "Director")
    takes()

    second = enters("ada", "position", "Countess")

    kept = message(second)
    assert (kept.new_value, kept.in_flight[0]["value"]) == ("Countess", "Director")


def test_what_may_have_been_sent_stays_unknown_until_the_entry_is_read() -> None:
    enters("ada", "position", "Director")
    (sent,) = takes()
    answers(sent, OutboxState.UNKNOWN)
    (again,) = takes()

    settled = answers(again, OutboxState.WAITING)

    assert again.is_unsure
    assert settled.state == "unknown"


def test_x14_a_second_value_that_nobody_was_shown_is_foreign() -> None:
    (claimed,) = _claimed("ada", "position", "Director")

    kind = field("position").type
    assert what_is_held(claimed, kind, [b"Countess", b"Sir"]) is Held.FOREIGN
    assert what_is_held(claimed, kind, []) is Held.FOREIGN


def test_a_value_is_the_same_however_the_directory_writes_it() -> None:
    (claimed,) = _claimed("ada", "position", "Director")
    kind = field("position").type
    assert what_is_held(claimed, kind, [b" Countess "]) is Held.EXPECTED

    (claimed,) = _claimed("ben", "manager", "Ada Lovelace")
    kind = field("manager").type
    found = f"UID=Ada, ou=People,{SUFFIX}".encode()
    assert what_is_held(claimed, kind, [found]) is Held.DESIRED
    assert what_is_held(claimed, kind, []) is Held.EXPECTED


def _claimed(login: str, key: str, value: str) -> list[Claimed]:
    enters(login, key, value)
    return takes()
