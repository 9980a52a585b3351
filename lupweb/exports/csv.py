"""People as comma-separated values, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from lupweb.profiles.layout import FieldLayout

FIRST_COLUMNS = ("login", "name", "email", "directory", "state", "groups")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (hostile-input.md B66)."""
PREFIX = "'"


def lines(
    blocks: Iterable[Iterable[Mapping[str, Any]]], fields: Sequence[FieldLayout]
) -> Iterator[str]:
    """Yield a line of names, then the lines of each block of people as one text.

    :param fields: the columns beside the first ones; none of which the reader may see nothing
    """
    yield _text([[*FIRST_COLUMNS, *(field.key for field in fields)]])
    for block in blocks:
        yield _text(_cells(document, fields) for document in block)


def cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet computes.

    A leading apostrophe marks a cell that begins like a formula; reading our own file takes
    exactly that one away again.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)  # a negative number is a number to a spreadsheet, whatever it begins with
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    text = text.replace("\0", "")
    return PREFIX + text if text.startswith((*DANGEROUS, PREFIX)) else text


def value_of(text: str) -> str:
    """Return what `cell` made a cell of."""
    return text.removeprefix(PREFIX)


def _cells(document: Mapping[str, Any], fields: Sequence[FieldLayout]) -> list[str]:
    first = [cell(document[name]) for name in FIRST_COLUMNS]
    return first + [cell(document["values"].get(field.key)) for field in fields]


def _text(rows: Iterable[Sequence[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
