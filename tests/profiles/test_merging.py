"""Base, mine, theirs: nothing is written over that nobody saw."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.profiles.merging import (
    LONGEST,
    UNKNOWN,
    Choice,
    Mark,
    Outcome,
    Revision,
    Value,
    controls_digest,
    digest,
    is_touched,
    merge,
)


def value(text: str) -> Value:
    return Value(digest(text), controls_digest([text]))


def mark(text: str, asked: str = "") -> Mark:
    made = value(text)
    return Mark(made.stored, made.typed, asked=digest(asked) if asked else "")


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "outcome"),
    [
        ("a", "a", "a", Outcome.NOTHING),
        ("a", "b", "a", Outcome.TAKE_MINE),
        ("a", "", "a", Outcome.TAKE_MINE),
        ("a", "a", "b", Outcome.TOLD),
        ("a", "b", "b", Outcome.NOTHING),
        ("a", "b", "c", Outcome.CLASH),
        ("a", "b", "", Outcome.CLASH),
        ("", "b", "c", Outcome.CLASH),
    ],
)
def test_b97_three_sides_are_compared(base: str, mine: str, theirs: str, outcome: Outcome) -> None:
    assert merge(mark(base), value(mine), value(theirs)) is outcome


def test_b96_the_same_form_sent_again_changes_nothing() -> None:
    first = merge(mark("a"), value("b"), value("a"))
    second = merge(mark("a"), value("b"), value("b"))

    assert (first, second) == (Outcome.TAKE_MINE, Outcome.NOTHING)


@pytest.mark.parametrize(
    ("choice", "outcome"),
    [
        ("mine", Outcome.TAKE_MINE),
        ("theirs", Outcome.KEEP_THEIRS),
        ("", Outcome.CLASH),
        ("nonsense", Outcome.CLASH),
    ],
)
def test_a_clash_is_settled_by_a_choice_and_by_nothing_else(choice: str, outcome: Outcome) -> None:
    assert merge(mark("a", asked="c"), value("b"), value("c"), choice) is outcome


def test_a_choice_between_values_that_were_not_shown_is_asked_again() -> None:
    shown_another = merge(mark("a", asked="c"), value("b"), value("d"), Choice.MINE)
    never_asked = merge(mark("a"), value("b"), value("d"), Choice.MINE)

    assert shown_another is never_asked is Outcome.CLASH


def test_a_form_that_does_not_say_what_it_was_made_from_takes_nothing_unasked() -> None:
    for base in (None, UNKNOWN):
        assert merge(base, value("b"), value("a")) is Outcome.CLASH
        assert merge(base, value("a"), value("a")) is Outcome.NOTHING


@given(*[st.sampled_from(["", "a", "b", "c"])] * 4, st.sampled_from(["", "mine", "theirs"]))
def test_mine_is_taken_only_over_a_value_that_was_seen(
    base: str, mine: str, theirs: str, asked: str, choice: str
) -> None:
    outcome = merge(mark(base, asked=asked), value(mine), value(theirs), choice)

    was_seen = theirs == base or (theirs == asked and choice == Choice.MINE)
    assert outcome is not Outcome.TAKE_MINE or was_seen
    if mine == theirs:
        assert outcome is Outcome.NOTHING


def test_line_breaks_and_blanks_of_a_browser_are_no_change() -> None:
    made = Mark(digest("a\nb"), controls_digest(["a\nb"]))

    assert not is_touched(made, controls_digest([" a\r\nb "]))
    assert not is_touched(Mark(digest(""), controls_digest([])), controls_digest(["", " "]))
    assert is_touched(made, controls_digest(["a b"]))


def test_two_controls_are_not_one_with_the_same_letters() -> None:
    assert controls_digest(["ab", "c"]) != controls_digest(["a", "bc"])


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", fullmatch=True),
        st.builds(lambda a, b, c, e: replace(mark(a, asked=c), typed=value(b).typed, is_editable=e),
                  st.text(), st.text(), st.text(), st.booleans()),
        max_size=5,
    )
)  # fmt: skip
def test_a_revision_is_read_as_it_was_written(marks: dict[str, Mark]) -> None:
    revision = Revision(7, marks)

    assert Revision.decode(revision.encode(), 7) == revision


@given(st.text())
def test_b89_nonsense_for_a_revision_says_nothing(text: str) -> None:
    assert Revision.decode(text, 7).marks == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.7",
        "1.7.",
        "1.8.phone:e" + "a" * 12 + ":" + "b" * 12,
        "2.7.phone:e" + "a" * 12 + ":" + "b" * 12,
        "1.7.phone:x" + "a" * 12 + ":" + "b" * 12,
        "1.7.phone:e" + "a" * 11 + ":" + "b" * 12,
        "1.7." + "a" * 1_000_000,
        "[" * 100_000,
        "1.7.phone\0:e" + "a" * 12 + ":" + "b" * 12,
    ],
)
def test_b89_a_revision_of_somebody_else_or_of_no_form_says_nothing(text: str) -> None:
    assert Revision.decode(text, 7).marks == {}


def test_a_revision_of_two_hundred_fields_is_read_whole() -> None:
    revision = Revision(7, {f"{'k' * 60}{number}": mark("a", asked="b") for number in range(200)})

    assert len(revision.encode()) < LONGEST
    assert Revision.decode(revision.encode(), 7) == revision
