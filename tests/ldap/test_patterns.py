from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.ldap.patterns import check_pattern, format_java, read_java, recognise
from lupweb.ldap.timestamps import read_generalized_time

INSTANT = datetime(2026, 11, 21, 21, 38, 3, 250_000, tzinfo=UTC)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
TIMES = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001
OF_SECONDS = ["yyyyMMddHHmmss.'0'Z", "yyyyMMddHHmmss.Z", "yyyyMMddHHmmss'Z'", "yyyyMMddHHmmssZ"]
PATTERNS = [
    *OF_SECONDS,
    "yyyyMMddHHmmssX",
    "dd-MM-yyyy HH:mm:ss",
    "d.M.y h:m:s a",
    "yyyy-MM-dd'T'HH:mm:ssXXX",
    "hh:mm:ss a z, dd/MM/yyyy",
]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyyMMddHHmmss.'0'Z", "20261121213803.0Z"),  # Active Directory
        ("yyyyMMddHHmmss.Z", "20261121213803.Z"),
        ("yyyyMMddHHmmss'Z'", "20261121213803Z"),  # OpenLDAP
        ("yyyyMMddHHmmssZ", "20261121213803Z"),
        ("yyyyMMddHHmmss.SSSSSSX", "20261121213803.250000Z"),
        ("dd-MM-yyyy HH:mm:ss", "21-11-2026 21:38:03"),
        ("d.M.y h:mm a 'o''clock' '' z", "21.11.2026 9:38 PM o'clock ' Z"),
    ],
)
def test_b84_a_time_is_written_as_the_pattern_says(pattern: str, text: str) -> None:
    assert format_java(pattern, INSTANT) == text
    assert format_java(pattern, INSTANT.astimezone(timezone(timedelta(hours=2)))) == text
    check_pattern(pattern)


@pytest.mark.parametrize(
    ("stamp", "pattern"),
    [
        (b"20261121213803Z", "yyyyMMddHHmmss'Z'"),
        (b"20261121213803.0Z", "yyyyMMddHHmmss.'0'Z"),
        (b"20261121213803.Z", "yyyyMMddHHmmss.Z"),
        (b"20261121213803,123Z", "yyyyMMddHHmmss,SSSZ"),
        (b"20261121213803+0100", "yyyyMMddHHmmssXX"),
        (b"20261121213803.0-05", "yyyyMMddHHmmss.'0'X"),
        (b"202611212138Z", "yyyyMMddHHmm'Z'"),
        ("2026112121Z", "yyyyMMddHH'Z'"),
    ],
)
def test_b84_the_pattern_of_a_real_stamp_is_recognised(stamp: bytes | str, pattern: str) -> None:
    text = stamp if isinstance(stamp, str) else stamp.decode()
    instant = read_generalized_time(stamp)

    assert recognise(stamp) == pattern
    assert read_java(pattern, text) == instant
    if text.endswith("Z"):
        assert format_java(pattern, instant) == text


@pytest.mark.parametrize("stamp", [b"", b"\xff", b"133790000000000000", b"20261121213803", b"4711"])
def test_what_is_no_stamp_has_no_pattern(stamp: bytes) -> None:
    with pytest.raises(InvalidValue):
        recognise(stamp)


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "'", "yyyyMMdd'", "HHmmss", "yyMMdd", "yyyyMMMdd", "yyyyMMddQ", "yyyyMMddhh"),
        *("yyyyMMdd a", "yyyyMMddSSSSSSSSSS", "yyyyMMdd" + " " * 99, "YYYYMMDD"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    for use in (check_pattern, lambda it: format_java(it, INSTANT), lambda it: read_java(it, "1")):
        with pytest.raises(InvalidValue):
            use(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyyMMddHHmmss'Z'", "20261121213803.0Z"),
        ("yyyyMMddHHmmss.'0'Z", "20261121213803Z"),
        ("yyyyMMdd", "20260229"),
        ("yyyyMMddZ", "20260228+9900"),
        ("yyyyMMdd", "٢٠٢٦١١٢١"),
        ("yyyyMMdd hh a", "20261121 13 PM"),
        ("yyyy.MM.dd", "2026-11-21"),
        ("yyyyMMddZ", "00010101+0100"),
        ("yyyyMMdd", "2" * 99),
    ],
)
def test_a_text_that_does_not_follow_is_refused(pattern: str, text: str) -> None:
    with pytest.raises(InvalidValue):
        read_java(pattern, text)


def test_a_zone_in_a_text_counts_and_without_one_it_is_utc() -> None:
    assert read_java("yyyyMMddHHmmssZ", "20261121223803+0100") == INSTANT.replace(microsecond=0)
    assert read_java("yyyy-MM-dd HH:mmXXX", "2026-11-21 16:38-05:00").hour == 21
    assert read_java("yyyyMMddHH", "2026112121").hour == 21
    assert read_java("h a dd.MM.yyyy", "12 am 21.11.2026").hour == 0


@given(instant=TIMES, pattern=st.sampled_from(PATTERNS))
def test_a_time_comes_back_from_what_was_written(instant: datetime, pattern: str) -> None:
    assert read_java(pattern, format_java(pattern, instant)) == instant.replace(microsecond=0)


@given(instant=TIMES)
def test_what_is_written_for_a_directory_is_a_generalized_time(instant: datetime) -> None:
    for pattern in OF_SECONDS:
        text = format_java(pattern, instant)
        assert read_generalized_time(text) == instant.replace(microsecond=0)
        assert read_java(recognise(text), text) == instant.replace(microsecond=0)


@given(pattern=st.text(max_size=20) | st.text("yMdHhmsSaXZz'. ", max_size=20), text=st.text())
def test_nothing_but_a_refusal_comes_of_a_nonsense_pattern(pattern: str, text: str) -> None:
    try:
        assert read_java(pattern, format_java(pattern, INSTANT)).tzinfo is UTC
        read_java(pattern, text)
    except InvalidValue:
        return
