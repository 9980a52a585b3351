"""What single types do with values of the real world."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.field_types.base import PersonLink
from lupweb.field_types.email import is_address
from lupweb.field_types.linking import web_address
from lupweb.field_types.phone import dial_link


@pytest.mark.parametrize(
    ("delivered", "stored", "shown"),
    [
        (b"2018-03-01", "2018-03-01", "1 March 2018"),
        (b"20180301000000Z", "2018-03-01", "1 March 2018"),
        (b"20180301120000.0Z", "2018-03-01", "1 March 2018"),
        (b"01.03.2018", "2018-03-01", "1 March 2018"),
        (b"--03-01", "--03-01", "1 March"),
        (b"--0229", "--02-29", "29 February"),
    ],
)
def test_a_date_is_understood_in_the_forms_that_directories_hold(
    delivered: bytes, stored: str, shown: str
) -> None:
    kind = field_type("date")

    assert kind.read([delivered]) == stored
    assert kind.text(stored) == shown


@pytest.mark.parametrize("delivered", [b"soon", b"2018-13-01", b"31.02.2018", b"--02-30", b"12"])
def test_what_is_no_date_is_refused_with_a_sentence(delivered: bytes) -> None:
    with pytest.raises(InvalidValue, match="is no date"):
        field_type("date").read([delivered])


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("+49 611 20570", "tel:+49-611-20570"),
        ("0611 20570", "tel:+49-611-20570"),
        ("+49 611 20570 ext. 12", "tel:+49-611-20570;ext=12"),
        ("1234", ""),
        ("call me", ""),
        ("+49 611 20570<b>", ""),
        ("9" * 10_000, ""),
    ],
)
def test_only_a_full_number_can_be_dialled(number: str, link: str) -> None:
    assert dial_link(number, "DE") == link


def test_a_number_is_shown_as_the_directory_delivered_it() -> None:
    shown = str(field_type("phone", {"region": "DE"}).render("0611/20570"))

    assert shown == '<a class="num" href="tel:+49-611-20570">0611/20570</a>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada@example.com", True),
        ("jdoe@corp.local", True),
        ("ünï@example.com", True),
        ("a@b?bcc=x", False),
        ("a b@example.com", False),
        ("@corp.local", False),
        ("nobody", False),
        ("", False),
    ],
)
def test_addresses_of_companies_are_addresses(text: str, expected: bool) -> None:
    assert is_address(text) is expected


@pytest.mark.parametrize(
    ("text", "is_link"),
    [
        ("https://example.com/a?b=c", True),
        ("HTTP://EXAMPLE.COM", True),
        ("example.com", False),
        ("//example.com", False),
        ("ftp://example.com", False),
        ("https://ok@evil.example", False),
        ("https://", False),
        ("https://a b", False),
        ("see https://example.com", False),
    ],
)
def test_only_whole_web_addresses_become_links(text: str, is_link: bool) -> None:
    assert (web_address(text) is not None) is is_link


def test_a_select_keeps_what_is_no_option_and_spells_what_is() -> None:
    kind = field_type("select", {"choices": ["Hamburg", "Porto"]})

    assert kind.read([b"PORTO"]) == "Porto"
    assert kind.read([b"Lisbon"]) == "Lisbon"


def test_several_lines_keep_their_breaks() -> None:
    kind = field_type("multiline")

    assert str(kind.render(kind.read([b"one\ntwo <b>"]))) == "one<br>two &lt;b&gt;"


def test_a_postal_address_has_lines_where_the_directory_has_dollars() -> None:
    kind = field_type("multiline", {"postal_address": True})

    assert kind.read([b"Rua do Farol 12 $ 4150 Porto \\24"]) == "Rua do Farol 12\n4150 Porto $"


def test_a_person_is_a_link_and_an_unknown_one_stays_text() -> None:
    kind = field_type("user_select")
    ada = PersonLink("Ada", "ada", "/people/ada")

    assert str(kind.render("uid=ada", ada)) == '<a href="/people/ada"><bdi>Ada</bdi></a>'
    assert str(kind.render("uid=gone", None)) == "uid=gone"


def test_a_chat_name_is_a_link_where_its_protocol_has_addresses() -> None:
    with_protocol = field_type("instant_messenger", {"protocol": "matrix"})

    assert "https://matrix.to/#/@ada:example.com" in str(with_protocol.render("@ada:example.com"))
    assert str(field_type("instant_messenger").render("@ada")) == "@ada"
