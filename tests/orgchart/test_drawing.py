"""Texts that fit and that XML can hold, and paths with round corners."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupweb.orgchart.drawing import (
    ELLIPSIS,
    LONGEST_NAME,
    Pill,
    drawn_name,
    drawn_subline,
    drawn_text,
    fitted,
    path_of,
    pill_of,
)
from lupweb.orgchart.layout import Box


@settings(max_examples=50)
@given(st.text())
def test_b74_any_name_can_stand_in_xml(name: str) -> None:
    for text in (drawn_text(name), drawn_name(name), drawn_subline(name)):
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")

        found = ElementTree.fromstring(f"<text>{escaped}</text>")  # noqa: S314 - our own
        assert found.text == (text or None)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ada\x00 \x08Lovelace", "Ada Lovelace"),
        ("Ada\r\nLovelace\t ", "Ada Lovelace"),
        ("\u202eecalevoL adA", "ecalevoL adA"),
        ("a\ufffe\ud800b", "ab"),
        ("יעל כהן", "יעל כהן"),
    ],
)
def test_what_xml_cannot_hold_or_turns_lines_around_is_left_out(typed: str, shown: str) -> None:
    assert drawn_text(typed) == shown


def test_a_name_that_fits_stays_whole_and_a_long_one_is_cut() -> None:
    assert drawn_name("Annika Brandt") == "Annika Brandt"
    assert drawn_subline("Senior Firmware Engineer") == "Senior Firmware Engineer"
    cut = drawn_name("Freiherr Wolfgang-Maximilian von Unterhohenstein")
    assert cut.endswith(ELLIPSIS)
    assert 12 < len(cut) < 28
    assert len(drawn_name("工程部" * 20)) < 13


def test_a_sign_is_not_parted_from_what_belongs_to_it() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    for most in range(10, 80):
        cut = fitted(f"aa{family}bbbbbbbbbbbbbbbbb", most, 13).removesuffix(ELLIPSIS)
        assert not cut.endswith("\u200d")
        assert family in cut or "\U0001f468" not in cut


def test_corners_are_round_and_short_ways_are_less_round() -> None:
    assert path_of(((0, 0), (0, 40), (40, 40))) == "M0 0L0 32Q0 40 8 40L40 40"
    assert path_of(((0, 0), (0, 4), (40, 4))) == "M0 0L0 2Q0 4 2 4L40 4"
    assert path_of(((5, 5), (5, 5), (5, 9))) == "M5 5L5 9"


def test_a_pill_stands_where_the_lines_of_its_box_begin() -> None:
    assert pill_of(Box("a", 100, 50, leads_across=True), "7") == Pill(189, 100, 37, "7")
    assert pill_of(Box("a", 100, 50), "1,283") == Pill(107, 100, 65, "1,283")
    assert LONGEST_NAME < 160
