"""What changing a field's type would make of its values."""

import pytest

from lupweb.errors import InvalidValue
from lupweb.field_types import field_type
from lupweb.field_types.conversion import converted


@pytest.mark.parametrize(
    ("value", "old", "new", "after"),
    [
        ("porto", "text", "select", "Porto"),
        ("3.11.2026", "text", "date", "2026-11-03"),
        ("Germany", "text", "country", "DE"),
        ("0611 20570", "text", "phone", "0611 20570"),
        ("Porto", "select", "multi_select", "Porto"),
        ("Porto\nHamburg", "multi_select", "tags", "Hamburg\nPorto"),
        ("Porto", "multi_select", "select", "Porto"),
        ("one\ntwo", "multiline", "text", "one two"),
    ],
)
def test_a_value_that_fits_becomes_one_of_the_new_type(
    value: str, old: str, new: str, after: str
) -> None:
    options = {"choices": ["Porto", "Hamburg"], "region": "DE"}

    assert converted(value, field_type(old, options), field_type(new, options)) == after


@pytest.mark.parametrize(
    ("value", "old", "new", "why"),
    [
        ("Rome", "text", "select", "does not fit"),
        ("soon", "text", "date", "is no date"),
        ("call me", "text", "phone", "does not fit"),
        ("a\nb", "tags", "text", "These are 2 values"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_the_reason(
    value: str, old: str, new: str, why: str
) -> None:
    with pytest.raises(InvalidValue, match=why):
        converted(value, field_type(old), field_type(new, {"choices": ["Porto"]}))
