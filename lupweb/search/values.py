"""Values of fields, and the codes that stand for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import select

from lupweb.database import db
from lupweb.field_types.base import FieldType
from lupweb.profiles.bulk import insert_rows
from lupweb.search.column_models import PeopleValue

LONGEST_SORT = 200
"""Characters by which values are put in order."""
AT_ONCE = 1_024
"""Values of one query. A statement that is as long as there are values is kept for each number."""
COLUMNS = ("column_id", "code", "value", "digest", "sort")


@dataclass(frozen=True)
class Coded:
    """The codes of one column's values.

    :param codes: value -> code
    :param next_code: every code of the column is smaller
    """

    codes: Mapping[str, int]
    next_code: int


def code_values(
    wanted: Mapping[int, Collection[str]],
    types: Mapping[int, FieldType],
    next_codes: Mapping[int, int],
) -> dict[int, Coded]:
    """Return the codes of values by column; new ones are stored under the next codes.

    Two queries, unless there are very many values; in a transaction that holds the turn of
    `search.keeping`.

    :param wanted: id of a column -> values, none of them ""
    :param types: id of a column -> what orders its values
    :param next_codes: id of a column -> the code that is free
    """
    known = _known(wanted)
    rows = []
    coded = {}
    for column_id, values in wanted.items():
        codes = known.get(column_id, {})
        new = sorted(value for value in values if value not in codes)
        first = next_codes[column_id]
        codes |= {value: code for code, value in enumerate(new, start=first)}
        rows += [_row(column_id, codes[value], value, types[column_id]) for value in new]
        coded[column_id] = Coded({"": 0, **codes}, first + len(new))
    insert_rows(PeopleValue, COLUMNS, rows)
    return coded


def _known(wanted: Mapping[int, Collection[str]]) -> dict[int, dict[str, int]]:
    by_digest = {_digest(value): value for values in wanted.values() for value in values}
    digests = list(by_digest)
    table = PeopleValue.__table__.c
    found: dict[int, dict[str, int]] = {}
    for start in range(0, len(digests), AT_ONCE):
        some = _filled_up(digests[start : start + AT_ONCE])
        rows = select(table.column_id, table.digest, table.code).where(
            table.column_id.in_(wanted), table.digest.in_(some)
        )
        for column_id, digest, code in db.session.execute(rows):
            found.setdefault(column_id, {})[by_digest[digest]] = code
    return found


def _filled_up(digests: list[bytes]) -> list[bytes]:
    """Return the digests, the last one repeated until they are a power of two: for few lengths."""
    length = 1 << (len(digests) - 1).bit_length()
    return digests + digests[-1:] * (length - len(digests))


def _row(column_id: int, code: int, value: str, kind: FieldType) -> tuple[object, ...]:
    """Return the values of `COLUMNS`."""
    return column_id, code, value, _digest(value), kind.sort_key(value)[:LONGEST_SORT]


def _digest(value: str) -> bytes:
    return blake2b(value.encode(), digest_size=16).digest()
