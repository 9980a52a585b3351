"""What every field type promises: a new type is tested by existing."""

import pytest
from bs4 import BeautifulSoup, Tag
from markupsafe import Markup

from lupweb.errors import InvalidValue, NotFound
from lupweb.field_types import FIELD_TYPES, field_type
from lupweb.field_types.base import FieldType, PersonLink

EVERY_TYPE = [pytest.param(key, id=key) for key in sorted(FIELD_TYPES)]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea><svg/onload=alert(1)>",
    "{{7*7}}",
    "${7*7}",
    "{% raw %}",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<b>",
    "vbscript:x",
    "//evil.example",
    "https://bank.example@evil.example/",
    'https://a.example/"onmouseover="alert(1)',
    "a@b.example?bcc=x&body=y",
    "tel:+49;phone-context=<b>",
    "https://[broken",
]
ADDRESSES = ("http://", "https://", "mailto:", "tel:", "xmpp:", "/people/")
PERSON = PersonLink("<b>Ada</b>", "ada", "/people/ada")


def every_type(key: str) -> FieldType:
    return field_type(key, {"protocol": "xmpp", "choices": ["One", "Two"], "region": "DE"})


def parsed(markup: Markup) -> Tag:
    found = BeautifulSoup(f"<main>{markup}</main>", "html5lib").main
    assert found
    return found


def test_the_types_of_the_product_are_there() -> None:
    expected = {"text", "multiline", "phone", "email", "url", "select", "date", "user_select"}
    assert expected <= FIELD_TYPES.keys()


def test_a_type_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(NotFound, match="no field type “nonsense”"):
        field_type("nonsense")


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_no_value_delivered_is_no_value(key: str) -> None:
    assert every_type(key).read([]) == ""


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_of_several_values_the_same_is_taken_whatever_their_order(key: str) -> None:
    values = [b"2020-01-02", b"2019-01-02", b"2021-01-02"]

    kind = every_type(key)

    assert kind.read(values) == kind.read(values[::-1]) == kind.read([b"2019-01-02"])


@pytest.mark.parametrize("key", EVERY_TYPE)
@pytest.mark.parametrize("value", [b"\xff\xfe", b"a\0b"])
def test_bytes_that_are_no_text_are_refused(key: str, value: bytes) -> None:
    with pytest.raises(InvalidValue):
        every_type(key).read([value])


@pytest.mark.parametrize("key", EVERY_TYPE)
@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("person", [None, PERSON], ids=["nobody", "somebody"])
def test_a_hostile_value_is_shown_as_typed_and_makes_no_element(
    key: str, value: str, person: PersonLink | None
) -> None:
    shown = parsed(every_type(key).render(value, person))

    for element in shown.find_all(True):
        assert element.name in {"a", "br", "bdi"}
        assert not [name for name in element.attrs if name.startswith("on")]
        assert element.get("href", "https://").startswith(ADDRESSES)
    assert "49" not in shown.get_text() or "49" in value


@pytest.mark.parametrize("key", EVERY_TYPE)
def test_plain_text_says_what_the_page_says(key: str) -> None:
    kind = every_type(key)
    value = "2018-03-01" if key == "date" else "plain words"

    assert parsed(kind.render(value)).get_text() == kind.text(value)
