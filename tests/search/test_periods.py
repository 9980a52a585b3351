"""Days as filters name them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.search.periods import EveryYear, Period, read_days

TODAY = date(2024, 2, 29)
"""A Thursday, in a leap year."""


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2024-02-29", "2024-02-29"),
        ("Yesterday", "2024-02-28", "2024-02-28"),
        ("tomorrow", "2024-03-01", "2024-03-01"),
        ("next 7 days", "2024-02-29", "2024-03-07"),
        ("next  1 day", "2024-02-29", "2024-03-01"),
        ("last 30 days", "2024-01-30", "2024-02-29"),
        ("next 2 weeks", "2024-02-29", "2024-03-14"),
        ("last 1 year", "2023-02-28", "2024-02-29"),
        ("next 12 months", "2024-02-29", "2025-02-28"),
        ("this week", "2024-02-26", "2024-03-03"),
        ("last week", "2024-02-19", "2024-02-25"),
        ("this month", "2024-02-01", "2024-02-29"),
        ("next month", "2024-03-01", "2024-03-31"),
        ("last year", "2023-01-01", "2023-12-31"),
        ("2023", "2023-01-01", "2023-12-31"),
        ("2023-2", "2023-02-01", "2023-02-28"),
        ("31.12.2023", "2023-12-31", "2023-12-31"),
        ("1 March 2024", "2024-03-01", "2024-03-01"),
        ("heute", "2024-02-29", "2024-02-29"),
        ("Gestern", "2024-02-28", "2024-02-28"),
        ("diese Woche", "2024-02-26", "2024-03-03"),
        ("nächsten  Monat", "2024-03-01", "2024-03-31"),
        ("naechste 7 Tage", "2024-02-29", "2024-03-07"),
        ("in den letzten 30 Tagen", "2024-01-30", "2024-02-29"),
        ("letztes Jahr", "2023-01-01", "2023-12-31"),
        ("next 9999 years", "2024-02-29", "9999-12-31"),
        ("last 9999 months", "1190-11-29", "2024-02-29"),
        ("last 9999 years", "0001-01-01", "2024-02-29"),
    ],
)
def test_days_are_counted_from_today_or_stand_in_the_calendar(
    text: str, first: str, last: str
) -> None:
    assert read_days(text, TODAY) == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    ["", "0000", "2024-13", "2024-02-30", "next days", "next 10000 days", "soon", "30.2.", "woche"],
)
def test_what_names_no_day_is_none(text: str) -> None:
    assert read_days(text, TODAY) is None


def test_a_day_of_every_year_is_found_whatever_its_year() -> None:
    found = read_days("1 March", TODAY)

    assert found == EveryYear(3, 1)
    assert found.holds("--03-01")
    assert found.holds("1999-03-01")
    assert not found.holds("--03-02")
    assert not found.holds("a text")


def test_the_29th_of_february_is_the_28th_where_there_is_none() -> None:
    end = Period(date(2025, 2, 28), date(2025, 2, 28))

    assert end.holds("--02-29")
    assert not Period(date(2024, 2, 28), date(2024, 2, 28)).holds("--02-29")


@given(st.text(max_size=60), st.dates())
def test_any_text_is_days_or_none(text: str, today: date) -> None:
    found = read_days(text, today)

    assert found is None or not found.holds("no day")


@given(
    st.sampled_from(["this", "next", "last"]),
    st.sampled_from(["week", "month", "year", "9999 days", "9999 weeks", "1 month", "80 years"]),
    st.dates(),
)
def test_no_day_is_too_early_or_too_late_to_count_from(step: str, unit: str, today: date) -> None:
    found = read_days(f"{step} {unit}", today)

    assert found is None or (isinstance(found, Period) and found.first <= found.last)
