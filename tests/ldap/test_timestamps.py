from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.ldap.timestamps import read_filetime, read_generalized_time

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))
TIMES = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("20261121213803Z", datetime(2026, 11, 21, 21, 38, 3, tzinfo=UTC)),
        ("20261121213803.0Z", datetime(2026, 11, 21, 21, 38, 3, tzinfo=UTC)),
        ("20261121213803.Z", datetime(2026, 11, 21, 21, 38, 3, tzinfo=UTC)),
        ("20261121213803,25Z", datetime(2026, 11, 21, 21, 38, 3, 250_000, tzinfo=UTC)),
        ("20261121213803.123456789Z", datetime(2026, 11, 21, 21, 38, 3, 123_456, tzinfo=UTC)),
        ("202611212138Z", datetime(2026, 11, 21, 21, 38, tzinfo=UTC)),
        ("202611212138.5Z", datetime(2026, 11, 21, 21, 38, 30, tzinfo=UTC)),
        ("2026112121Z", datetime(2026, 11, 21, 21, tzinfo=UTC)),
        ("2026112121,5Z", datetime(2026, 11, 21, 21, 30, tzinfo=UTC)),
        ("20261121213803+0100", datetime(2026, 11, 21, 20, 38, 3, tzinfo=UTC)),
        ("20261121213803-05", datetime(2026, 11, 22, 2, 38, 3, tzinfo=UTC)),
        ("20161231235960Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("20400229120000Z", datetime(2040, 2, 29, 12, tzinfo=UTC)),
        ("16010101000000.0Z", datetime(1601, 1, 1, tzinfo=UTC)),
    ],
)
def test_b84_every_form_is_read(text: str, instant: datetime) -> None:
    """RFC 4517, section 3.3.13."""
    assert read_generalized_time(text) == instant
    assert read_generalized_time(text.encode()).utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261121213803",
        "20261121Z",
        "20261321213803Z",
        "20260229000000Z",
        "20261121243803Z",
        "20261121216003Z",
        "20261121213861Z",
        "20261121213803+2400",
        "20261121213803+0160",
        "00000101000000Z",
        "00010101000000+0100",
        "99991231235959-0100",
        "20261121213803Z ",
        "٢٠٢٦١١٢١٢١٣٨٠٣Z",
        "20261121213803." + "1" * 64 + "Z",
        "133790000000000000",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_generalized_time(text)


@given(instant=TIMES)
def test_a_time_comes_back_from_its_text(instant: datetime) -> None:
    written = f"{instant.year:04}{instant:%m%d%H%M%S}.{instant.microsecond:06}{instant:%z}"

    assert read_generalized_time(written) == instant


@given(text=st.text(max_size=40) | st.binary(max_size=40))
def test_nothing_but_a_refusal_comes_of_nonsense(text: str | bytes) -> None:
    try:
        instant = read_generalized_time(text)
    except InvalidValue:
        return

    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (b"1", datetime(1601, 1, 1, tzinfo=UTC)),
        (b"116444736000000000", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"134082598831234567", datetime(2025, 11, 22, 4, 38, 3, 123_456, tzinfo=UTC)),
    ],
)
def test_b84_a_file_time_is_read(value: bytes, instant: datetime) -> None:
    assert read_filetime(value) == instant


@pytest.mark.parametrize(
    "value",
    [b"", b"0", b"9223372036854775807", b"-1", b"1.5", b" 1", b"9" * 19, b"\xff", b"1" * 99],
)
def test_b84_a_file_time_that_means_never_is_no_instant(value: bytes) -> None:
    with pytest.raises(InvalidValue, match="never"):
        read_filetime(value)
