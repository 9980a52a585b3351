"""Days as directories deliver and people type them."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.texts import speaking


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2026-11-03", "2026-11-03"),
        ("2026-1-3", "2026-01-03"),
        ("3 November 2026", "2026-11-03"),
        ("3. November 2026", "2026-11-03"),
        ("3rd nov 2026", "2026-11-03"),
        ("November 3, 2026", "2026-11-03"),
        ("Nov. 3", "--11-03"),
        ("3.11.2026", "2026-11-03"),
        ("03. 11. 2026", "2026-11-03"),
        ("3.11.", "--11-03"),
        ("3. März 2026", "2026-03-03"),
        ("3 mar 2026", "2026-03-03"),
        ("29 February", "--02-29"),
        ("--02-29", "--02-29"),
    ],
)
@pytest.mark.parametrize("spoken", ["en", "de"])
def test_a_day_is_understood_as_people_type_it(typed: str, stored: str, spoken: str) -> None:
    with speaking(spoken):
        assert field_type("date").parse([typed]) == stored


@pytest.mark.parametrize(
    "typed", ["03/11/2026", "3.11.26", "31.02.2026", "29 February 2026", "soon", "13", "3 Movember"]
)
def test_what_is_no_day_or_could_be_two_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidValue, match="An example: 3 November 2026"):
        field_type("date").parse([typed])


@pytest.mark.parametrize(
    ("spoken", "value", "shown"),
    [
        ("en", "2026-11-03", "3 November 2026"),
        ("en", "--11-03", "3 November"),
        ("de", "2026-11-03", "03.11.2026"),
        ("de", "--11-03", "03.11."),
        ("de", "soon", "soon"),
    ],
)
def test_the_form_shows_a_day_as_the_reader_types_it(spoken: str, value: str, shown: str) -> None:
    with speaking(spoken):
        assert field_type("date").form_values(value) == [shown]


def test_a_day_that_never_has_a_year_loses_the_one_it_comes_with() -> None:
    birthday = field_type("date", {"year": "never"})

    assert birthday.read([b"19870412000000Z"]) == "--04-12"
    assert birthday.parse(["12.04.1987"]) == "--04-12"


def test_a_day_that_needs_a_year_is_refused_without_one() -> None:
    with pytest.raises(InvalidValue, match="year is missing"):
        field_type("date", {"year": "needed"}).parse(["3 November"])


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("iso", b"0987-11-03"),
        ("generalized_time", b"09871103000000Z"),
        ("dotted", b"03.11.0987"),
    ],
)
def test_a_day_is_written_in_the_form_that_the_attribute_takes(form: str, written: bytes) -> None:
    kind = field_type("date", {"ldap_format": form})

    assert kind.write("0987-11-03") == [written]
    assert kind.read(kind.write("0987-11-03")) == "0987-11-03"


def test_a_directory_that_needs_a_year_gets_none_without() -> None:
    with pytest.raises(InvalidValue, match="with a year only"):
        field_type("date", {"ldap_format": "generalized_time"}).write("--11-03")


def test_days_sort_by_time_and_days_without_a_year_behind_them_by_month() -> None:
    kind = field_type("date")
    values = ["soon", "--11-03", "2026-11-03", "--02-29", "1987-04-12"]

    assert sorted(values, key=kind.sort_key) == [
        "1987-04-12", "2026-11-03", "--02-29", "--11-03", "soon",
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["--99-99", "2026-99-99", "--11-03-04", "0000-01-01"])
def test_a_damaged_day_is_shown_as_it_is(value: str) -> None:
    assert field_type("date").text(value) == value
