"""The line for filters points at what is wrong."""

import pytest

from lupweb.errors import FilterRefused
from lupweb.web.filter_line import filter_line, pointed, pointings, shortened


@pytest.mark.parametrize(
    ("text", "column", "part", "caret"),
    [
        ("abc", 1, "abc", 0),
        ("abc", 3, "abc", 2),
        ("a" * 34, 34, "a" * 34, 33),
        ("a" * 40, 1, "a" * 34 + "…", 0),
        ("a" * 39 + "b", 40, "…" + "a" * 33 + "b", 34),
        ("a\nb\u202ec", 4, "a b c", 3),
    ],
)
def test_a_caret_stands_below_the_fault(text: str, column: int, part: str, caret: int) -> None:
    assert pointed(text, column) == (part, " " * caret + "^")


def test_the_line_holds_what_was_typed_and_what_is_wrong() -> None:
    error = FilterRefused("No.", column=2, text="a(", expected="More.", suggestion="b")

    line = filter_line("", error)

    assert (line.text, str(line.problem), line.pointed) == ("a(", "Column 2: No.", (("a(", " ^"),))
    assert (line.expected, line.suggestion, line.is_open) == ("More.", "b", True)
    assert filter_line("", None).problem is None
    assert not filter_line("", None).is_open


def test_a_screen_shows_more_of_a_long_filter_than_a_telephone() -> None:
    text = "x" * 34 + " location:Hamburg"

    assert [part for part, _caret in pointings(text, 1)] == ["x" * 34 + "…", text]
    assert pointings(text[:34], 1) == (("x" * 34, "^"),)


def test_a_chip_has_the_beginning_of_a_long_filter() -> None:
    assert shortened("x" * 60) == "x" * 60
    assert shortened("x" * 61) == "x" * 59 + "…"
