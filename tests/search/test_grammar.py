"""What filters say, and where they go wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lupweb.errors import FilterRefused
from lupweb.search.grammar import DEEPEST, LONGEST_FILTER, MOST_CONDITIONS, parse
from lupweb.search.terms import All, AnyOf, Comparison, Not, Operator, Value, Words

REFUSED = {
    # parentheses (B95)
    "(a": (1, "This parenthesis is not closed."),
    "a AND (b OR c": (7, "This parenthesis is not closed."),
    "(a (b)": (1, "This parenthesis is not closed."),
    "(a OR (b": (7, "This parenthesis is not closed."),
    "a)": (2, "This parenthesis closes nothing."),
    "(a))": (4, "This parenthesis closes nothing."),
    ")": (1, "This parenthesis closes nothing."),
    "department:Sales EMEA)": (22, "This parenthesis closes nothing."),
    "department:(EMEA)": (12, "A value is missing behind “:”."),
    "()": (2, "Something is missing before “)”."),
    "a AND ()": (8, "Something is missing before “)”."),
    "(a OR )": (7, "Something is missing before “)”."),
    # quotes and backslashes
    '"a': (1, "This quote is not closed."),
    'department:"Sales': (12, "This quote is not closed."),
    'department:"Sales\\"': (12, "This quote is not closed."),
    'a "b" "': (7, "This quote is not closed."),
    "a\\": (2, "A backslash stands before the sign that it protects. Nothing follows here."),
    "department:a\\": (13, "A backslash stands before the sign that it protects."),
    # values
    "department:": (11, "A value is missing behind “:”."),
    "department: AND a": (13, "A value is missing behind “:”."),
    "department:)": (12, "A value is missing behind “:”."),
    "started>=": (9, "A value is missing behind “>=”."),
    "started<": (8, "A value is missing behind “<”."),
    # fields
    ":a": (1, "A field stands before “:”."),
    "a AND >3": (7, "A field stands before “>”."),
    '"a" : ) b': (7, "A value is missing behind “:”."),
    # joins
    "AND": (1, "Something is missing before “AND”."),
    "OR a": (1, "Something is missing before “OR”."),
    "a OR": (3, "Something is missing behind “OR”."),
    "a AND  ": (3, "Something is missing behind “AND”."),
    "NOT": (1, "Something is missing behind “NOT”."),
    "a OR AND b": (6, "Something is missing before “AND”."),
    "a NOT OR b": (7, "Something is missing before “OR”."),
    "(a OR": (4, "Something is missing behind “OR”."),
}  # fmt: skip
"""A filter -> the column of its fault, and how the error begins."""


@pytest.mark.parametrize("written", REFUSED)
def test_b95_an_error_names_the_column_and_what_is_wrong(written: str) -> None:
    column, begins = REFUSED[written]

    with pytest.raises(FilterRefused) as caught:
        parse(written)

    assert (caught.value.column, caught.value.text) == (column, written)
    assert str(caught.value).startswith(begins)
    assert str(caught.value.expected)


def test_b95_bare_parentheses_group_and_quoted_or_escaped_ones_are_signs() -> None:
    signs = Value("Sales (EMEA)")

    for written in (r'"Sales (EMEA)"', r'"Sales \(EMEA\)"', r"Sales\ \(EMEA\)"):
        found = parse(f"department:{written}")
        assert isinstance(found, Comparison)
        assert found.value == signs
    assert parse("a (b OR c)") == All(
        (Words(("a",), 1), AnyOf((Words(("b",), 4), Words(("c",), 9))))
    )


def test_and_binds_closer_than_or_and_words_side_by_side_are_one_search() -> None:
    assert parse("a b OR -c d AND e") == AnyOf(
        (Words(("a", "b"), 1), All((Not(Words(("c",), 9)), Words(("d", "e"), 11))))
    )


def test_a_value_without_quotes_keeps_the_words_behind_it_and_not_what_follows_them() -> None:
    found = parse("-location:New York f:x")

    assert found == All(
        (
            Not(Comparison("location", Operator.IS, Value("New"), 2, 11, ("York",))),
            Comparison("f", Operator.IS, Value("x"), 20, 22),
        )
    )


def test_joins_in_small_letters_in_quotes_or_escaped_are_words() -> None:
    assert parse(r'and "OR" \NOT') == Words(("and", "OR", "NOT"), 1)


def test_german_words_join_as_english_ones_do_and_small_ones_are_words() -> None:
    assert parse("NICHT a UND b ODER c:d") == parse("NOT   a AND b OR   c:d")
    assert parse("und oder") == Words(("und", "oder"), 1)
    assert parse("c:ODERBERG") == Comparison("c", Operator.IS, Value("ODERBERG"), 1, 3)
    with pytest.raises(FilterRefused, match="missing behind “ODER”"):
        parse("a ODER")


@pytest.mark.parametrize(("sign", "room"), [("ü", 1_000), ("田", 666), ("😀", 500)])
def test_b91_a_filter_has_room_in_an_address_whatever_its_alphabet(sign: str, room: int) -> None:
    assert isinstance(parse(sign * room), Words)

    with pytest.raises(FilterRefused, match="too long for an address") as caught:
        parse(sign * (room + 1))

    assert caught.value.column == room + 1


@pytest.mark.parametrize("written", ["a" * LONGEST_FILTER, "(" * DEEPEST + "a" + ")" * DEEPEST])
def test_what_is_just_small_enough_is_read(written: str) -> None:
    assert isinstance(parse(written), Words)


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("a" * (LONGEST_FILTER + 1), LONGEST_FILTER + 1),
        ("(" * (DEEPEST + 1) + "a", DEEPEST + 1),
        ("(" * 1_999, DEEPEST + 1),
        (" OR ".join(["a:b"] * (MOST_CONDITIONS + 1)), 7 * MOST_CONDITIONS + 1),
        ("NOT " * 499 + "(", 1_997),
    ],
)
def test_b91_what_is_too_long_or_too_deep_is_refused(written: str, column: int) -> None:
    with pytest.raises(FilterRefused) as caught:
        parse(written)

    assert caught.value.column == column


def test_a_thousand_negations_are_one_or_none() -> None:
    assert parse("-" * 1_000 + "a") == Words(("a",), 1_001)
    assert parse("NOT " * 499 + "a") == Not(Words(("a",), 1_997))


def refusal_of(written: str) -> FilterRefused | None:
    try:
        parse(written)
    except FilterRefused as refused:
        return refused
    return None


PIECES = st.sampled_from(
    ["a", "Sales", "(", ")", '"', "\\", ":", ">=", "<", "-", " ", "AND ", "OR ", " NOT ", "?", "*",
     "department:", '"Sales (EMEA)"', "\0", "\ud800", "ä", "\n", "next 7 days", "\u202e"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_b91_any_text_is_read_or_refused_with_a_column_inside_it(written: str) -> None:
    refused = refusal_of(written)

    if refused is not None:
        assert 1 <= refused.column <= len(written)
        assert refused.text
        assert str(refused)


@given(st.text(min_size=1, max_size=40).filter(lambda text: "\0" not in text))
def test_every_value_can_be_written_in_quotes(value: str) -> None:
    written = "".join(f"\\{sign}" if sign in '"\\?*' else sign for sign in value)

    found = parse(f'field:"{written}"')

    assert isinstance(found, Comparison)
    assert found.value == Value(value)
