"""Read columns: a code for each person, found by the person's id."""

import sys
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lupweb.database import db
from lupweb.search.column_models import PLACE, STANDING, PeopleBlock, PeopleColumn
from lupweb.search.selection import Codes

BLOCK = 4_096
"""People with consecutive ids whose codes are stored together."""
FEW = 12
"""People for whom single blocks are read; more are spread over all of them."""
BLOCKS = (
    "SELECT column_id, number, codes FROM people_block WHERE column_id = ANY(%(columns)s)"
    " AND (%(numbers)s::int[] IS NULL OR number = ANY(%(numbers)s))"
)
NOT_SHOWN, SHOWN, LISTED = 0, 1, 2
"""Codes of `STANDING`: not in any list, in exports under “all”, among people."""


@dataclass(frozen=True)
class Column:
    """A column that is stored.

    :param next_code: every code is smaller
    """

    id: int
    field_id: int | None
    meaning: str
    next_code: int
    refill_at: int

    @property
    def typecode(self) -> str:
        """Return how a code is stored, in the letters of `array`."""
        return typecode_of(self.next_code)


@dataclass(frozen=True)
class StoredColumns:
    """Every column there is, as one request sees them.

    :param token: another one after every write, on whatever database
    """

    token: int
    standing: Column
    place: Column
    by_field: Mapping[int, Column]


def stored_columns() -> StoredColumns:
    """Return the columns that are stored; one query."""
    table = PeopleColumn.__table__.c
    rows = db.session.execute(
        select(
            table.id, table.field_id, table.meaning, table.next_code, table.refill_at, table.token
        )
    ).all()
    by_id = {row.id: Column(*row[:-1]) for row in rows}
    return StoredColumns(
        token=next(row.token for row in rows if row.id == STANDING),
        standing=by_id[STANDING],
        place=by_id[PLACE],
        by_field={each.field_id: each for each in by_id.values() if each.field_id is not None},
    )


def read_codes(
    columns: Collection[Column], people: Collection[int] | None = None
) -> dict[int, Codes]:
    """Return the codes of each column by its id, to be indexed by ids of people; one query.

    :param people: whose codes are wanted, where not everybody's are; others read as 0
    """
    found: dict[int, dict[int, bytes]] = defaultdict(dict)
    numbers = None
    if people is not None and len(people) <= FEW:
        numbers = {person // BLOCK for person in people}
    last = max(people, default=0) // BLOCK if people is not None else 0
    for column_id, number, codes in _blocks([column.id for column in columns], numbers):
        found[column_id][number] = codes
        last = max(last, number)
    return {column.id: _joined(column, found[column.id], last + 1) for column in columns}


def typecode_of(next_code: int) -> str:
    """Return the smallest type of `array` for codes below `next_code`."""
    return "B" if next_code <= 1 << 8 else "H" if next_code <= 1 << 16 else "I"


def codes_from(stored: bytes, typecode: str) -> "array[int]":
    """Return what `bytes_of` made bytes of."""
    codes = array(typecode)
    codes.frombytes(stored)
    if sys.byteorder == "big":
        codes.byteswap()
    return codes


def bytes_of(codes: "array[int]") -> bytes:
    """Return codes as they are stored, the lowest byte first on every machine."""
    if sys.byteorder == "big":
        codes = codes[:]
        codes.byteswap()
    return codes.tobytes()


def _blocks(
    column_ids: Sequence[int], numbers: Collection[int] | None
) -> Iterable[tuple[int, int, bytes]]:
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        # bytes as they are: written out as hexadecimal text they take four times as long
        cursor: Any = connection.connection.cursor(binary=True)
        with cursor:
            wanted = None if numbers is None else list(numbers)
            return list(cursor.execute(BLOCKS, {"columns": list(column_ids), "numbers": wanted}))
    table = PeopleBlock.__table__.c
    rows = select(table.column_id, table.number, table.codes).where(table.column_id.in_(column_ids))
    if numbers is not None:
        rows = rows.where(table.number.in_(numbers))
    return [(row[0], row[1], row[2]) for row in connection.execute(rows).all()]


def _joined(column: Column, blocks: Mapping[int, bytes], count: int) -> Codes:
    nothing = bytes(BLOCK * array(column.typecode).itemsize)
    whole = b"".join(blocks.get(number, nothing) for number in range(count))
    return whole if column.typecode == "B" else codes_from(whole, column.typecode)
