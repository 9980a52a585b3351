"""Values that follow from others, and the patterns that decide it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES, field_type
from lupweb.field_types.computing import computed_changes
from lupweb.field_types.wildcards import fits

DIVISION = field_type(
    "dependent",
    {
        "source": "department",
        "choices": ["HR* -> People", "Sales (E?EA) -> Sales", r"R\* -> Star", "Gone ->"],
        "otherwise": "Other",
    },
)
PLAN = field_type("text", {"link": "https://rooms.example.com/?room={room}&at={location}"})


@pytest.mark.parametrize(
    ("department", "shown"),
    [
        ("HR", "People"),
        ("hr development", "People"),
        ("Sales (EMEA)", "Sales"),
        ("Sales (EEEEA)", "Other"),
        ("R*", "Star"),
        ("RX", "Other"),
        ("Gone", ""),
        ("", ""),
        ("IT\nHR", "People"),
    ],
)
def test_the_first_rule_that_fits_says_what_is_shown(department: str, shown: str) -> None:
    assert DIVISION.compute({"department": department}) == shown


def test_a_fixed_link_is_made_of_quoted_values_and_needs_them_all() -> None:
    room = {"room": "A 1/2&x", "location": "Lyon"}

    assert PLAN.sources == ("room", "location")
    assert PLAN.compute(room) == "https://rooms.example.com/?room=A%201%2F2%26x&at=Lyon"
    assert PLAN.compute({"room": "A 1"}) == ""


def test_only_what_differs_is_to_be_stored() -> None:
    types = {"division": DIVISION, "plan": PLAN, "department": field_type("text")}
    values = {"department": "HR", "division": "People", "plan": "https://old.example.com"}

    assert computed_changes(types, values) == {"plan": ""}
    assert computed_changes(types, {"department": "IT"}) == {"division": "Other"}


def test_a_fixed_link_is_shown_under_its_own_text() -> None:
    kind = field_type("text", {"link": "https://a.example/{room}", "link_label": "Plan <b>"})

    assert ">Plan &lt;b&gt;</a>" in str(kind.render("https://a.example/7"))
    assert kind.text("https://a.example/7") == "Plan <b>"
    assert kind.words("https://a.example/7") == ""


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/",
        "https://{room}/x",
        "https://{room}.example.com/",
        "{room}",
        "javascript:alert({room})",
        "https://{room}@example.com/{room}",
    ],
)
def test_b43_a_fixed_link_to_a_server_of_a_persons_choice_is_refused(link: str) -> None:
    with pytest.raises(InvalidValue, match="The link begins with https://"):
        FIELD_TYPES["text"].check_options({"link": link})


@pytest.mark.parametrize(
    "link", ["https://a.example/{room}", "mailto:{mail}", "tel:{number}", "http://a.example/?q={x}"]
)
def test_a_fixed_link_may_lead_to_pages_mail_and_telephones(link: str) -> None:
    assert FIELD_TYPES["text"].check_options({"link": link}) == {"link": link}


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("?", "", False),
        ("a*b*c", "aXXbYYc", True),
        ("a*b*c", "aXXbYY", False),
        ("*a", "aba", True),
        (r"\?", "?", True),
        (r"\?", "x", False),
        ("STRASSE", "straße", True),
        ("a\\", "a\\", True),
    ],
)
def test_a_pattern_stands_for_the_whole_value(pattern: str, text: str, expected: bool) -> None:
    assert fits(pattern, text) is expected


@settings(deadline=None)
@given(st.text("ab*?", max_size=6), st.text("ab", max_size=8))
def test_a_pattern_means_what_it_says(pattern: str, text: str) -> None:
    def plainly(signs: str, rest: str) -> bool:
        if not signs:
            return not rest
        if signs[0] == "*":
            return any(plainly(signs[1:], rest[cut:]) for cut in range(len(rest) + 1))
        return bool(rest) and signs[0] in {"?", rest[0]} and plainly(signs[1:], rest[1:])

    assert fits(pattern, text) is plainly(pattern, text)
