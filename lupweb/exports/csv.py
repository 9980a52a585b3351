"""People as comma-separated values, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

from lupweb.exports.rows import Columns, plain

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (hostile-input.md B66)."""
PREFIX = "'"


def lines(blocks: Iterable[Iterable[Mapping[str, Any]]], columns: Columns) -> Iterator[str]:
    """Yield a line of names, then the lines of each block of people as one text."""
    yield _text([map(cell, columns.head())])
    for block in blocks:
        yield _text(map(cell, columns.values(document)) for document in block)


def cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet computes.

    A leading apostrophe marks a cell that begins like a formula; reading our own file takes
    exactly that one away again.
    """
    text = plain(value)
    if isinstance(value, int | float):
        return text  # a negative number is a number to a spreadsheet, whatever it begins with
    return PREFIX + text if text.startswith((*DANGEROUS, PREFIX)) else text


def value_of(text: str) -> str:
    """Return what `cell` made a cell of."""
    return text.removeprefix(PREFIX)


def _text(rows: Iterable[Iterable[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
