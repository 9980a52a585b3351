"""What single types do with values of the real world."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.field_types.base import PersonLink
from lupweb.field_types.email import is_address
from lupweb.field_types.linking import web_address
from lupweb.field_types.phone import dial_link
from lupweb.field_types.referring import NOT_SHOWN


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


def test_a_number_of_a_directory_is_kept_as_delivered_and_shown_with_its_country() -> None:
    kind = field_type("phone", {"region": "DE"})

    assert kind.read([b"0611/20570"]) == "0611/20570"
    assert str(kind.render("0611/20570")) == (
        '<a class="num" href="tel:+49-611-20570">+49 611 20570</a>'
    )


@pytest.mark.parametrize("number", ["+49 40 66969 210", "+1 212-555-0123", "+49 40 66969210"])
def test_a_number_that_has_its_country_keeps_its_form_wherever_it_is_shown(number: str) -> None:
    kind = field_type("phone", {"region": "DE"})
    dialled = "tel:" + number.replace(" ", "-")

    assert kind.text(number) == kind.export(number) == number
    assert str(kind.render(number)) == f'<a class="num" href="{dialled}">{number}</a>'


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


def test_a_person_is_a_link_and_an_unknown_one_is_told_in_words() -> None:
    kind = field_type("user_select")
    ada = PersonLink("Ada", "ada", "/people/ada")

    assert str(kind.render("uid=ada", ada)) == '<a href="/people/ada"><bdi>Ada</bdi></a>'
    assert str(kind.render("uid=gone", None)) == NOT_SHOWN
    assert str(kind.render("Ada <L.>", None)) == "Ada &lt;L.&gt;"
    assert (kind.text("id:7"), kind.words("id:7"), kind.export("id:7")) == (NOT_SHOWN, "", None)


def test_a_chat_name_is_a_link_where_its_protocol_has_addresses() -> None:
    with_protocol = field_type("instant_messenger", {"protocol": "matrix"})

    assert "https://matrix.to/#/@ada:example.com" in str(with_protocol.render("@ada:example.com"))
    assert str(field_type("instant_messenger").render("@ada")) == "@ada"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0611/20570", "+49 611 20570"),
        ("+351 22 200 1234", "+351 22 200 1234"),
        ("+49 611 20570 ext. 12", "+49 611 20570 ext. 12"),
        ("0611 20570 x12", "+49 611 20570 ext. 12"),
    ],
)
def test_a_typed_number_is_stored_as_it_is_shown_and_written_so(typed: str, stored: str) -> None:
    kind = field_type("phone", {"region": "DE"})

    assert kind.parse([typed]) == stored
    assert kind.write(stored) == [stored.encode()]


@pytest.mark.parametrize("typed", ["1234", "call me", "+49 611", "9" * 64, "+49 611 20570<b>"])
def test_what_is_no_full_number_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidValue, match="An example: \\+49 611 20570"):
        field_type("phone", {"region": "DE"}).parse([typed])


def test_a_number_of_the_house_is_taken_where_the_field_says_so() -> None:
    kind = field_type("phone", {"region": "DE", "short_numbers": True})

    assert kind.parse(["1234"]) == "1234"
    assert str(kind.render("1234")) == "1234"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("example.com", "https://example.com"),
        ("www.example.com/a?b#c", "https://www.example.com/a?b#c"),
        ("mailto:ada@example.com", "mailto:ada@example.com"),
        ("tel:+49 611 20570", "tel:+49 611 20570"),
        ("http://localhost:8000/", "http://localhost:8000/"),
    ],
)
def test_a_typed_web_address_is_whole(typed: str, stored: str) -> None:
    assert field_type("url").parse([typed]) == stored


@pytest.mark.parametrize(
    "typed",
    ["javascript:alert(1)", "ftp://example.com", "https://ok@evil.example", "//evil.example",
     "mailto:a@b.example?bcc=x", "tel:1;phone-context=x", "ada@example.com", "words"],
)  # fmt: skip
def test_b43_b44_no_other_address_can_be_entered(typed: str) -> None:
    with pytest.raises(InvalidValue, match="no web address"):
        field_type("url").parse([typed])


def test_addresses_in_a_line_of_text_become_links() -> None:
    shown = str(field_type("text").render("see (https://a.example/x), or ada@example.com."))

    assert shown == (
        'see (<a href="https://a.example/x" rel="noopener noreferrer nofollow">'
        "https://a.example/x</a>), or"
        ' <a href="mailto:ada@example.com">ada@example.com</a>.'
    )


def test_a_postal_address_is_written_as_it_was_read() -> None:
    kind = field_type("multiline", {"postal_address": True})
    value = "Rua $ \\ \\24\n4150 Porto"

    assert kind.write(value) == [b"Rua \\24 \\5C \\5C24$4150 Porto"]
    assert kind.read(kind.write(value)) == value


def test_people_are_written_by_the_dn_of_their_entry_and_exported_by_login() -> None:
    several, one = field_type("multi_user_select"), field_type("user_select")
    ada = PersonLink("Ada", "ada", "/people/ada")

    assert several.write("id:7\nuid=ines,dc=x", {"id:7": "uid=ada,dc=x"}) == [
        b"uid=ada,dc=x",
        b"uid=ines,dc=x",
    ]
    assert several.export("id:7\nuid=gone", people={"id:7": ada}) == ["ada"]
    assert several.text("id:7\nuid=gone", people={"id:7": ada}) == f"Ada, {NOT_SHOWN}"
    assert (one.export("id:7", ada), one.export("id:7")) == ("ada", None)
    with pytest.raises(InvalidValue, match="no entry in this directory"):
        one.write("id:7")


def test_two_records_of_one_person_are_named_once() -> None:
    several = field_type("multi_user_select")
    ada = PersonLink("Ada", "ada", "/people/ada")
    value, people = "id:7\nid:8\nid:9\ncn=gone", {"id:7": ada, "id:8": ada}

    assert several.text(value, people=people) == f"Ada, {NOT_SHOWN}"
    assert several.render(value, people=people).count("<a ") == 1


@pytest.mark.parametrize("key", ["text", "multiline", "tags", "instant_messenger"])
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ad\u202ea\u2066\u200b\ufeff", "Ada"),
        ("e\u0301", "é"),
        ("a" + "\u0301" * 300, "á" + "\u0301" * 8),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\ud800x", "x"),
    ],
)
def test_b46_b48_what_people_type_is_cleaned_as_what_a_directory_delivers(
    key: str, typed: str, stored: str
) -> None:
    assert field_type(key).parse([typed]) == stored
