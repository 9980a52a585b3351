"""Write the blocks of columns."""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, insert, select, update

from lupweb.database import db
from lupweb.search.column_models import PeopleBlock
from lupweb.search.columns import BLOCK, bytes_of, codes_from

Place = tuple[int, int]
"""Id of a column, number of a block."""
_table = PeopleBlock.__table__


def write(
    people: Sequence[int], codes: Mapping[int, Sequence[int]], types: Mapping[int, str]
) -> None:
    """Store the codes of these people; three statements at most.

    :param codes: id of a column -> the code of each of `people`, in their order
    :param types: id of a column -> how its codes are stored, in the letters of `array`
    """
    by_block: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for position, person_id in enumerate(people):
        by_block[person_id // BLOCK].append((position, person_id % BLOCK))
    stored = _stored(list(codes), list(by_block))
    changed: dict[Place, bytes] = {}
    for column_id, column in codes.items():
        for number, positions in by_block.items():
            before = stored.get((column_id, number))
            block = _block(before, types[column_id])
            _put(block, column, positions)
            after = bytes_of(block)
            if after != before:
                changed[column_id, number] = after
    _store({place: changed[place] for place in changed.keys() & stored.keys()}, is_new=False)
    _store({place: changed[place] for place in changed.keys() - stored.keys()}, is_new=True)


def widen(column_id: int, before: str, after: str) -> None:
    """Store every code of a column in a larger type: it has more values now.

    :param before: how the codes are stored, in the letters of `array`
    :param after: how they are to be
    """
    rows = db.session.execute(
        select(_table.c.number, _table.c.codes).where(_table.c.column_id == column_id)
    )
    wider = {
        (column_id, number): bytes_of(array(after, codes_from(codes, before)))
        for number, codes in rows
    }
    _store(wider, is_new=False)


def _stored(column_ids: Sequence[int], numbers: Sequence[int]) -> dict[Place, bytes]:
    rows = select(_table.c.column_id, _table.c.number, _table.c.codes).where(
        _table.c.column_id.in_(column_ids), _table.c.number.in_(numbers)
    )
    return {(column_id, number): codes for column_id, number, codes in db.session.execute(rows)}


def _put(block: "array[int]", column: Sequence[int], positions: Sequence[tuple[int, int]]) -> None:
    """Put codes into a block.

    :param positions: position in the column, place in the block
    """
    (first, begin), (last, end) = positions[0], positions[-1]
    if [place for _position, place in positions] == list(range(begin, end + 1)):
        # new people, who all follow each other: several times as fast
        block[begin : end + 1] = array(block.typecode, column[first : last + 1])
        return
    for position, place in positions:
        block[place] = column[position]


def _block(stored: bytes | None, typecode: str) -> "array[int]":
    return array(typecode, [0]) * BLOCK if stored is None else codes_from(stored, typecode)


def _store(blocks: Mapping[Place, bytes], *, is_new: bool) -> None:
    if not blocks:
        return
    if is_new:
        rows = [
            {"column_id": column_id, "number": number, "codes": codes}
            for (column_id, number), codes in blocks.items()
        ]
        db.session.execute(insert(PeopleBlock), rows)
        return
    statement = (
        update(PeopleBlock)
        .where(_table.c.column_id == bindparam("_column"), _table.c.number == bindparam("_number"))
        .values(codes=bindparam("_codes"))
    )
    db.session.connection().execute(
        statement,
        [
            {"_column": column_id, "_number": number, "_codes": codes}
            for (column_id, number), codes in blocks.items()
        ],
    )
