"""Values that follow from others: who makes them, and in which order. Pure."""

from collections.abc import Mapping

from lupweb.field_types.base import FieldType


def computed_changes(types: Mapping[str, FieldType], values: Mapping[str, str]) -> dict[str, str]:
    """Return what the computed fields of one person are to be, where they are something else.

    A computed field is never made of another one (`configfile/references.py` refuses that), so one
    pass settles all. Whoever stores values calls this with the values that will be, and stores the
    answer with them.

    :param types: field key -> type with its options, of the fields that the person has
    :param values: field key -> value that is about to be stored
    :returns: field key -> new value; "" takes the value away
    """
    wanted = {key: kind.compute(values) for key, kind in types.items() if kind.sources}
    return {key: value for key, value in wanted.items() if value != values.get(key, "")}
