"""Numbers in the reader's language, in order, and exact in files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.texts import speaking

NUMBERS = st.decimals(-(10**9), 10**9, places=4).map(lambda number: f"{number:f}")


@pytest.mark.parametrize(
    ("spoken", "typed", "stored"),
    [
        ("en", "1,234.50", "1234.5"),
        ("en", "1234.5", "1234.5"),
        ("de", "1.234,50", "1234.5"),
        ("de", "1234,5", "1234.5"),
        ("de", "1.234", "1234"),
        ("de", "1.5", "1.5"),
        ("en", "+007", "7"),
        ("en", "-0", "0"),
        ("en", "1 234", "1234"),
        ("en", "12 km", "12"),
    ],
)
def test_a_number_is_understood_as_the_reader_types_it(
    spoken: str, typed: str, stored: str
) -> None:
    kind = field_type("number", {"unit": "km"})

    with speaking(spoken):
        assert kind.parse([typed]) == stored
        assert kind.parse(kind.form_values(stored)) == stored


@pytest.mark.parametrize("typed", ["twelve", "1,2,3", "1.2.3", "1e5", "9" * 16, "٣", "--1", "."])
def test_what_is_no_number_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidValue, match="An example: 1234"):
        field_type("number").parse([typed])


def test_limits_are_said_in_the_readers_language() -> None:
    kind = field_type("number", {"minimum": 0.5, "maximum": 12})

    with speaking("de"), pytest.raises(InvalidValue, match="0,5"):
        kind.parse(["0"])
    with pytest.raises(InvalidValue, match="12"):
        kind.parse(["13"])


def test_what_a_directory_delivers_is_plain_or_kept() -> None:
    kind = field_type("number", {"unit": "km"})

    assert kind.read([b"0012.50"]) == "12.5"
    assert kind.text("12.5") == "12.5 km"
    assert kind.read([b"about 12"]) == kind.text("about 12") == "about 12"


@settings(deadline=None)
@given(st.lists(NUMBERS, max_size=8))
def test_numbers_sort_as_numbers(numbers: list[str]) -> None:
    kind = field_type("number")
    plain = [kind.read([number.encode()]) for number in numbers]

    assert sorted(plain, key=kind.sort_key) == sorted(plain, key=float)


@settings(deadline=None)
@given(NUMBERS)
def test_a_number_in_a_file_is_the_number(number: str) -> None:
    kind = field_type("number")
    plain = kind.read([number.encode()])

    assert kind.read([str(kind.export(plain)).encode()]) == plain or "e" in str(kind.export(plain))


def test_limits_without_anything_between_them_are_refused() -> None:
    with pytest.raises(InvalidValue, match="smaller than the smallest"):
        type(field_type("number")).check_options({"minimum": 3, "maximum": 2})
