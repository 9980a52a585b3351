"""People as rows of a table: which columns there are, and what stands in a cell."""

from collections.abc import Mapping, Sequence
from typing import Any

from lupweb.profiles.layout import FieldLayout

FIRST_COLUMNS = ("login", "name", "email", "directory", "state", "groups")


def head(fields: Sequence[FieldLayout]) -> list[str]:
    """Return the names of the columns.

    :param fields: the columns beside the first ones; none of which the reader may see nothing
    """
    return [*FIRST_COLUMNS, *(field.key for field in fields)]


def values(document: Mapping[str, Any], fields: Sequence[FieldLayout]) -> list[Any]:
    """Return what stands in the columns of one person; None where there is nothing.

    :param document: of a person, as `profiles.exchange` has it
    """
    first = [document[name] for name in FIRST_COLUMNS]
    return first + [document["values"].get(field.key) for field in fields]


def plain(value: Any) -> str:
    """Return a value as text, exactly as it was entered; several with semicolons between them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return text.replace("\0", "")
