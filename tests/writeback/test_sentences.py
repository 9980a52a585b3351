"""What becomes of a value, in words: the owner reads no DN and no word of a server."""

import pytest

from lupweb.clock import now
from lupweb.errors import WriteRefused
from lupweb.outbox.models import OutboxMessage
from lupweb.outbox.states import OutboxState
from lupweb.writeback.reasons import Reason, read_reason, reason_of
from lupweb.writeback.sentences import administrator_sentence, owner_sentence

SERVER_TEXT = "no write access to uid=anna,ou=people"


def a_message(state: OutboxState, reason: str = "", **more: object) -> OutboxMessage:
    return OutboxMessage(
        state=state,
        reason=reason,
        attribute="title",
        field_key="position",
        not_before=now(),
        **{"last_code": 0, "last_info": "", "maybe_applied": False, **more},
    )


def owner(state: OutboxState, reason: str = "", **more: object) -> str:
    said = {"next_try": str(more.pop("next_try", "")), "theirs": str(more.pop("theirs", ""))}
    message = a_message(state, reason, last_info=SERVER_TEXT, **more)
    return str(owner_sentence(message, field="Position", directory="Main LDAP", **said))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (50, "The directory does not allow lupweb to change “Position”. Your directory team was"),
        (17, "The directory does not know title for your entry."),
        (65, "The directory does not know title for your entry."),
        (19, "The directory does not accept this value."),
        (21, "The directory does not accept this value."),
        (20, "The directory allows only one value here."),
        (64, "This value is part of your directory name and cannot be changed here."),
        (67, "This value is part of your directory name and cannot be changed here."),
        (69, "This value is part of your directory name and cannot be changed here."),
        (32, "You are no longer in the directory “Main LDAP”."),
        (80, "The directory refuses this value."),
    ],
)
def test_every_result_code_has_its_sentence(code: int, sentence: str) -> None:
    reason = reason_of(WriteRefused("refused", code=code), None)

    said = owner(OutboxState.REJECTED, reason, last_code=code)

    assert said.startswith(sentence)
    assert "uid=" not in said


def test_a_value_that_is_too_long_says_how_long_it_may_be() -> None:
    reason = reason_of(WriteRefused("refused", code=19), 64)

    assert owner(OutboxState.REJECTED, reason) == (
        "Too long for the directory: at most 64 characters."
    )


@pytest.mark.parametrize(
    ("state", "reason", "sentence"),
    [
        (OutboxState.QUEUED, "", "Being saved to the directory."),
        (OutboxState.LEASED, "", "Being saved to the directory."),
        (OutboxState.UNKNOWN, "", "Being checked: the answer of the directory was lost."),
        (OutboxState.WAITING, "read_only", "Saved here. The directory is read-only at the moment."),
        (OutboxState.WAITING, "of a later version", "Being saved to the directory."),
        (OutboxState.DEAD, "busy", "This could not be saved to the directory."),
        (OutboxState.CONFLICT, "", "The directory has another value by now."),
    ],
)
def test_every_state_has_its_sentence(state: OutboxState, reason: str, sentence: str) -> None:
    assert owner(state, reason).startswith(sentence)


def test_what_waits_says_until_when() -> None:
    said = owner(OutboxState.WAITING, "unreachable", next_try="14:05")

    assert said == "Saved here. The directory is not reachable at the moment. Next try: 14:05."


def test_a_write_that_may_have_taken_effect_is_neither_claimed_nor_denied() -> None:
    said = owner(OutboxState.CONFLICT, maybe_applied=True, theirs="Waiter")

    assert said == (
        "This may have been saved and then changed by someone else; the directory now says Waiter."
    )


def test_administrators_read_code_and_words_of_the_server() -> None:
    message = a_message(OutboxState.REJECTED, "no_right", last_code=50, last_info="no write access")

    assert administrator_sentence(message) == (
        "The account of lupweb may not write title. Result code 50; the server says:"
        " no write access"
    )


def test_of_what_was_given_up_nobody_says_that_it_is_tried_again() -> None:
    said = administrator_sentence(a_message(OutboxState.DEAD, "busy"))

    assert said == "Others changed the entry each time it was tried."


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_to_both(reason: Reason) -> None:
    assert owner(OutboxState.REJECTED, str(reason))
    assert owner(OutboxState.WAITING, str(reason))
    assert administrator_sentence(a_message(OutboxState.REJECTED, str(reason)))
    assert read_reason(str(reason)) == (reason, None)
