"""People as comma-separated values, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from lupweb.profiles.layout import FieldLayout

FIRST_COLUMNS = ("login", "name", "email", "directory", "state", "groups")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (hostile-input.md B66)."""
PREFIX = "'"


def write(
    documents: Iterable[Mapping[str, Any]], fields: Sequence[FieldLayout], file: TextIO
) -> int:
    """Write one line for each person under a line of names; return how many there were.

    :param fields: the columns beside the first ones; none of which the reader may see nothing
    """
    writer = csv.writer(file)
    writer.writerow([*FIRST_COLUMNS, *(field.key for field in fields)])
    count = 0
    for document in documents:
        writer.writerow(_cells(document, fields))
        count += 1
    return count


def cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet computes.

    A leading apostrophe marks a cell that begins like a formula; reading our own file takes
    exactly that one away again.
    """
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    text = text.replace("\0", "")
    return PREFIX + text if text.startswith((*DANGEROUS, PREFIX)) else text


def value_of(text: str) -> str:
    """Return what `cell` made a cell of."""
    return text.removeprefix(PREFIX)


def _cells(document: Mapping[str, Any], fields: Sequence[FieldLayout]) -> list[str]:
    first = [cell(document[name]) for name in FIRST_COLUMNS]
    return first + [cell(document["values"].get(field.key)) for field in fields]
