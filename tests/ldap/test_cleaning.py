import unicodedata
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.ldap.cleaning import MAY_BE_TOWER, clean_text, plain_texts

ANY_TEXT = st.text(
    st.characters(exclude_characters="\0") | st.sampled_from("\u0301\u200d\u202e\ud800 \n\u0338")
)
LINES = ("Anna", "a\nb", " x", "x\n", "", "a  b", "\u0301" * 10, "\u0416" * 10, "\t")
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (b"Anna", "Anna"),
        ("  Anna \t Maria\r\n", "Anna Maria"),
        ("Mu\u0308ller", "M\u00fcller"),
        ("a\u202eb\u2066c\u2069", "abc"),
        ("a\u200bb\ufeffc", "abc"),
        ("a\x01b\x1bc\x7fd\x9be", "abcde"),
        ("a\x85b\u2028c\u00a0d", "a b c d"),
        ("a\ud800b", "ab"),
        ("", ""),
        ("\ue000", "\ue000"),
    ],
)
def test_r8_text_is_cleaned(raw: str | bytes, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    "emoji",
    ["👩‍👩‍👧‍👦", "👩🏽‍💻", "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "🇩🇪"],
    ids=["family", "coder", "heart", "England", "keycap", "flag"],
)
def test_b46_emoji_stay_whole(emoji: str) -> None:
    assert clean_text(f"Anna {emoji}") == f"Anna {emoji}"


def test_b46_a_tower_of_marks_is_cut_at_eight() -> None:
    assert clean_text("x" + "\u0335" * 300 + "y") == "x" + "\u0335" * 8 + "y"


def test_b46_invisible_characters_do_not_build_the_tower_on() -> None:
    tower = clean_text("x" + ("\u0335" * 8 + "\u200d") * 5)

    assert tower.count("\u0335") == 8


def test_scripts_that_need_joiners_and_marks_stay() -> None:
    for text in ("क्षत्रिय", "می‌خواهم", "ภาษาไทย", "日本 太郎", "עִבְרִית"):
        assert clean_text(text) == unicodedata.normalize("NFC", text)


def test_lines_stay_lines_where_they_are_wanted() -> None:
    raw = "\n one\r\ntwo\tthree\rfour\u2028five \n"

    assert clean_text(raw, multiline=True) == "one\ntwo\tthree\nfour\nfive"


@pytest.mark.parametrize(
    "raw", [b"\xff\xd8\xff", b"\xed\xa0\x80", b"a\xc3", "a\0b", b"\0"], ids=repr
)
def test_b73_b69_what_is_no_text_is_refused(raw: str | bytes) -> None:
    with pytest.raises(InvalidValue, match="left out"):
        clean_text(raw)


def test_b73_too_long_is_refused_and_not_cut() -> None:
    assert clean_text("ü" * 10, max_length=10) == "ü" * 10
    assert clean_text(("ü" * 10).encode(), max_length=10) == "ü" * 10
    for raw in ("x" * 11, b"x" * 11, b"x" * 41):
        with pytest.raises(InvalidValue, match="more than 10 characters"):
            clean_text(raw, max_length=10)


@given(raw=ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    for multiline in (False, True):
        once = clean_text(raw, multiline=multiline)

        assert clean_text(once, multiline=multiline) == once


@given(raw=ANY_TEXT)
def test_nothing_unwanted_is_left(raw: str) -> None:
    line = clean_text(raw)

    assert not any(unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} for sign in line)
    assert not set(BIDI_CONTROLS) & set(line)
    assert unicodedata.is_normalized("NFC", line)
    assert line == line.strip()
    line.encode()


@given(raw=st.binary())
def test_bytes_are_cleaned_or_refused(raw: bytes) -> None:
    try:
        clean_text(raw).encode()
    except InvalidValue:
        assert b"\0" in raw or "\ufffd" in raw.decode("utf-8", "replace")


SIGNS = st.sampled_from(
    [b"a", b"B7", b" ", b"\x7f", b"\x1e", b"\n", b'"', b"\\", b"\xff"]
    + [sign.encode() for sign in "äe\u0301日\u00a0\u200d\uff76\uff9e"]
)
VALUE = st.lists(SIGNS, max_size=4).map(b"".join)


@given(found=st.lists(st.lists(VALUE, max_size=2), max_size=4))
def test_what_is_seen_of_many_values_together_is_what_each_becomes(
    found: list[list[bytes]],
) -> None:
    texts = plain_texts(found, 7)

    if texts is not None:
        assert all(len(values) < 2 for values in found)
        assert texts == [clean_text(values[0], max_length=7) if values else "" for values in found]


@given(st.lists(st.sampled_from(LINES)))
def test_several_lines_are_seen_together_as_each_by_itself(values: list[str]) -> None:
    texts = plain_texts([[value.encode()] for value in values], 99, multiline=True)

    if texts is not None:
        assert texts == [clean_text(value, multiline=True) for value in values]


def test_lines_are_plain_where_several_are_kept() -> None:
    assert plain_texts([[b"a\nb c"], []], 7, multiline=True) == ["a\nb c", ""]


def test_every_mark_and_every_format_character_may_be_part_of_a_tower() -> None:
    codes = chain(range(0x80, 0x20000), range(0xE0000, 0xE0200))
    stacked = [sign for sign in map(chr, codes) if unicodedata.category(sign)[0] == "M"]
    unseen = [sign for sign in map(chr, range(0x80, 0x20000)) if unicodedata.category(sign) == "Cf"]

    assert len(stacked) > 2_000
    assert all(MAY_BE_TOWER.fullmatch(sign * 9) for sign in stacked + unseen)


def test_plain_values_are_seen_together() -> None:
    assert plain_texts([[b"Anna B"], [], [b"O'Neil"]], 7) == ["Anna B", "", "O'Neil"]
    assert plain_texts([["Jörg".encode()], ["Re\u0301my".encode()]], 7) == ["Jörg", "Rémy"]


@pytest.mark.parametrize("odd", [b" a", b"a ", b"a  b", b"a\nb", b"a\x7fb", b"\xe4", b"12345678"])
def test_what_is_not_plain_is_looked_at_by_itself(odd: bytes) -> None:
    assert plain_texts([[b"Anna"], [odd]], 7) is None
    assert plain_texts([[b"Anna"], [b"a", b"b"]], 7) is None
