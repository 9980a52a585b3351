"""The codes of whole columns as this process read them last: every search asks for the same few.

They are never stale: the token that they are kept by is another one after every write, drawn by
lot, and each request has read it before it looks here (`columns.StoredColumns`). A transaction that
may write reads for itself, since what it sees may be rolled back, or change under the same token.
"""

from array import array
from collections.abc import Collection
from dataclasses import dataclass, field

from lupweb.database import is_writing
from lupweb.search.census import LETTERS
from lupweb.search.columns import FEW, Column, StoredColumns, read_codes
from lupweb.search.ordering import letter_codes
from lupweb.search.selection import Codes

MOST_BYTES = 16_000_000
"""A column has one byte for each person, or two, seldom four. The columns of 100,000 people, of
which there are some ten, take 1.5 MB; what does not fit is read each time."""


@dataclass(frozen=True)
class _Kept:
    """Columns as they were at a token; by id, the letters as `LETTERS`."""

    token: int
    codes: dict[int, Codes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(
            len(each) * (each.itemsize if isinstance(each, array) else 1)
            for each in [*self.codes.values()]  # another thread may add some meanwhile
        )


class _Latest:
    """The columns of the last token that this process met."""

    def __init__(self) -> None:
        self._kept = _Kept(0)

    def at(self, token: int) -> _Kept:
        """Return what is kept at a token; the columns of another one are forgotten."""
        kept = self._kept
        if kept.token != token:
            self._kept = kept = _Kept(token)
        return kept


_latest = _Latest()


def known_codes(
    stored: StoredColumns, columns: Collection[Column], people: Collection[int] | None = None
) -> dict[int, Codes]:
    """Return what `read_codes` does, and the letters; no query where all of it is known.

    :param columns: with that of places
    :param people: as in `read_codes`
    """
    if is_writing():
        return _with_letters(stored, read_codes(columns, people))
    kept = _latest.at(stored.token)
    missing = [column for column in columns if column.id not in kept.codes]
    if not missing and LETTERS in kept.codes:
        found = {LETTERS: kept.codes[LETTERS]}
        found |= {column.id: kept.codes[column.id] for column in columns}
        return _all_as_long(found, people or ())
    if people is not None and len(people) <= FEW:
        return _with_letters(stored, read_codes(columns, people))
    found = _with_letters(stored, read_codes(columns))
    if kept.size + _Kept(kept.token, found).size <= MOST_BYTES:
        kept.codes.update(found)
    return _all_as_long(found, people or ())


def _with_letters(stored: StoredColumns, codes: dict[int, Codes]) -> dict[int, Codes]:
    return {**codes, LETTERS: letter_codes(codes[stored.place.id])}


def _all_as_long(codes: dict[int, Codes], people: Collection[int]) -> dict[int, Codes]:
    """Return the codes with a 0 for each person behind the last one, as where they are new."""
    length = max(max(people, default=0) + 1, *map(len, codes.values()))
    if min(map(len, codes.values())) == length:
        return codes
    return {id_: _as_long(each, length) for id_, each in codes.items()}


def _as_long(codes: Codes, length: int) -> Codes:
    rest = length - len(codes)
    if isinstance(codes, array):
        return codes + array(codes.typecode, bytes(rest * codes.itemsize))
    return bytes(codes) + bytes(rest)
