"""Values of every kind as cells."""

import pytest

from lupweb.exports.csv import cell, value_of
from lupweb.field_types import FIELD_TYPES
from tests.field_types.samples import every_type, stored_values


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-5, "-5"),
        (1.5, "1.5"),
        (None, ""),
        (["a", "b"], "a; b"),
        ("-5", "'-5"),
        (["=cmd", "b"], "'=cmd; b"),
    ],
)
def test_b66_a_value_is_a_cell_that_computes_nothing(value: object, written: str) -> None:
    assert cell(value) == written


@pytest.mark.parametrize("key", sorted(FIELD_TYPES))
def test_what_every_type_exports_is_a_cell(key: str) -> None:
    kind = every_type(key)

    for value in stored_values(key):
        exported = kind.export(value)
        assert cell(exported) != "" or exported in (None, [])
        if isinstance(exported, str):
            assert value_of(cell(exported)) == exported
