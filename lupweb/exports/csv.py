"""People as comma-separated values, safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from lupweb.exports.rows import head, plain, values
from lupweb.profiles.layout import FieldLayout

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (hostile-input.md B66)."""
PREFIX = "'"


def lines(
    blocks: Iterable[Iterable[Mapping[str, Any]]], fields: Sequence[FieldLayout]
) -> Iterator[str]:
    """Yield a line of names, then the lines of each block of people as one text.

    :param fields: the columns beside the first ones; none of which the reader may see nothing
    """
    yield _text([head(fields)])
    for block in blocks:
        yield _text([cell(value) for value in values(document, fields)] for document in block)


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


def _text(rows: Iterable[Sequence[str]]) -> str:
    written = StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()
