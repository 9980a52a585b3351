"""Yes, no, and not said."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import FIELD_TYPES
from lupweb.field_types.checkbox import CheckboxType


@pytest.mark.parametrize(
    ("stored", "ticked", "after"),
    [
        ("", False, ""),
        ("", True, "true"),
        ("true", True, "true"),
        ("true", False, "false"),
        ("false", False, "false"),
        ("false", True, "true"),
        ("maybe", False, "maybe"),
        ("maybe", True, "true"),
    ],
)
def test_a_box_that_was_never_touched_says_nothing(stored: str, ticked: bool, after: str) -> None:
    kind = CheckboxType({})
    posted = [kind.unticked(stored), *(["true"] if ticked else [])]

    assert kind.parse(posted, stored) == after


@pytest.mark.parametrize(
    ("delivered", "stored"),
    [(b"TRUE", "true"), (b"ja", "true"), (b"0", "false"), (b"X", "true"), (b"so so", "so so")],
)
def test_a_directory_says_yes_in_its_own_words(delivered: bytes, stored: str) -> None:
    assert CheckboxType({"ldap_true": "x", "ldap_false": "-"}).read([delivered]) == stored


def test_yes_is_written_in_the_directorys_words_and_exported_as_true() -> None:
    kind = CheckboxType({"ldap_true": "x", "ldap_false": "-"})

    assert (kind.write("true"), kind.write("false")) == ([b"x"], [b"-"])
    assert (kind.export("true"), kind.export("false")) == (True, False)


def test_what_no_box_posts_is_refused() -> None:
    with pytest.raises(InvalidValue, match="Tick the box"):
        CheckboxType({}).parse(["perhaps"])


@pytest.mark.parametrize("options", [{"ldap_true": ""}, {"ldap_true": "false"}])
def test_one_word_for_both_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(InvalidValue, match="two different words"):
        FIELD_TYPES["checkbox"].check_options(options)
