"""Days that come back every year: leap days, hidden years, and what counts as one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.activity.anniversaries import Anniversary, anniversary_of, in_words

TODAY = date(2026, 11, 27)  # a Friday


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        ("1987-12-29", "day", Anniversary(12, 29)),
        ("--12-29", "day", Anniversary(12, 29)),
        ("--12-29", "years", Anniversary(12, 29)),
        ("2016-12-01", "years", Anniversary(12, 1, date(2016, 12, 1))),
        ("2000-02-29", "day", Anniversary(2, 29)),
        ("soon", "day", None),
        ("", "years", None),
        ("2026-02-30", "day", None),
    ],
)
def test_a_stored_date_is_a_day_of_every_year_and_tells_its_year_only_where_years_count(
    value: str, kind: str, found: Anniversary | None
) -> None:
    assert anniversary_of(value, kind) == found


def test_a_leap_day_is_the_last_day_of_february_in_every_year() -> None:
    leap = Anniversary(2, 29)

    kept = [leap.on(year) for year in (1900, 2000, 2027, 2028)]

    assert [(day.month, day.day) for day in kept] == [(2, 28), (2, 29), (2, 28), (2, 29)]


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.dates(date(1950, 1, 1), date(2090, 1, 1)))
def test_the_next_day_is_within_a_year_and_never_in_the_past(born: date, today: date) -> None:
    anniversary = anniversary_of(born.isoformat(), "day")
    assert anniversary

    found = anniversary.next_from(today)

    assert today <= found <= today + timedelta(days=366)
    assert found == anniversary.on(found.year)
    assert anniversary.years(found) is None


def test_years_are_counted_from_the_first_one_on() -> None:
    here_since = Anniversary(12, 1, date(2016, 12, 1))

    assert here_since.years(date(2026, 12, 1)) == 10
    assert here_since.is_kept_on(date(2017, 12, 1))
    assert not here_since.is_kept_on(date(2016, 12, 1))
    assert not here_since.is_kept_on(date(2010, 12, 1))
    assert Anniversary(12, 1).is_kept_on(date(2010, 12, 1))


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (0, "today"), (1, "tomorrow"), (4, "Tuesday"), (6, "Thursday"), (7, "4 December"),
        (-1, "26 November"),
    ],
)  # fmt: skip
def test_a_day_is_told_as_people_say_it(ahead: int, said: str) -> None:
    assert in_words(TODAY + timedelta(days=ahead), TODAY) == said
