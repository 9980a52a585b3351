"""Names in chats, their protocols, and where they lead."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.instant_messenger import InstantMessengerType

CUSTOM = {"protocol": "custom", "address": "https://chat.example.com/to/{handle}?at={host}"}


@pytest.mark.parametrize(
    ("options", "value", "address"),
    [
        ({"protocol": "matrix"}, "@ada:example.com", "https://matrix.to/#/@ada:example.com"),
        ({"protocol": "matrix", "host": "x.org"}, "@ada", "https://matrix.to/#/@ada:x.org"),
        ({"protocol": "xmpp", "host": "x.org"}, "ada", "xmpp:ada@x.org"),
        ({"protocol": "xmpp", "host": "x.org"}, "ada@y.org", "xmpp:ada@y.org"),
        ({"protocol": "signal"}, "+49611", "https://signal.me/#p/+49611"),
        ({}, "xmpp:ada@x.org", "xmpp:ada@x.org"),
        ({}, "ada@x.org", ""),
        ({}, "skype:ada", ""),
        ({"protocol": "matrix"}, "xmpp:ada@x.org", "xmpp:ada@x.org"),
        ({**CUSTOM, "host": "x.org"}, "a b/c?d", "https://chat.example.com/to/a%20b%2Fc%3Fd?at=x.org"),
    ],
)  # fmt: skip
def test_a_name_leads_to_its_chat(options: dict[str, str], value: str, address: str) -> None:
    assert InstantMessengerType(options).address(value) == address


@pytest.mark.parametrize(
    ("options", "typed", "stored"),
    [
        ({}, ["matrix", "@ada:x.org"], "matrix:@ada:x.org"),
        ({}, ["", "ada"], "ada"),
        ({}, ["ada"], "ada"),
        ({}, ["matrix", ""], ""),
        ({"protocol": "matrix"}, ["@ada:x.org"], "@ada:x.org"),
        ({"protocol": "matrix"}, ["matrix", "@ada:x.org"], "@ada:x.org"),
    ],
)
def test_the_protocol_is_stored_where_the_field_has_none(
    options: dict[str, str], typed: list[str], stored: str
) -> None:
    kind = InstantMessengerType(options)

    assert kind.parse(typed) == stored
    assert kind.parse(kind.form_values(stored)) == stored


def test_a_chat_that_is_not_offered_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no such chat"):
        InstantMessengerType({}).parse(["custom", "ada"])


def test_people_choose_the_chat_only_where_the_field_has_none() -> None:
    assert InstantMessengerType({"protocol": "teams"}).choices() == []
    offered = [each.value for each in InstantMessengerType({}).choices()]
    assert offered == ["teams", "teams_call", "xmpp", "matrix", "signal"]


def test_the_text_of_a_link_hides_no_name_from_the_search() -> None:
    kind = InstantMessengerType({"protocol": "teams", "link_text": "Chat"})

    assert kind.text("ada@x.org") == "Chat"
    assert kind.words("ada@x.org") == "ada@x.org"


@pytest.mark.parametrize(
    "options",
    [
        {"protocol": "custom"},
        {**CUSTOM, "address": "javascript:{handle}"},
        {**CUSTOM, "address": "https://{handle}/"},
        {**CUSTOM, "address": "https://example.com/"},
        {"protocol": "icq"},
    ],
)
def test_b43_an_address_that_opens_no_chat_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(InvalidValue):
        FIELD_TYPES["instant_messenger"].check_options(options)
