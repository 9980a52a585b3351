"""Who and what there is, whatever anybody asks for: counted once after each write."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lupweb.database import db
from lupweb.field_types.base import FieldType
from lupweb.people.queries import one_of
from lupweb.search.column_models import PeopleValue
from lupweb.search.columns import Column, StoredColumns
from lupweb.search.selection import Codes, People, marked

MOST_OPTIONS = 500
"""A field with more different values is nothing to choose by; it is searched."""
MOST_CODES = 20_000
"""Values as they are stored, each with one or several in it."""
NOT_SET = ""
LETTERS = 0
"""Stands for letters where columns are named by their ids: they are a part of `PLACE`."""


@dataclass(frozen=True)
class Choices:
    """What people may be chosen by in one field.

    :param items: code -> the single values in the stored one; none for “not set”
    :param counts: single value -> how many listed people have it; `NOT_SET` if anybody has none
    """

    items: Mapping[int, Sequence[str]]
    counts: Mapping[str, int]

    def tally(self, codes: Mapping[int, int]) -> dict[str, int]:
        """Return how many people have each single value.

        :param codes: code -> how many people have it
        """
        found = dict.fromkeys(self.counts, 0)
        for code, count in codes.items():
            for item in self.items.get(code, ()) if code else (NOT_SET,):
                if item in found:
                    found[item] += count
        return found

    def codes_of(self, chosen: Collection[str]) -> frozenset[int]:
        """Return the codes of those who have one of the chosen single values."""
        found = {code for code, items in self.items.items() if not set(items).isdisjoint(chosen)}
        return frozenset(found | ({0} if NOT_SET in chosen else set()))


@dataclass(frozen=True)
class Census:
    """What is true of all listed people.

    :param listed: the codes of those who are listed
    :param places: place in the order of last names -> how many people
    :param choices: field's id -> what to choose by; fields that nobody can choose by are absent
    :param counted: id of a field's column, or `LETTERS` -> code -> how many people
    """

    token: int
    listed: frozenset[int]
    total: int
    places: Mapping[int, int]
    choices: Mapping[int, Choices]
    counted: Mapping[int, Counter[int]]


class CensusCache:
    """The last census of this process; its size does not depend on the number of people."""

    def __init__(self) -> None:
        self._latest: Census | None = None

    def find(self, token: int, listed: frozenset[int]) -> Census | None:
        """Return what was counted at `token`, if nothing was written since."""
        latest = self._latest
        return latest if latest and (latest.token, latest.listed) == (token, listed) else None

    def keep(self, census: Census) -> None:
        """Remember a census in place of the one before."""
        self._latest = census

    def forget(self) -> None:
        """Count anew next time, although nothing was written."""
        self._latest = None


cache = CensusCache()


def take_census(
    stored: StoredColumns,
    listed: frozenset[int],
    codes: Mapping[int, Codes],
    types: Mapping[int, FieldType],
) -> Census:
    """Count everybody.

    :param listed: the codes of those who are listed
    :param codes: of the place and of each field of `types`, by id of the column
    :param types: id of a field that is a facet -> its type
    """
    people = everybody_listed(codes[stored.standing.id], listed)
    places = people.count(codes[stored.place.id])
    counted = {LETTERS: _letters(places)}
    choices = {}
    for field_id, kind in types.items():
        column = stored.by_field[field_id]
        counts = people.count(codes[column.id])
        found = _choices(column, counts, kind)
        if found:
            choices[field_id] = found
            counted[column.id] = counts
    return Census(stored.token, listed, len(people), places, choices, counted)


def everybody_listed(standing: Codes, listed: Collection[int]) -> People:
    """Return everybody who is listed, by id."""
    return People.with_marks(marked(bytes(standing), listed))


def _letters(places: Mapping[int, int]) -> Counter[int]:
    letters: Counter[int] = Counter()
    for place, count in places.items():
        letters[place >> 8] += count
    return letters


def _choices(column: Column, counted: Counter[int], kind: FieldType) -> Choices | None:
    used = set(counted) - {0}
    if not used or len(used) > MOST_CODES:
        return None
    items = {code: kind.split(value) for code, value in _values(column, used)}
    counts: Counter[str] = Counter()
    for code, values in items.items():
        for item in values:
            counts[item] += counted[code]
    if len(counts) > MOST_OPTIONS:
        return None
    if counted[0]:
        counts[NOT_SET] = counted[0]
    return Choices(items, counts)


def _values(column: Column, codes: Iterable[int]) -> Iterable[tuple[int, str]]:
    table = PeopleValue.__table__.c
    rows = select(table.code, table.value).where(
        table.column_id == column.id, one_of(table.code, codes)
    )
    return [(code, value) for code, value in db.session.execute(rows)]
