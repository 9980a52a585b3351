"""Read columns: a code for each person, found by the person's id."""

import sys
from array import array
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lupweb.database import compact_json, db, is_writing
from lupweb.search.column_models import PLACE, STANDING, PeopleColumn
from lupweb.search.selection import Codes

BLOCK = 4_096
"""People with consecutive ids whose codes are stored together."""
IN_SQLITE = (
    "SELECT column_id, number, codes FROM people_block, (SELECT ?2 AS numbers)"
    " WHERE column_id IN (SELECT value FROM json_each(?1))"
    " AND (numbers IS NULL OR number IN (SELECT value FROM json_each(numbers)))"
)
FEW = 12
"""People for whom single blocks are read; more are spread over all of them."""
BLOCKS = (
    "SELECT column_id, number, codes FROM people_block WHERE column_id = ANY(%(columns)s)"
    " AND (%(numbers)s::int[] IS NULL OR number = ANY(%(numbers)s))"
)
TOKEN = f"SELECT token FROM people_column WHERE id = {STANDING}"  # noqa: S608 - a number of ours
NOT_SHOWN, SHOWN, LISTED, UNLICENSED = range(4)
"""Codes of `STANDING`: not in any list, in exports under “all”, among people; among people as well,
unless those without a licence are hidden."""


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


class _Latest:
    """The columns as this process saw them last.

    They are never stale: every write gives them another token, drawn by lot, and it is read before
    anybody looks here. `PeopleColumn` loses a row without a write where a field is deleted; that is
    another version of the layout.
    """

    def __init__(self) -> None:
        self._kept: tuple[Hashable, StoredColumns] | None = None

    def columns(self, version: Hashable) -> StoredColumns:
        token = db.session.connection().exec_driver_sql(TOKEN).scalar_one()
        kept = self._kept
        if kept and kept[0] == version and kept[1].token == token:
            return kept[1]
        found = stored_columns()
        self._kept = (version, found)
        return found


_latest = _Latest()


def known_columns(version: Hashable) -> StoredColumns:
    """Return what `stored_columns` does, for a page; one query, a small one after the first page.

    :param version: of the layout (`profiles.layout.Layout`)
    """
    return stored_columns() if version is None or is_writing() else _latest.columns(version)


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
    asked = (compact_json(column_ids), None if numbers is None else compact_json(list(numbers)))
    return [(row[0], row[1], row[2]) for row in connection.exec_driver_sql(IN_SQLITE, asked)]


def _joined(column: Column, blocks: Mapping[int, bytes], count: int) -> Codes:
    nothing = bytes(BLOCK * array(column.typecode).itemsize)
    whole = b"".join(blocks.get(number, nothing) for number in range(count))
    return whole if column.typecode == "B" else codes_from(whole, column.typecode)
